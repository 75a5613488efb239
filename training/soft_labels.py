"""From single judgements to one soft label per pair: averages over orders, principles and judges.

Pure: no Django, no files. The procedure is that of Constitutional AI (Bai et al. 2022, arXiv 2212.08073,
section 4.1); that both orders are asked, and what is missing stays missing, is ours.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import TypeVar

CLAMP = (0.4, 0.6)
TIE_MARGIN = 0.02
Cell = tuple[str, int]
Key = TypeVar("Key", str, int)


class LabelStatus(StrEnum):
    """How a pair's label came out."""

    OK = "ok"
    TIE = "tie"
    IDENTICAL = "identical"
    REFUSED = "refused"
    UNREAD = "unread"


@dataclass(frozen=True)
class Judgement:
    """What one judge said of a pair under one principle, in one order of the options.

    `p_first` is the probability that the pair's first answer is the better one, wherever it stood: between 0
    and 1, or None when nothing could be read. `is_swapped`: the first answer stood as the second option.
    `status` is "ok", "refused", "unread", "empty", "cut" or "blocked"; `source` "log-probabilities" or
    "samples (5)"; `text` what the judge wrote, the first time it was asked.
    """

    judge: str
    principle: int
    is_swapped: bool
    p_first: float | None
    status: str = "ok"
    source: str = "log-probabilities"
    text: str = ""


@dataclass(frozen=True)
class SoftLabel:
    """One pair's label: the probability that its first answer is better, and how it was put together.

    `by_order` holds that probability when the first answer stood first, and when it stood second.
    `position_effect` is their difference, −1 to 1: above 0, standing first helped.
    """

    status: LabelStatus
    p_first: float | None
    by_order: tuple[float, float] | None
    position_effect: float | None
    by_judge: Mapping[str, float]
    by_principle: Mapping[int, float]

    @property
    def weight(self) -> float:
        """1 where somebody can learn from the label, else 0."""
        return float(self.status == LabelStatus.OK)


def clamp(p: float, bounds: tuple[float, float] = CLAMP) -> float:
    """Keep a probability within bounds: labels after step-by-step reasoning are nearly 0 or 1 otherwise."""
    low, high = bounds
    return min(max(p, low), high)


def average_judgements(judgements: Sequence[Judgement], *, tie_margin: float = TIE_MARGIN) -> SoftLabel:
    """Average the judgements of one pair of different answers.

    A judge's word under a principle counts only when both orders could be read: half of it would keep the
    judge's liking for a position. Every judge weighs the same, and every principle the same within a judge.

    Parameters
    ----------
    judgements : any number, in any order
    tie_margin : 0 to 0.5
        A label nearer to 0.5 than this is a tie.
    """
    if not 0 <= tie_margin < 0.5:
        raise ValueError(f"tie_margin must be at least 0 and below 0.5, not {tie_margin}")
    cells = complete_cells(judgements)
    if not cells:
        return missing_label(judgements)
    straight = average_by_judge({cell: orders[0] for cell, orders in cells.items()})
    swapped = average_by_judge({cell: orders[1] for cell, orders in cells.items()})
    p_first = (straight + swapped) / 2
    middles = {cell: fmean(orders) for cell, orders in cells.items()}
    return SoftLabel(
        status=LabelStatus.TIE if is_tie(p_first, tie_margin) else LabelStatus.OK,
        p_first=p_first,
        by_order=(straight, swapped),
        position_effect=straight - swapped,
        by_judge=group_means((judge, p) for (judge, _), p in middles.items()),
        by_principle=group_means((principle, p) for (_, principle), p in middles.items()),
    )


def identical_label() -> SoftLabel:
    """The label of two answers that are the same text: a tie that nobody needs to judge."""
    return SoftLabel(LabelStatus.IDENTICAL, 0.5, None, None, {}, {})


def missing_label(judgements: Sequence[Judgement]) -> SoftLabel:
    """No label: refused when a judge declined, otherwise unread. It is missing, not one half."""
    has_refused = any(judgement.status == "refused" for judgement in judgements)
    status = LabelStatus.REFUSED if has_refused else LabelStatus.UNREAD
    return SoftLabel(status, None, None, None, {}, {})


def is_tie(p: float, margin: float) -> bool:
    """Whether a label is within the margin of one half (one half itself always is)."""
    return abs(p - 0.5) <= margin + 1e-12


def complete_cells(judgements: Iterable[Judgement]) -> dict[Cell, tuple[float, float]]:
    """By judge and principle: `p_first` as asked and swapped, where both could be read."""
    found: dict[Cell, dict[bool, float]] = defaultdict(dict)
    for judgement in judgements:
        if judgement.p_first is not None:
            found[judgement.judge, judgement.principle][judgement.is_swapped] = judgement.p_first
    return {cell: (orders[False], orders[True]) for cell, orders in found.items() if len(orders) == 2}


def average_by_judge(values: Mapping[Cell, float]) -> float:
    """The mean over judges of each judge's mean over principles."""
    return fmean(group_means((judge, p) for (judge, _), p in values.items()).values())


def group_means(pairs: Iterable[tuple[Key, float]]) -> dict[Key, float]:
    """The mean of the values under each key."""
    groups: dict[Key, list[float]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: fmean(values) for key, values in groups.items()}
