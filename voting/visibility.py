"""When a person may see results: how many votes that takes, and whether they are to be seen at all yet."""

from opinion.groups import MIN_VOTES
from voting.models import Conversation, Participant, Statement, Vote
from voting.tallies import tally


def votes_needed(n_statements: int) -> int:
    """So many votes are enough to be placed among others: seven, or all where there are fewer statements."""
    return max(1, min(MIN_VOTES, n_statements))


def count_missing_votes(conversation: Conversation, participant: Participant | None) -> int:
    """How many more votes this person's place and results take; counts only their own votes."""
    needed = votes_needed(tally(conversation).n_statements)
    return max(0, needed - count_counted_votes(conversation, participant))


def count_counted_votes(conversation: Conversation, participant: Participant | None) -> int:
    """The person's votes on statements that count now; a rejected statement's votes do not."""
    if participant is None:
        return 0
    statements = Statement.objects.filter(status__in=conversation.counted_statuses())
    return Vote.objects.filter(participant=participant, statement__in=statements).count()


def may_see_results(conversation: Conversation, participant: Participant | None) -> bool:
    """Whether this person may see the results now; costs a query only where that depends on their votes."""
    if conversation.shows_results:
        return True
    if conversation.results_shown != Conversation.ResultsShown.AFTER_VOTING:
        return False
    return participant is not None and count_missing_votes(conversation, participant) == 0
