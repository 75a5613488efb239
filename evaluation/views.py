"""Pages for researchers: variants, their runs, and two of them side by side."""

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from evaluation.comparison import TaskComparison, compare_variants
from evaluation.figures import figures_of_comparison, figures_of_run
from evaluation.models import EvaluationRun, ModelVariant
from evaluation.reading import shown_measures, shown_rows
from evaluation.tasks import TASKS
from training.providers import is_rehearsal

RUNS_SHOWN = 50


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show every variant, the latest runs, and the way to compare two variants."""
    is_finished = Q(runs__status=EvaluationRun.Status.FINISHED)
    variants = ModelVariant.objects.select_related("constitution__conversation")
    context = {
        "variants": variants.annotate(n_finished=Count("runs", filter=is_finished)),
        "runs": [shown_run(run) for run in EvaluationRun.objects.select_related("variant")[:RUNS_SHOWN]],
        "n_shown": RUNS_SHOWN,
        "n_runs": EvaluationRun.objects.count(),
    }
    return render(request, "evaluation/overview.html", context)


@require_GET
@login_required
def variant(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one variant: what stands behind it, and each of its runs with its measures."""
    found = get_object_or_404(ModelVariant.objects.select_related("constitution__conversation"), slug=slug)
    runs = found.runs.select_related("variant")[:RUNS_SHOWN]
    others = ModelVariant.objects.exclude(pk=found.pk)
    context = {"variant": found, "runs": [shown_run(run) for run in runs], "others": others}
    context["is_rehearsal"] = is_rehearsal(found.model)
    return render(request, "evaluation/variant.html", context)


@require_GET
@login_required
def compare(request: HttpRequest) -> HttpResponse:
    """Show two variants side by side, or ask which."""
    slugs = request.GET.get("a", ""), request.GET.get("b", "")
    context: dict[str, object] = {
        "variants": ModelVariant.objects.all(),
        "slug_a": slugs[0],
        "slug_b": slugs[1],
    }
    if not all(slugs) or slugs[0] == slugs[1]:
        context["is_same"] = bool(slugs[0]) and slugs[0] == slugs[1]
        return render(request, "evaluation/compare.html", context)
    a, b = (get_object_or_404(ModelVariant, slug=slug) for slug in slugs)
    comparison = compare_variants(a=a, b=b)
    context |= {"comparison": comparison, "tasks": [shown_task(task) for task in comparison.tasks]}
    context["is_rehearsal"] = is_rehearsal(a.model) or is_rehearsal(b.model)
    return render(request, "evaluation/compare.html", context)


def shown_run(run: EvaluationRun) -> dict[str, object]:
    """A run as the pages show it: its task's title, figures and measures beside its row."""
    is_finished = run.status == EvaluationRun.Status.FINISHED
    measures = shown_measures(run.measures)
    return {
        "run": run,
        "title": TASKS[run.task].title if run.task in TASKS else run.task,
        "figures": figures_of_run(run) if is_finished else [],
        "measures": measures,
        "has_parts": any(measure["is_part"] for measure in measures),
    }


def shown_task(task: TaskComparison) -> dict[str, object]:
    """A compared task as the page shows it: figures and rows beside it."""
    rows = shown_rows(task)
    has_parts = any(row["is_part"] for row in rows)
    return {"task": task, "figures": figures_of_comparison(task), "rows": rows, "has_parts": has_parts}
