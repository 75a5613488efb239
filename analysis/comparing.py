"""How one participant's votes compare with those of the groups, read for the few statements that takes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from django.db.models import QuerySet

from analysis.charts import MapGroup
from analysis.models import Analysis, StatementResult, Support, group_letter
from analysis.report import Voices, pool
from analysis.standing import ComparedStatement, Comparison, Likeness, Side

N_TYPICAL, N_SHARED = 3, 5
# Among so many statements of the highest level those that all groups clearly agree with are looked for.
N_LOOKED_AT = 40

VoicesByGroup = dict[int, Voices]


@dataclass(frozen=True)
class OwnVote:
    """A vote of the participant on a statement of the analysis, and what places them by it."""

    statement_id: int
    number: int
    choice: int
    center: float | None
    loading_x: float | None
    loading_y: float | None


class Wording(NamedTuple):
    """A statement as it was worded when it was analyzed."""

    statement_id: int
    number: int
    text: str


def compare(
    analysis: Analysis, votes: Collection[OwnVote], groups: Iterable[MapGroup], described: MapGroup | None
) -> Comparison:
    """What the described group has in common, what all groups share, and how the votes stand to both."""
    own = {vote.statement_id: vote.choice for vote in votes}
    sides = _typical_sides(analysis, described)
    typical = _read(analysis.results.filter(statement__number__in=sides)) if sides else []
    top = _read(analysis.results.order_by("-gac_level", "statement_id")[:N_LOOKED_AT])
    voices = _voices_by_group(analysis, {*own, *(row.statement_id for row in (*typical, *top))})
    shared = {statement for statement, heard in voices.items() if _is_shared(heard, analysis.k)}
    return Comparison(
        likenesses=tuple(_likeness(group, own, voices) for group in groups),
        typical=_typical(typical, sides, voices, described, own),
        shared=tuple(
            _compared(row, "agree", pool(voices[row.statement_id].values()), own)
            for row in top
            if row.statement_id in shared
        )[:N_SHARED],
        n_shared_voted=len(shared & own.keys()),
        n_shared_agreed=sum(own[statement] == 1 for statement in shared & own.keys()),
    )


def _read(results: QuerySet[StatementResult]) -> list[Wording]:
    return [Wording(*row) for row in results.values_list("statement_id", "statement__number", "text")]


def _typical_sides(analysis: Analysis, group: MapGroup | None) -> dict[int, Side]:
    """The statements that set the group apart, by number, and which side it takes on each."""
    items: Sequence[dict[Literal["id", "side"], object]] = []
    if group is not None:
        items = analysis.representative.get(str(group.number), [])
    return {int(str(item["id"])): "agree" if item["side"] == "agree" else "disagree" for item in items}


def _typical(
    rows: Iterable[Wording],
    sides: dict[int, Side],
    voices: dict[int, VoicesByGroup],
    group: MapGroup | None,
    own: dict[int, int],
) -> tuple[ComparedStatement, ...]:
    """The first few in the order of the analysis, of those on whose side more than half of the group are.

    A group's list may name a statement for want of a better one, on a side that few of its people take.
    """
    if group is None:
        return ()
    order = list(sides)
    listed = sorted(rows, key=lambda row: order.index(row.number))
    compared = (
        _compared(row, sides[row.number], voices[row.statement_id][group.number], own) for row in listed
    )
    return tuple(item for item in compared if item.is_of_most)[:N_TYPICAL]


def _voices_by_group(analysis: Analysis, statements: Collection[int]) -> dict[int, VoicesByGroup]:
    found: dict[int, VoicesByGroup] = defaultdict(dict)
    support = Support.objects.filter(group__analysis=analysis, statement__in=statements)
    rows = support.values_list("statement_id", "group__number", "n_agree", "n_pass", "n_disagree")
    for statement, group, agree, passed, disagree in rows:
        found[statement][group] = Voices(agree, passed, disagree, group_letter(group))
    return found


def _is_shared(voices: VoicesByGroup, k: int) -> bool:
    """Whether clearly more than half of every group agree."""
    return len(voices) == k > 0 and all(heard.agrees_clearly for heard in voices.values())


def _likeness(group: MapGroup, own: dict[int, int], voices: dict[int, VoicesByGroup]) -> Likeness:
    """Count the statements both took a side on; passing takes none, nor does a group that is split evenly."""
    sides = {
        statement: heard.n_agree - heard.n_disagree
        for statement in own
        if (heard := voices[statement].get(group.number)) and heard.n_agree != heard.n_disagree
    }
    both = [own[statement] * side for statement, side in sides.items() if own[statement]]
    return Likeness(group, sum(product > 0 for product in both), len(both))


def _compared(row: Wording, side: Side, voices: Voices, own: dict[int, int]) -> ComparedStatement:
    return ComparedStatement(row.number, row.text, side, voices, own.get(row.statement_id))
