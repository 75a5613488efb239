"""Change a draft: wording, framing, weight, rationale, order. Every change is kept on record."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import transaction

from constitution.models import Constitution, DraftEdit, Principle
from constitution.services import AlreadyAdopted
from constitution.wording import OPENING

KEPT_FIELDS = {
    DraftEdit.Kind.WORDING: "text",
    DraftEdit.Kind.FRAMING: "framing",
    DraftEdit.Kind.WEIGHT: "weight",
    DraftEdit.Kind.RATIONALE: "rationale",
}


class WordingRefused(ValueError):
    """The new words cannot stand as a principle; the message says why."""


def edit_principle(
    *,
    principle: Principle,
    text: str,
    framing: str,
    weight: float = 1.0,
    rationale: str = "",
    by: User | None = None,
) -> Principle:
    """Word a principle anew; a person having seen it, it is no longer flagged."""
    text = " ".join(text.split())
    _check_wording(text, weight)
    wanted = {"text": text, "framing": framing, "weight": weight, "rationale": rationale.strip()}
    with _editing(principle.constitution):
        principle.refresh_from_db()
        for kind, field in KEPT_FIELDS.items():
            before = getattr(principle, field)
            if before != wanted[field]:
                _record(principle, kind, before=str(before), after=str(wanted[field]), by=by)
                setattr(principle, field, wanted[field])
        principle.needs_editing = False
        principle.save()
    return principle


def _check_wording(text: str, weight: float) -> None:
    if not text.startswith(OPENING + " ") or len(text) <= len(OPENING) + 1:
        raise WordingRefused(f"A principle begins with “{OPENING} …” and goes on.")
    if not 0 < weight < float("inf"):
        raise WordingRefused("The weight must be a number above 0.")


def move_principle(*, principle: Principle, step: int, by: User | None = None) -> Principle:
    """Move a principle up (−1) or down (+1); at the end of the list nothing happens."""
    with _editing(principle.constitution):
        principle.refresh_from_db()
        if step < 0:
            near = principle.constitution.principles.filter(position__lt=principle.position).last()
        else:
            near = principle.constitution.principles.filter(position__gt=principle.position).first()
        if near is None:
            return principle
        before, principle.position = principle.position, near.position
        near.position = before
        near.save(update_fields=["position"])
        principle.save(update_fields=["position"])
        _record(principle, DraftEdit.Kind.ORDER, before=str(before), after=str(principle.position), by=by)
    return principle


def remove_principle(*, principle: Principle, by: User | None = None) -> None:
    """Take a principle out of a draft and close the gap; what it said stays on record."""
    with _editing(principle.constitution) as draft:
        principle.refresh_from_db()
        _record(principle, DraftEdit.Kind.REMOVAL, before=principle.text, after="", by=by)
        principle.delete()
        for position, rest in enumerate(draft.principles.order_by("position"), start=1):
            if rest.position != position:
                rest.position = position
                rest.save(update_fields=["position"])


def discard_draft(*, constitution: Constitution) -> None:
    """Delete a draft with its wording and its record; an adopted constitution stays."""
    with _editing(constitution) as draft:
        draft.delete()


@contextmanager
def _editing(constitution: Constitution) -> Iterator[Constitution]:
    """Hold the draft while it is changed, so that edits and an adoption follow one another."""
    with transaction.atomic():
        draft = Constitution.objects.select_for_update().get(pk=constitution.pk)
        if draft.is_adopted():
            raise AlreadyAdopted(draft)
        yield draft


def _record(principle: Principle, kind: DraftEdit.Kind, *, before: str, after: str, by: User | None) -> None:
    numbers = principle.sources.order_by("statement__number").values_list("statement__number", flat=True)
    DraftEdit.objects.create(
        constitution_id=principle.constitution_id,
        kind=kind,
        statements=list(numbers),
        before=before,
        after=after,
        made_by=by,
    )
