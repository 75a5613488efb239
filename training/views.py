"""Pages for researchers: the runs that make training data, and what one of them wrote."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from training.critique.views import revision_run
from training.log_views import log_context
from training.models import GenerationRun
from training.preference_views import preference_run
from training.presentation import shown_run

RUNS_PER_PAGE = 25


@require_GET
@login_required
def runs(request: HttpRequest) -> HttpResponse:
    """List the runs, newest first."""
    found = GenerationRun.objects.select_related("constitution__conversation")
    page = Paginator(found, RUNS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "training/runs.html", {"page": page, "runs": [shown_run(run) for run in page]})


@require_GET
@login_required
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one run: how it stands, what shaped it, and what it wrote, as its kind is shown."""
    found = get_object_or_404(GenerationRun.objects.select_related("constitution__conversation"), pk=pk)
    if found.kind == GenerationRun.Kind.PREFERENCE:
        return preference_run(request, found)
    if found.kind == GenerationRun.Kind.REVISION:
        return revision_run(request, found)
    context = {"run": found, "shown": shown_run(found), **log_context(request, found)}
    return render(request, "training/other_run.html", context)
