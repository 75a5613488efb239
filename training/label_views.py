"""The page where people label pairs, without seeing who wrote an answer or what a model says of it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from training.label_access import SignedInRequest, get_preference_run, may_change
from training.label_forms import SheetForm
from training.labeling import (
    NothingToLabel,
    draw_sheet,
    first_stands_left,
    last_label,
    next_item,
    principles_of,
    progress_of,
    save_label,
    withdraw_label,
)
from training.models import GenerationRun, LabelItem, LabelSheet, PairLabel

SIDES = ("left", "right", "same", "unsure")


@require_http_methods(["GET", "POST"])
@login_required
def label(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Show the next pair to a person, or one they want to look at again; keep what they say."""
    run = get_preference_run(pk)
    sheet = LabelSheet.objects.filter(run=run).first()
    if sheet is None:
        context = {"run": run, "form": SheetForm(), "may_change": may_change(request.user, run)}
        return render(request, "training/label_start.html", context)
    if request.method == "POST":
        return keep_label(request, run, sheet)
    item = asked_item(request, sheet) or next_item(sheet, request.user)
    context = {
        "run": run,
        "item": shown_item(item, request, run) if item else None,
        "progress": progress_of(sheet, request.user),
        "last": last_label(sheet, request.user),
    }
    return render(request, "training/label.html", context)


def keep_label(request: SignedInRequest, run: GenerationRun, sheet: LabelSheet) -> HttpResponse:
    """Keep one answer, or take it back."""
    number = request.POST.get("item", "")
    item = get_object_or_404(sheet.items.select_related("sheet"), pk=number if number.isdecimal() else 0)
    side = request.POST.get("choice", "")
    if side == "withdraw":
        withdraw_label(item=item, labeler=request.user)
        return redirect(f"{request.path}?item={item.pk}")
    if side not in SIDES:
        return HttpResponseBadRequest(f"A choice is one of {', '.join(SIDES)}.")
    save_label(item=item, labeler=request.user, choice=choice_of(side, item, request))
    return redirect("training:label", pk=run.pk)


@require_POST
@login_required
def draw(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Draw the sample that people label."""
    run = get_preference_run(pk, by=request.user)
    form = SheetForm(request.POST)
    if not form.is_valid():
        context = {"run": run, "form": form, "may_change": True}
        return render(request, "training/label_start.html", context, status=422)
    try:
        draw_sheet(run=run, by=request.user, **form.cleaned_data)
    except NothingToLabel as error:
        messages.error(request, str(error))
    return redirect("training:label", pk=run.pk)


def asked_item(request: SignedInRequest, sheet: LabelSheet) -> LabelItem | None:
    """The pair a person wants to see again."""
    number = request.GET.get("item", "")
    return sheet.items.select_related("sheet").filter(pk=number).first() if number.isdecimal() else None


def choice_of(side: str, item: LabelItem, request: SignedInRequest) -> str:
    """From a side of the screen to an answer."""
    if side not in ("left", "right"):
        return side
    is_first = (side == "left") == first_stands_left(item, request.user)
    return PairLabel.Choice.FIRST if is_first else PairLabel.Choice.SECOND


def shown_item(item: LabelItem, request: SignedInRequest, run: GenerationRun) -> dict[str, object]:
    """A pair as this person sees it, with what they said of it before."""
    is_first_left = first_stands_left(item, request.user)
    left, right = (item.first, item.second) if is_first_left else (item.second, item.first)
    said = PairLabel.objects.filter(item=item, labeler=request.user).values_list("choice", flat=True).first()
    sides = {"first": "left" if is_first_left else "right", "second": "right" if is_first_left else "left"}
    texts = run.constitution.principles.values_list("position", "text")
    return {
        "pk": item.pk,
        "prompt": item.prompt,
        "left": left,
        "right": right,
        "principles": principles_of(item, texts),
        "said": sides.get(said or "", said),
    }
