"""Pages of fine-tunings: start one, watch it, pause it, cancel it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from training.datasets.errors import DatasetError
from training.finetuning.forms import FineTuningForm
from training.finetuning.jobs import queue_finetuning
from training.finetuning.presentation import (
    figures_of,
    log_of,
    outcome_of,
    seconds_left,
    shown_finetuning,
    time_words,
)
from training.finetuning.services import FineTuningError, ask_to_pause, cancel_finetuning, start_finetuning
from training.models import FineTuningRun

RUNS_PER_PAGE = 25


@require_GET
@login_required
def finetunings(request: HttpRequest) -> HttpResponse:
    """List the fine-tunings, newest first, with the form that starts another."""
    return show_list(request, FineTuningForm())


@require_POST
@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Queue a fine-tuning: it uses the site's machine for hours, so only staff may."""
    refuse_others(request)
    form = FineTuningForm(request.POST)
    if not form.is_valid():
        return show_list(request, form, status=422)
    assert request.user.is_authenticated
    try:
        run = start_finetuning(made_by=request.user, **form.inputs())
    except (DatasetError, FineTuningError) as error:
        form.add_error(None, str(error))
        return show_list(request, form, status=422)
    queue_finetuning(run=run)
    return redirect("training:finetuning", pk=run.pk)


def show_list(request: HttpRequest, form: FineTuningForm, status: int = 200) -> HttpResponse:
    page = Paginator(FineTuningRun.objects.all(), RUNS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "runs": [shown_finetuning(run) for run in page],
        "form": form,
        "may_start": request.user.is_staff,
    }
    return render(request, "training/finetuning/list.html", context, status=status)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def finetuning(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one fine-tuning; a page that asks again gets only what moves."""
    run = get_object_or_404(FineTuningRun.objects.select_related("constitution__conversation"), pk=pk)
    context = {
        "run": run,
        "shown": shown_finetuning(run),
        "time_left": time_words(seconds_left(run)),
        "figures": figures_of(run),
        "log": log_of(run),
        "outcome": outcome_of(run),
        "may_control": request.user.is_staff,
    }
    template = "_moving.html" if request.headers.get("HX-Request") else "finetuning.html"
    return render(request, f"training/finetuning/{template}", context)


@require_POST
@login_required
def control(request: HttpRequest, pk: UUID, action: str) -> HttpResponse:
    """Pause a fine-tuning, let it go on, or cancel it."""
    refuse_others(request)
    run = get_object_or_404(FineTuningRun, pk=pk)
    done = {"pause": ask_to_pause, "cancel": cancel_finetuning, "resume": go_on}[action](run)
    said = {
        "pause": "It will stop at its next step, with a checkpoint.",
        "resume": "It waits for a worker, and will go on from its last checkpoint.",
        "cancel": "It is cancelled.",
    }
    if done:
        messages.success(request, said[action])
    else:
        messages.info(request, "That is no longer possible: see how it stands below.")
    return redirect("training:finetuning", pk=run.pk)


def go_on(run: FineTuningRun) -> bool:
    return queue_finetuning(run=run)


def refuse_others(request: HttpRequest) -> None:
    if not request.user.is_staff:
        raise PermissionDenied("Only staff may use this site's machine for fine-tuning.")
