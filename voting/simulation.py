"""A conversation between simulated participants, for demonstrations and tests.

Three groups of opinion are planted. A participant is a mixture of them, mostly of one; how much they like a
statement is the mixture of the groups' leanings plus a tendency to agree; and from that liking follow agree,
disagree or pass. Nobody sees everything, and some see far more than others.
"""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.contrib.auth.models import User
from django.db import transaction
from numpy.typing import NDArray

from voting.bulk import NewStatement, copy_participants, copy_statements, copy_votes, look_up
from voting.models import Conversation, Statement

STATEMENTS_FILE = Path(__file__).parent / "demonstration" / "statements.toml"
FEWEST_SEEN, MOST_SEEN = 20, 50
# How much of a participant's opinion is their own group's: Dirichlet weights of the own and the other groups.
OWN_GROUP, OTHER_GROUPS = 14.0, 0.5
# People differ in how readily they agree; in log-odds.
AGREEABLENESS = 0.35
SHARE_ALWAYS_PASSING, SHARE_PASSING_WHEN_TORN = 0.04, 0.3
FIRST_VOTE = datetime(2026, 3, 2, 9, tzinfo=UTC)
SECONDS_BETWEEN_VOTES = 20


@dataclass(frozen=True)
class SimulatedVotes:
    """Votes as parallel arrays, and the planted group of each participant number."""

    persons: NDArray[np.int64]
    statements: NDArray[np.int64]
    choices: NDArray[np.int8]
    groups: NDArray[np.int64]


def simulate_conversation(
    *,
    slug: str,
    n_participants: int = 400,
    seed: int = 20260302,
    owner: User | None = None,
    title: str | None = None,
) -> Conversation:
    """Make the demonstration conversation, or return the one that is there already under this slug."""
    script = tomllib.loads(STATEMENTS_FILE.read_text(encoding="utf-8"))
    support = np.array([entry["support"] for entry in script["statements"]], dtype=np.float64)
    votes = simulate_votes(support, n_participants=n_participants, random_state=seed)
    with transaction.atomic():
        conversation, is_new = Conversation.objects.get_or_create(
            slug=slug,
            defaults={
                "title": title or script["title"],
                "description": script["description"].strip(),
                "population": script["population"],
                "status": Conversation.Status.OPEN,
                "owner": owner,
                "source": f"Simulated participants, seed {seed}",
                "last_participant_number": n_participants - 1,
                "last_statement_number": len(support) - 1,
            },
        )
        if is_new:
            _write(conversation, script["statements"], votes)
    return conversation


def simulate_votes(support: NDArray[np.float64], *, n_participants: int, random_state: int) -> SimulatedVotes:
    """Draw who votes how on what.

    Parameters
    ----------
    support : float array of shape (n_statements, n_groups)
        How each group leans, in log-odds of agreeing.
    n_participants : int
        Divided evenly among the groups.
    random_state : int
        The same number draws the same votes.

    Returns
    -------
    SimulatedVotes
        Sorted by person, in the order in which each saw the statements.
    """
    draw = np.random.default_rng(random_state)
    n_statements, n_groups = support.shape
    groups = draw.permutation(np.arange(n_participants) % n_groups)
    liking = _draw_opinions(groups, n_groups, draw) @ support.T
    liking += draw.normal(0.0, AGREEABLENESS, size=(n_participants, 1))
    seen = [_draw_exposure(n_statements, draw) for _ in range(n_participants)]
    persons = np.repeat(np.arange(n_participants), [len(statements) for statements in seen])
    statements = np.concatenate(seen) if seen else np.empty(0, dtype=np.int64)
    return SimulatedVotes(persons, statements, _draw_choices(liking[persons, statements], draw), groups)


def _draw_opinions(
    groups: NDArray[np.int64], n_groups: int, draw: np.random.Generator
) -> NDArray[np.float64]:
    """Each participant's mixture of the groups' opinions: rows that sum to one."""
    weights = np.full((len(groups), n_groups), OTHER_GROUPS)
    weights[np.arange(len(groups)), groups] = OWN_GROUP
    shares = draw.standard_gamma(weights)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float64)


def _draw_exposure(n_statements: int, draw: np.random.Generator) -> NDArray[np.int64]:
    """Which statements one participant votes on, in order: most give few votes, some give many."""
    length = FEWEST_SEEN + (MOST_SEEN + 1 - FEWEST_SEEN) * draw.beta(1.2, 2.2)
    return draw.permutation(n_statements)[: min(int(length), n_statements)]


def _draw_choices(liking: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.int8]:
    """Agree, pass or disagree: logistic in the liking, with more passes the more torn a person is."""
    passing = SHARE_ALWAYS_PASSING + SHARE_PASSING_WHEN_TORN * np.exp(-(liking**2))
    agreeing = draw.random(len(liking)) < 1.0 / (1.0 + np.exp(-liking))
    choices = np.where(agreeing, 1, -1)
    return np.where(draw.random(len(liking)) < passing, 0, choices).astype(np.int8)


def _write(conversation: Conversation, entries: list[dict[str, Any]], votes: SimulatedVotes) -> None:
    participants = copy_participants(
        conversation=conversation,
        numbers=range(len(votes.groups)),
        published_groups=dict(enumerate(votes.groups.tolist())),
        created_at=FIRST_VOTE,
    )
    statements = copy_statements(
        conversation=conversation,
        statements=[_new_statement(number, entry) for number, entry in enumerate(entries)],
        participant_ids=participants,
        created_at=FIRST_VOTE,
    )
    first, gap = int(FIRST_VOTE.timestamp()) * 1_000_000, SECONDS_BETWEEN_VOTES * 1_000_000
    copy_votes(
        conversation=conversation,
        participants=look_up(participants, votes.persons),
        statements=look_up(statements, votes.statements),
        choices=votes.choices,
        cast_at=first + gap * np.arange(len(votes.choices), dtype=np.int64),
    )


def _new_statement(number: int, entry: dict[str, Any]) -> NewStatement:
    return NewStatement(
        number=number,
        text=entry["text"],
        status=Statement.Status.ACCEPTED,
        is_seed=True,
        is_metadata=entry.get("is_metadata", False),
    )
