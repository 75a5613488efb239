"""Pages for researchers: variants, their runs, and two of them side by side."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from evaluation.access import get_runnable_variant, may_run
from evaluation.comparison import TaskComparison, compare_variants
from evaluation.figures import figures_of_comparison, figures_of_run
from evaluation.forms import RunForm, VariantForm
from evaluation.jobs import queue_run
from evaluation.models import EvaluationRun, ModelVariant
from evaluation.reading import shown_measures, shown_rows
from evaluation.services import begin_run, is_broken_off, register_variant
from evaluation.tasks import TASKS
from evaluation.tasks.base import TaskDataError
from evaluation.trials.forms import ChatForm
from training.providers import ModelUnavailable, is_rehearsal

VARIANTS_PER_PAGE = 50
RUNS_PER_PAGE = 25
# On a variant's own page each run stands with its figures.
WHOLE_RUNS_PER_PAGE = 10
CHATS_PER_PAGE = 10
NEWEST = ("-created_at", "-pk")
# Of more variants than these, one to compare with is named instead of chosen from a list.
MOST_OFFERED = 100
ORIGINS = ("constitution__conversation", "trained_by__constitution__conversation")


@require_GET
@login_required
def overview(request: HttpRequest) -> HttpResponse:
    """Show the variants, the runs, and the ways to register and to compare."""
    return show_overview(request, VariantForm(user=request.user))


@require_POST
@login_required
def register(request: HttpRequest) -> HttpResponse:
    """Register a model variant."""
    form = VariantForm(request.POST, user=request.user)
    if not form.is_valid():
        return show_overview(request, form, status=422)
    registered = register_variant(**form.cleaned_data)
    messages.success(request, f"“{registered.name}” is registered.")
    return redirect("evaluation:variant", registered.slug)


def show_overview(request: HttpRequest, form: VariantForm, status: int = 200) -> HttpResponse:
    is_finished = Q(runs__status=EvaluationRun.Status.FINISHED)
    variants = ModelVariant.objects.select_related(*ORIGINS)
    counted = variants.annotate(n_finished=Count("runs", filter=is_finished)).order_by("slug")
    variant_page = Paginator(counted, VARIANTS_PER_PAGE).get_page(request.GET.get("variants"))
    runs = EvaluationRun.objects.select_related("variant").order_by(*NEWEST)
    page = Paginator(runs, RUNS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "variant_page": variant_page,
        "offered": offered(ModelVariant.objects.all()),
        "page": page,
        "runs": [shown_run(run) for run in page],
    }
    return render(request, "evaluation/overview.html", context, status=status)


@require_GET
@login_required
def variant(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one variant: what stands behind it, and each of its runs with its measures."""
    found = get_object_or_404(ModelVariant.objects.select_related(*ORIGINS), slug=slug)
    return show_variant(request, found, RunForm(user=request.user))


def offered(variants: QuerySet[ModelVariant]) -> QuerySet[ModelVariant] | None:
    """The variants to choose from in a list, or None where they are too many for one."""
    return variants if variants.count() <= MOST_OFFERED else None


@require_GET
@login_required
def run(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Lead to a run, on whichever page of its variant it stands."""
    found = get_object_or_404(EvaluationRun, pk=pk, variant__slug=slug)
    return redirect(run_address(found))


def run_address(run: EvaluationRun) -> str:
    """The page of the variant that shows this run, newest first."""
    n_newer = list(run.variant.runs.order_by(*NEWEST).values_list("pk", flat=True)).index(run.pk)
    number = n_newer // WHOLE_RUNS_PER_PAGE + 1
    page = f"?page={number}" if number > 1 else ""
    return f"{reverse('evaluation:variant', args=[run.variant.slug])}{page}#run-{run.pk}"


@require_POST
@login_required
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Write down what a run asks, and queue it for a worker."""
    found = get_runnable_variant(request, slug)
    form = RunForm(request.POST, user=request.user)
    if not form.is_valid():
        return show_variant(request, found, form, status=422)
    try:
        run = begin_run(variant=found, **form.cleaned_data)
    except (ModelUnavailable, TaskDataError) as error:
        form.add_error(None, str(error))
        return show_variant(request, found, form, status=422)
    return queue_and_show(request, run)


@require_POST
@login_required
def go_on(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Queue a run that stopped, to go on where it was."""
    found = get_runnable_variant(request, slug)
    return queue_and_show(request, get_object_or_404(found.runs.select_related("variant"), pk=pk))


def queue_and_show(request: HttpRequest, run: EvaluationRun) -> HttpResponse:
    """Queue a run unless there is nothing to do, say so, and show it."""
    if queue_run(run=run):
        messages.success(request, "The run is queued. You may leave this page; its answers will stand here.")
    elif run.status == EvaluationRun.Status.FINISHED:
        messages.info(request, "Exactly this run is finished already; nothing was asked again.")
    else:
        messages.info(request, "This run is under way or waiting already.")
    return redirect(run_address(run))


def show_variant(request: HttpRequest, found: ModelVariant, form: RunForm, status: int = 200) -> HttpResponse:
    runs = found.runs.select_related("variant").order_by(*NEWEST)
    page = Paginator(runs, WHOLE_RUNS_PER_PAGE).get_page(request.GET.get("page"))
    chats = found.trial_chats.filter(owner_id=request.user.pk)
    others = ModelVariant.objects.exclude(pk=found.pk)
    context = {
        "variant": found,
        "form": form,
        "chat_form": ChatForm(),
        "chat_page": Paginator(chats, CHATS_PER_PAGE).get_page(request.GET.get("chats")),
        "may_run": may_run(request.user, found),
        "page": page,
        "runs": [shown_run(run) for run in page],
        "has_others": others.exists(),
        "offered": offered(others),
        "is_rehearsal": is_rehearsal(found.model),
    }
    return render(request, "evaluation/variant.html", context, status=status)


@require_GET
@login_required
def compare(request: HttpRequest) -> HttpResponse:
    """Show two variants side by side, or ask which."""
    slugs = [request.GET.get(name, "").strip() for name in ("a", "b")]
    named = {variant.slug: variant for variant in ModelVariant.objects.filter(slug__in=slugs)}
    unknown = [slug for slug in slugs if slug and slug not in named]
    context: dict[str, object] = {
        "offered": offered(ModelVariant.objects.all()),
        "n_variants": ModelVariant.objects.count(),
        "slug_a": slugs[0],
        "slug_b": slugs[1],
        "unknown": unknown,
    }
    if unknown or not all(slugs) or slugs[0] == slugs[1]:
        context["is_same"] = bool(slugs[0]) and slugs[0] == slugs[1]
        return render(request, "evaluation/compare.html", context, status=404 if unknown else 200)
    a, b = (named[slug] for slug in slugs)
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
        "is_broken_off": is_broken_off(run),
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
