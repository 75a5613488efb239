"""Which statement a participant sees next.

Every statement that counts and that the person has not voted on may come. Its chance grows with the
priority the latest analysis gave it and with how few votes it has; statements that ask about the participant
come rarely.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from django.db import connection

from voting.models import Conversation, Participant, Statement

METADATA_CHANCE = 0.1
# Votes are counted only for a few candidates, and only this far: a request never counts a whole table.
N_CANDIDATES = 8
ENOUGH_VOTES = 20


@dataclass(frozen=True)
class NextCard:
    """The statement to show, or none when all are done, and how far the participant is."""

    statement: Statement | None
    n_done: int
    n_statements: int


@dataclass(frozen=True)
class Candidate:
    """A statement that may come next, with what its chance depends on."""

    id: int
    priority: float
    is_metadata: bool


def next_card(*, conversation: Conversation, participant: Participant | None, random: Random) -> NextCard:
    """Draw the next statement; the same `random` draws the same one."""
    statements = Statement.objects.counted_in(conversation).order_by("number")
    if participant is not None:
        # Pending statements take votes in some conversations, but never from the one who wrote them.
        statements = statements.exclude(status=Statement.Status.PENDING, author=participant)
    candidates = [Candidate(*row) for row in statements.values_list("id", "priority", "is_metadata")]
    seen = set(participant.votes.values_list("statement_id", flat=True)) if participant else set()
    unseen = [candidate for candidate in candidates if candidate.id not in seen]
    chosen = choose(unseen, random) if unseen else None
    return NextCard(
        statement=None if chosen is None else Statement.objects.get(pk=chosen.id),
        n_done=len(candidates) - len(unseen),
        n_statements=len(candidates),
    )


def choose(unseen: Sequence[Candidate], random: Random) -> Candidate:
    """Draw a few candidates by priority, then one of them, those with few votes first. Costs one query."""
    weights = [max(c.priority, 1e-9) * (METADATA_CHANCE if c.is_metadata else 1.0) for c in unseen]
    drawn = {unseen[at].id: unseen[at] for at in draw_without_return(weights, N_CANDIDATES, random)}
    n_votes = count_votes(list(drawn))
    boosts = [few_votes_boost(n_votes[candidate]) for candidate in drawn]
    return drawn[random.choices(list(drawn), boosts)[0]]


def draw_without_return(weights: Sequence[float], n: int, random: Random) -> list[int]:
    """Places of `n` weights, each drawn with a chance in proportion to its weight (Efraimidis–Spirakis)."""
    keys = [random.random() ** (1.0 / weight) for weight in weights]
    return sorted(range(len(weights)), key=lambda at: -keys[at])[:n]


def few_votes_boost(n_votes: int) -> float:
    """Polis's own: nine times the weight for a statement nobody saw, falling to one within 20 votes."""
    return 1 + 8 * 2 ** (-n_votes / 5)


def count_votes(statements: Sequence[int]) -> dict[int, int]:
    """How many votes each statement has, counted up to ENOUGH_VOTES."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT statement.id, (
                SELECT count(*) FROM (
                    SELECT 1 FROM voting_vote vote WHERE vote.statement_id = statement.id LIMIT %s
                ) AS first_votes
            )
            FROM unnest(%s::bigint[]) AS statement (id)
            """,
            [ENOUGH_VOTES, list(statements)],
        )
        return dict(cursor.fetchall())
