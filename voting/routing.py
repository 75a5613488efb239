"""Which statement a participant sees next; docs/routing.md explains the rule.

Every statement that counts and that the person has not voted on may come. Those come first that the person's
opinion group has seen too seldom, then those whose consensus is most uncertain. Statements that ask about
the participant come late and rarely. The chance of every card is kept with it.
"""

from dataclasses import dataclass
from random import Random
from typing import LiteralString

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from opinion.routing import card_chances, memberships
from opinion.support import Counts
from voting.candidates import Candidates, candidates_of
from voting.models import Conversation, Participant, Statement
from voting.prepared import fetch_prepared

RULE = "exposure-then-uncertainty-1"
METADATA_CHANCE = 0.1
METADATA_AFTER = 10

Floats = NDArray[np.float64]

SEEN: LiteralString = """
SELECT statement_id, choice FROM voting_vote WHERE participant_id = %s
UNION ALL
SELECT statement_id, NULL FROM voting_showing WHERE participant_id = %s
"""
KEEP_SHOWING = """
INSERT INTO voting_showing (participant_id, statement_id, rule, chance) VALUES (%s, %s, %s, %s)
ON CONFLICT (participant_id, statement_id) DO NOTHING
"""


@dataclass(frozen=True)
class NextCard:
    """The statement to show, or none when all are done, and how far the participant is.

    `chance` is the probability with which it was drawn now; None if it was shown before and is still open.
    """

    statement: Statement | None
    n_done: int
    n_statements: int
    chance: float | None = None


@dataclass(frozen=True)
class Seen:
    """What a participant voted on, and what they were shown, by the statement's row id."""

    choices: dict[int, int]
    shown: list[int]


def next_card(
    *,
    conversation: Conversation,
    participant: Participant | None,
    random: Random,
    after: tuple[Statement, int] | None = None,
) -> NextCard:
    """Choose the next statement: the one still open before them, or a newly drawn one. Costs one query.

    `after` is a statement and the choice about to be stored for it.
    """
    candidates = candidates_of(conversation)
    seen = read_seen(participant)
    if after is not None:
        seen.choices[after[0].pk] = after[1]
    done = [candidates.place_of[pk] for pk in seen.choices if pk in candidates.place_of]
    own = candidates.pending_by_author.get(participant.pk, []) if participant else []
    is_free = np.ones(len(candidates.statements), dtype=bool)
    is_free[done] = is_free[own] = False
    n_statements = len(is_free) - len(set(own) - set(done))
    shown = [place for pk in seen.shown if is_free[place := candidates.place_of.get(pk, -1)] and place >= 0]
    if shown or not is_free.any():
        statement = candidates.statements[shown[-1]] if shown else None
        return NextCard(statement, len(done), n_statements)
    choices = np.array([seen.choices[candidates.statements[place].pk] for place in done], dtype=np.int64)
    membership = membership_of(candidates, done, choices)
    chances = chances_of(candidates, is_free, membership, n_done=len(done))
    place = draw_place(chances, random)
    candidates.note_card(place, membership)
    return NextCard(candidates.statements[place], len(done), n_statements, float(chances[place]))


def keep_showing(*, participant: Participant, card: NextCard) -> None:
    """Record that this card was put before the participant; one that is open still is recorded already."""
    if card.statement is None or card.chance is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SHOWING, [participant.pk, card.statement.pk, RULE, card.chance])


def read_seen(participant: Participant | None) -> Seen:
    """Fetch votes and showings of a participant in one query."""
    seen = Seen({}, [])
    if participant is not None:
        for statement, choice in fetch_prepared(SEEN, [participant.pk, participant.pk]):
            if choice is None:
                seen.shown.append(statement)
            else:
                seen.choices[statement] = choice
    return seen


def membership_of(candidates: Candidates, done: list[int], choices: NDArray[np.int64]) -> Floats:
    """How likely the person belongs to each group, from the votes so far."""
    voted_on = Counts(*(part[:, done] for part in candidates.by_group))
    return memberships(choices, voted_on, candidates.sizes)


def chances_of(
    candidates: Candidates, is_free: NDArray[np.bool_], membership: Floats, *, n_done: int
) -> Floats:
    """The chance of every statement to come next; statements about the person only late, and rarely."""
    about_person, others = is_free & candidates.is_metadata, is_free & ~candidates.is_metadata
    chances = np.zeros(len(is_free))
    if not others.any():
        return about_person / about_person.sum()
    chances[others] = card_chances((membership @ candidates.needs)[others])
    if n_done >= METADATA_AFTER and about_person.any():
        chances = chances * (1 - METADATA_CHANCE) + about_person * (METADATA_CHANCE / about_person.sum())
    return chances


def draw_place(chances: Floats, random: Random) -> int:
    """Draw one place by its chance; the same `random` draws the same one."""
    steps = chances.cumsum()
    return int(np.searchsorted(steps, random.random() * steps[-1], side="right"))
