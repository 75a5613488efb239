"""How large conversations are: counts for pages and lists, kept for a minute."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Q

from voting.models import Conversation, Statement, Vote

SECONDS_KEPT = 60


@dataclass(frozen=True)
class Tally:
    """Numbers that tell how large a conversation is."""

    n_participants: int
    n_votes: int
    n_statements: int
    n_pending: int


def tally(conversation: Conversation) -> Tally:
    """Count participants, votes and statements; at most a minute old."""
    known = cache.get_or_set(f"voting.tally.{conversation.pk}", lambda: count_now(conversation), SECONDS_KEPT)
    return known if isinstance(known, Tally) else count_now(conversation)


def count_now(conversation: Conversation) -> Tally:
    """Count everything; a hidden cost on large conversations."""
    statements = conversation.statements.aggregate(
        counted=Count("pk", filter=Q(status__in=conversation.counted_statuses())),
        pending=Count("pk", filter=Q(status=Statement.Status.PENDING)),
    )
    return Tally(
        n_participants=conversation.participants.count(),
        n_votes=conversation.votes.count(),
        n_statements=statements["counted"],
        n_pending=statements["pending"],
    )


@dataclass(frozen=True)
class Choices:
    """How often each choice was made on one statement."""

    agrees: int = 0
    disagrees: int = 0
    passes: int = 0


def choices_by_statement(statements: Iterable[Statement]) -> dict[int, Choices]:
    """The choices made on those of the statements that have votes, by the statement's row id."""
    rows = (
        Vote.objects.filter(statement__in=[statement.pk for statement in statements])
        .values("statement_id")
        .annotate(
            agrees=Count("pk", filter=Q(choice=Vote.Choice.AGREE)),
            disagrees=Count("pk", filter=Q(choice=Vote.Choice.DISAGREE)),
            passes=Count("pk", filter=Q(choice=Vote.Choice.PASS)),
        )
        .values_list("statement_id", "agrees", "disagrees", "passes")
    )
    return {statement: Choices(*numbers) for statement, *numbers in rows}
