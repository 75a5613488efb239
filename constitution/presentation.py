"""A constitution's document in the shapes and words its page shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from analysis.models import group_letter
from analysis.report import Voices


@dataclass(frozen=True)
class SourceView:
    """A statement behind a principle, or a minority position, with its votes."""

    number: int
    text: str
    groups: tuple[Voices, ...]
    gac: float | None
    level: float | None
    lower: float | None

    @property
    def level_words(self) -> str:
        """The level as a reader says it."""
        if self.level is None or self.lower is None:
            return _("A moderator withdrew this statement after the draft was made, so it has no figures.")
        weakest = min(self.groups, key=lambda voices: voices.agreement)
        return _(
            "Averaged over the groups, about %(level)s in 100 people agree, and very likely no fewer than "
            "%(lower)s. In group %(letter)s, which agrees least, it is about %(weakest)s in 100."
        ) % {
            "level": _in_100(self.level),
            "lower": _in_100(self.lower),
            "letter": weakest.letter,
            "weakest": _in_100(weakest.agreement),
        }

    @property
    def level_short(self) -> str:
        if self.level is None:
            return ""
        return _("about %(n)s in 100 agree, averaged over the groups") % {"n": _in_100(self.level)}


@dataclass(frozen=True)
class PrincipleView:
    """One principle as the page shows it."""

    number: int
    text: str
    framing: str
    weight: float
    rationale: str
    needs_editing: bool
    sources: tuple[SourceView, ...]

    @property
    def framing_words(self) -> str:
        return {
            "positive": _("It says what to do"),
            "negative": _("It says what to avoid"),
            "comparative": _("It says what there should be more or less of"),
            "verbatim": _("It stands as the public wrote it"),
        }.get(self.framing, self.framing)


@dataclass(frozen=True)
class PositionView:
    """What one group holds and another does not."""

    letter: str
    agreement: int
    source: SourceView


@dataclass(frozen=True)
class ConstitutionView:
    """Everything on the page of a constitution, read from its document alone."""

    document: dict[str, Any]
    principles: tuple[PrincipleView, ...]
    positions: tuple[PositionView, ...]

    @property
    def adopted_at(self) -> datetime | None:
        written = self.document["adopted_at"]
        return None if written is None else datetime.fromisoformat(written)

    @property
    def n_edited(self) -> int:
        return len(self.document["edits"])


def read_document(document: dict[str, Any]) -> ConstitutionView:
    """Prepare a document for the page."""
    principles = (_principle(principle) for principle in document["principles"])
    positions = (_position(position) for position in document["dissent"]["positions"])
    return ConstitutionView(document, tuple(principles), tuple(positions))


def _principle(principle: dict[str, Any]) -> PrincipleView:
    return PrincipleView(
        number=principle["id"],
        text=principle["text"],
        framing=principle["framing"],
        weight=principle["weight"],
        rationale=principle["rationale"],
        needs_editing=principle["needs_editing"],
        sources=tuple(_source(statement) for statement in principle["statements"]),
    )


def _position(position: dict[str, Any]) -> PositionView:
    return PositionView(
        group_letter(position["group"]), _in_100(position["agreement"]), _source(position["statement"])
    )


def _source(statement: dict[str, Any]) -> SourceView:
    return SourceView(
        number=statement["id"],
        text=statement["text"],
        groups=tuple(_voices(statement["by_group"])),
        gac=statement["gac"],
        level=statement["gac_level"],
        lower=statement["gac_lower"],
    )


def _voices(by_group: Iterable[dict[str, int]]) -> Iterable[Voices]:
    for votes in by_group:
        yield Voices(
            n_agree=votes["agree"],
            n_pass=votes["pass"],
            n_disagree=votes["disagree"],
            letter=group_letter(votes["group"]),
        )


def _in_100(share: float) -> int:
    return round(100 * share)
