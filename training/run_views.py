"""Pages on which researchers start runs, follow them, and hold them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from training.control import cancel_run, pause_run
from training.estimate import duration, estimate_run
from training.jobs import queue_run
from training.models import GenerationRun
from training.presentation import shown_run
from training.run_access import may_run
from training.run_forms import RunForm
from training.services import make_plan, start_run

DONE = {
    "pause": "The run is paused: calls on their way are finished and kept, and no other begins.",
    "resume": "The run goes on as soon as a worker is free.",
    "cancel": "The run is canceled: calls on their way are finished and kept, and no other begins.",
}


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Show the form; say what the run would take; or begin it."""
    if request.method != "POST":
        return render(request, "training/start.html", {"form": RunForm(user=request.user)})
    form = RunForm(request.POST, request.FILES, user=request.user)
    if not form.is_valid():
        return render(request, "training/start.html", {"form": form}, status=422)
    if "estimate" in request.POST:
        return show_estimate(request, form)
    try:
        run = start_run(
            **form.shaping(), **form.pace(), budget=form.budget(), prompts_from=form.prompts_from()
        )
    except ValueError as error:
        form.add_error(None, str(error))
        return render(request, "training/start.html", {"form": form}, status=422)
    if queue_run(run=run):
        messages.success(
            request, "The run is queued. You may leave this page; what is written will stand here."
        )
    else:
        messages.info(request, "Exactly this run is finished already; nothing was asked again.")
    return redirect("training:run", run.pk)


def show_estimate(request: HttpRequest, form: RunForm) -> HttpResponse:
    """Say what the run would take, beside the form as it was filled in."""
    plan = make_plan(**form.shaping())
    estimate = estimate_run(plan, model=form.cleaned_data["model"], **form.pace())
    context = {"form": form, "estimate": estimate, "time": duration(estimate.seconds)}
    return render(request, "training/start.html", context)


@require_GET
@login_required
def progress(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how a run stands; once it rests, have the whole page loaded again."""
    run = get_object_or_404(GenerationRun, pk=pk)
    shown = shown_run(run)
    response = render(request, "training/_state.html", {"run": run, "shown": shown})
    if not shown.is_moving:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@login_required
def control(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pause, resume or cancel a run."""
    run = get_object_or_404(GenerationRun, pk=pk)
    if not may_run(request.user, run.model, run.parameters):
        raise PermissionDenied("Only staff may control runs of a model that costs money.")
    action = request.POST.get("action", "")
    if action not in DONE:
        return HttpResponseBadRequest("The action must be pause, resume or cancel.")
    is_done = {"pause": pause_run, "cancel": cancel_run, "resume": resume}[action](run)
    if is_done:
        messages.success(request, DONE[action])
    else:
        messages.info(request, "The run had moved on before that, and stays as it is.")
    return redirect("training:run", run.pk)


def resume(run: GenerationRun) -> bool:
    return queue_run(run=run)
