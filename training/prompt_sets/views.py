"""Pages for researchers: prompt sets, which principles they cover, and spot checks."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from constitution.models import Constitution
from constitution.paging import paged
from training.estimate import estimate_run
from training.models import Exercise, PromptSet
from training.prompt_sets.coverage import check_exercise, checked_share, coverage_of, next_check
from training.prompt_sets.forms import CoverageForm, FindForm, ImportForm, readable_constitution
from training.prompt_sets.generating import plan_naming, plan_writing
from training.prompt_sets.jobs import queue_naming, queue_writing
from training.prompt_sets.services import KNOWN_TAGS, add_prompts, make_set
from training.run_access import usable_constitutions

PER_PAGE = 50
ENOUGH = 5
ANSWERS = {"yes": True, "no": False, "unsure": None}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def prompt_sets(request: HttpRequest) -> HttpResponse:
    """List the sets; a file that is sent is added to one."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        found = take_file(request, form)
        if found is not None:
            return redirect("training:prompt_set", found.slug)
    sets = PromptSet.objects.annotate(
        n=Count("prompts"), n_held_out=Count("prompts", filter=Q(prompts__is_held_out=True))
    )
    constitutions = usable_constitutions(request.user)
    context = {
        "page": Paginator(sets.order_by("slug"), PER_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "constitution_page": Paginator(constitutions, PER_PAGE).get_page(request.GET.get("constitutions")),
    }
    return render(request, "training/prompts/sets.html", context, status=422 if form.errors else 200)


def take_file(request: HttpRequest, form: ImportForm) -> PromptSet | None:
    """Add the file's prompts, all or none; what is wrong with it stands at its field."""
    told = form.cleaned_data
    try:
        prompts = form.prompts()
        found = make_set(slug=told["slug"], source=told["source"], license=told["license"])
        added = add_prompts(prompt_set=found, prompts=prompts)
    except ValueError as error:
        form.add_error("file", str(error))
        return None
    messages.success(
        request, f"{added.n_new} prompts are added; {added.n_duplicates} came twice or were there already."
    )
    return found


@require_GET
@login_required
def prompt_set(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a set's prompts, all or those with a tag."""
    found = get_object_or_404(PromptSet, slug=slug)
    tag = request.GET.get("tag", "")
    prompts = found.prompts.filter(tags__contains=[tag]) if tag else found.prompts.all()
    counts: dict[str, Any] = {name: Count("pk", filter=Q(tags__contains=[name])) for name in KNOWN_TAGS}
    context = {
        "prompt_set": found,
        "tag": tag,
        "tags": found.prompts.aggregate(**counts),
        "page": Paginator(prompts, PER_PAGE).get_page(request.GET.get("page")),
        "constitution_page": Paginator(usable_constitutions(request.user), PER_PAGE).get_page(
            request.GET.get("constitutions")
        ),
    }
    return render(request, "training/prompts/set.html", context)


@require_GET
@login_required
def coverage(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Show how many prompts exercise each principle, and where there are too few."""
    constitution = get_constitution(request, slug, version)
    form = CoverageForm(request.GET if "at_least" in request.GET else None, initial={"at_least": ENOUGH})
    chosen = form.cleaned_data if form.is_valid() else {}
    enough = chosen.get("at_least") or ENOUGH
    rows = coverage_of(constitution, chosen.get("prompt_set"))
    checked = checked_share(constitution)
    context = {
        "constitution": constitution,
        "form": form,
        "find_form": FindForm(
            user=request.user, is_draft=not constitution.is_adopted(), initial={"at_least": enough}
        ),
        "n_principles": len(rows),
        "page": paged(rows, request.GET.get("page")),
        "enough": enough,
        "n_enough": sum(row.n >= enough for row in rows),
        "tags": KNOWN_TAGS,
        "checked": [(Exercise.FoundBy(name).label, share) for name, share in checked.items()],
        "n_unchecked": constitution.exercises.filter(checked_at=None).count(),
    }
    return render(request, "training/prompts/coverage.html", context)


@require_POST
@login_required
def find(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Queue finding what prompts exercise, or writing what is missing."""
    constitution = get_constitution(request, slug, version)
    form = FindForm(request.POST, user=request.user, is_draft=not constitution.is_adopted())
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return redirect("training:coverage", slug, version)
    what = {"constitution": constitution, "prompt_set": form.cleaned_data["prompt_set"]}
    model = form.cleaned_data.get("model", "")
    if "write" in request.POST and not constitution.is_adopted():
        messages.error(request, "Prompts are written for adopted constitutions only.")
    elif not model and ("write" in request.POST or "estimate" in request.POST):
        messages.error(request, "Name the model that is to be asked.")
    elif "estimate" in request.POST:
        say_what_it_would_take(request, form, what)
    elif "write" in request.POST:
        queue_writing(**what, model=model, at_least=form.cleaned_data["at_least"], budget=form.budget())
        messages.success(request, "Prompts are being written; they appear here as they come.")
    elif model:
        queue_naming(**what, model=model, budget=form.budget())
        messages.success(request, "The model is being asked; load this page again in a moment.")
    else:
        queue_naming(**what)
        messages.success(request, "It is being looked up; load this page again in a moment.")
    return redirect("training:coverage", slug, version)


def say_what_it_would_take(request: HttpRequest, form: FindForm, what: dict[str, Any]) -> None:
    """Tell calls, tokens, money and time of writing and of finding; begins nothing."""
    model = form.cleaned_data["model"]
    writing = plan_writing(**what, model=model, at_least=form.cleaned_data["at_least"])
    if writing is None:
        messages.info(request, "Every principle has enough prompts of this set: nothing would be written.")
    else:
        told = estimate_run(writing, model=model).in_words()
        messages.info(request, f"The first round of writing would take {told}.")
    if what["prompt_set"].prompts.exists():
        told = estimate_run(plan_naming(**what, model=model), model=model).in_words()
        messages.info(request, f"Finding which principles the prompts exercise would take {told}.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def check(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """Ask a person whether a prompt exercises a principle, one pair after another."""
    constitution = get_constitution(request, slug, version)
    if request.method == "POST" and isinstance(request.user, User):
        exercise = get_object_or_404(constitution.exercises, pk=request.POST.get("exercise") or 0)
        answer = request.POST.get("answer", "")
        if answer not in ANSWERS:
            raise Http404("The answer is yes, no or unsure.")
        check_exercise(exercise=exercise, is_right=ANSWERS[answer], by=request.user)
        return redirect("training:check_coverage", slug, version)
    n = constitution.exercises.exclude(checked_at=None).count()
    context = {"constitution": constitution, "exercise": next_check(constitution), "n_checked": n}
    return render(request, "training/prompts/check.html", context)


def get_constitution(request: HttpRequest, slug: str, version: int) -> Constitution:
    found = readable_constitution(request.user, slug, version)
    if found is None:
        raise Http404("There is no constitution of this version that you may read.")
    return found
