"""Pages for researchers: the runs that make training data, and what one of them wrote."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from training.models import GenerationRun
from training.preference_views import preference_run
from training.presentation import shown_run, shown_sample
from training.services import n_readable, sample_page

RUNS_PER_PAGE = 25
SAMPLES_PER_PAGE = 20


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
    """Show one run: how it stands, what shaped it, and its samples as dialogues (or as judged pairs)."""
    found = get_object_or_404(GenerationRun.objects.select_related("constitution__conversation"), pk=pk)
    if found.kind == GenerationRun.Kind.PREFERENCE:
        return preference_run(request, found)
    page = Paginator(range(n_readable(found)), SAMPLES_PER_PAGE).get_page(request.GET.get("page"))
    samples = sample_page(found, page.start_index() - 1, page.end_index()) if page else []
    principles = {principle.position: principle for principle in found.constitution.principles.all()}
    context = {
        "run": found,
        "shown": shown_run(found),
        "page": page,
        "samples": [shown_sample(sample, principles) for sample in samples],
        "n_principles": len(principles),
    }
    return render(request, "training/run.html", context)
