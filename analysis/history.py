"""What an analysis takes over from the one before, so that groups keep their letters and their number."""

from analysis.models import Analysis
from opinion import GroupHistory
from voting.models import Conversation


def load_history(conversation: Conversation, votes_sha256: str) -> GroupHistory | None:
    """The groups of the last analysis that found them in other votes than these; None if there is none.

    All analyses of the same votes build on the same one. Asking again is therefore no further evidence for
    another number of groups, and gives the same result.
    """
    found = conversation.analyses.filter(parameters__groups_given=False).exclude(votes_sha256=votes_sha256)
    last = found.first()
    return None if last is None else _history(last)


def _history(analysis: Analysis) -> GroupHistory:
    rows = analysis.positions.values_list("participant__number", "group_number")
    return GroupHistory(
        votes_sha256=analysis.votes_sha256,
        group_of={person: group for person, group in rows if group is not None},
        **(analysis.parameters.get("k_in_force") or {}),
    )
