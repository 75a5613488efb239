"""What a judge's words about a revision come to. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

BETTER, WORSE, EVEN, UNREAD = "better", "worse", "even", "unread"


def result_of(p_before_by_order: Sequence[float | None]) -> str:
    """From how far the earlier text is preferred in each order, to what that says of the revision.

    A judge that follows the place and not the text says nothing: then they are even.
    """
    if any(p_before is None for p_before in p_before_by_order):
        return UNREAD
    if all(p_before < 0.5 for p_before in p_before_by_order if p_before is not None):
        return BETTER
    if all(p_before > 0.5 for p_before in p_before_by_order if p_before is not None):
        return WORSE
    return EVEN


def verdict_of(judge: str, comparisons: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A revision's verdict: the result under its own principle, and the earlier principles it undoes."""
    own = next(comparison for comparison in comparisons if not comparison["is_earlier"])
    undoes = [told["principle"] for told in comparisons if told["is_earlier"] and told["result"] == WORSE]
    return {
        "judge": judge,
        "result": own["result"],
        "undoes": undoes,
        "comparisons": [dict(told) for told in comparisons],
    }


def is_worth_keeping(verdict: Mapping[str, Any]) -> bool:
    """Neither worse under its own principle nor, under an earlier one, worse than what it revised."""
    return verdict["result"] != WORSE and not verdict["undoes"]
