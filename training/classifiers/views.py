"""Pages for researchers: classifiers, how well they do, and a text to try them on."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from training.classifiers.charts import draw_roc
from training.classifiers.forms import ClassifierForm, TryForm
from training.classifiers.jobs import train_content_classifier
from training.classifiers.presentation import class_lines, form_lines, in_hundred, title_of
from training.classifiers.services import assess, check_examples
from training.classifiers.storage import WeightsMissing
from training.models import ContentClassifier, GenerationRun

PER_PAGE = 25
# Each run stands with a form of its own.
RUNS_PER_PAGE = 10
CLASSIFIERS = ContentClassifier.objects.select_related("run__constitution__conversation")


@require_GET
@login_required
def classifiers(request: HttpRequest) -> HttpResponse:
    """List the classifiers, and the finished runs that another can be made from."""
    runs = GenerationRun.objects.filter(kind=GenerationRun.Kind.CLASSIFIER, status="finished")
    runs = runs.select_related("constitution__conversation")
    page = Paginator(CLASSIFIERS.all(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "classifiers": [(made, title_of(made)) for made in page],
        "run_page": Paginator(runs, RUNS_PER_PAGE).get_page(request.GET.get("runs")),
        "form": ClassifierForm(),
    }
    return render(request, "training/classifiers/list.html", context)


@require_POST
@login_required
def train(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Queue the making of a classifier, if the run has enough examples."""
    run = get_object_or_404(GenerationRun, pk=run_id)
    form = ClassifierForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a share between 0.1 and 50 in 100.")
        return redirect("training:classifiers")
    try:
        check_examples(run, **form.cleaned_data)
    except ValueError as error:
        messages.error(request, str(error))
    else:
        train_content_classifier.defer(run_id=str(run.pk), **form.cleaned_data)
        messages.success(request, "The classifier is being made. It appears here in a moment.")
    return redirect("training:classifiers")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def classifier(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a classifier does; a text sent along is judged and not kept."""
    found = get_object_or_404(CLASSIFIERS, pk=pk)
    form = TryForm(request.POST or None)
    verdict = try_on(found, form) if form.is_valid() else None
    figures = found.figures
    mark = (figures["benign_refusals"]["value"] or 0, figures["recall"]["value"] or 0)
    context = {
        "classifier": found,
        "title": title_of(found),
        "roc": draw_roc(figures["roc"], mark, title_of(found)),
        "points": figures["roc"],
        "classes": class_lines(found),
        "forms": form_lines(found),
        "allowed": in_hundred(found.benign_refusal_rate),
        "kilobytes": figures["bytes"] // 1000,
        "form": form,
        "verdict": verdict,
    }
    return render(request, "training/classifiers/detail.html", context, status=422 if form.errors else 200)


def try_on(classifier: ContentClassifier, form: TryForm) -> tuple[str, bool] | None:
    """How sure it is that the text is restricted, and whether it would be refused."""
    try:
        probability, is_refused = assess(classifier, form.cleaned_data["text"])
    except WeightsMissing as error:
        form.add_error("text", str(error))
        return None
    return in_hundred(probability), is_refused
