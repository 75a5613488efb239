"""Which statement a participant sees next; docs/routing.md explains the rule.

Every statement that counts and that the person has not voted on may come. Those come first that the person's
opinion group has seen too seldom, then those whose consensus is most uncertain. Statements that ask about
the participant come late and rarely. The chance of every card is kept with it.
"""

from dataclasses import dataclass
from random import Random
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from opinion.routing import draw_card, memberships
from opinion.support import Counts
from voting.candidates import Candidates, candidates_of
from voting.models import Conversation, Participant, Statement
from voting.prepared import BIGINTS, SMALLINTS, Prepared, unpack, unpack_id

RULE = "exposure-then-uncertainty-1"
NEAR_RULE = "near"  # Shown because it comes near what somebody writes: nothing was drawn.
METADATA_CHANCE = 0.1
METADATA_AFTER = 10

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEEN = Prepared(
    "seen",
    """
    SELECT participant.id, voted.statements, voted.choices, shown.statements
    FROM voting_participant participant,
    LATERAL (SELECT array_agg(statement_id) AS statements, array_agg(choice) AS choices
             FROM voting_vote WHERE participant_id = participant.id) AS voted,
    LATERAL (SELECT array_agg(statement_id) AS statements
             FROM voting_showing showing WHERE participant_id = participant.id AND NOT EXISTS (
                 SELECT FROM voting_vote
                 WHERE participant_id = participant.id AND statement_id = showing.statement_id)) AS shown
    WHERE participant.key = $1::uuid AND participant.conversation_id = $2::bigint
    """,
)
KEEP_SHOWING = """
INSERT INTO voting_showing (participant_id, statement_id, rule, chance)
SELECT %s, id, %s, %s FROM voting_statement WHERE conversation_id = %s AND number = %s
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
    """What a participant voted on and how, and what was only shown to them, by the statement's row id."""

    participant: int
    voted: Ints
    choices: Ints
    shown: Ints

    def after(self, statement: Statement, choice: int) -> "Seen":
        """The same once this vote is stored."""
        others = self.voted != statement.pk
        voted = np.concatenate((self.voted[others], [statement.pk]))
        return Seen(self.participant, voted, np.concatenate((self.choices[others], [choice])), self.shown)


NOTHING = np.zeros(0, dtype=np.int64)
NOBODY = Seen(0, NOTHING, NOTHING, NOTHING)


def next_card(*, conversation: Conversation, participant: Participant | None, random: Random) -> NextCard:
    """Choose the next statement: the one still open before them, or a newly drawn one. Costs one query."""
    seen = read_seen(conversation.pk, participant.key) if participant else None
    return choose_card(candidates_of(conversation), seen or NOBODY, random)


def choose_card(candidates: Candidates, seen: Seen, random: Random) -> NextCard:
    """Choose among what this person has not voted on."""
    done, choices = candidates.places_of(seen.voted, seen.choices)
    is_taken = np.zeros(len(candidates.statements), dtype=bool)
    is_taken[done] = True
    own = [place for place in candidates.pending_by_author.get(seen.participant, ()) if not is_taken[place]]
    for place in own:
        is_taken[place] = True
    n_done, n_statements = len(done), len(is_taken) - len(own)
    still_open = [
        place for place in candidates.places_of(seen.shown, seen.shown)[0].tolist() if not is_taken[place]
    ]
    if still_open or n_done == n_statements:
        statement = candidates.statements[still_open[-1]] if still_open else None
        return NextCard(statement, n_done, n_statements)
    membership = membership_of(candidates, done, choices)
    place, chance = draw_place(candidates, membership, is_taken, random, n_done=n_done)
    candidates.note_card(place, membership)
    return NextCard(candidates.statements[place], n_done, n_statements, chance)


def keep_showing(*, participant: Participant, card: NextCard) -> None:
    """Record that this card was put before the participant; one that is open still is recorded already."""
    if card.statement is not None and card.chance is not None:
        note_showing(participant, card.statement.number, RULE, card.chance)


def note_showing(participant: Participant, number: int, rule: str, chance: float | None) -> None:
    """Record which statement was shown to whom and why; the first record of a pair stays."""
    with connection.cursor() as cursor:
        cursor.execute(KEEP_SHOWING, [participant.pk, rule, chance, participant.conversation_id, number])


def is_open_before(participant: Participant, statement: Statement) -> bool:
    """Whether the participant's card shows this statement, still without their vote."""
    card = next_card(conversation=statement.conversation, participant=participant, random=Random(0))
    return card.chance is None and card.statement == statement


def read_seen(conversation: int, key: UUID | str) -> Seen | None:
    """Fetch the participant of this key with votes and showings in one query; None if there is none."""
    row = SEEN.first([str(key).encode(), b"%d" % conversation])
    if row is None:
        return None
    person, voted, choices, shown = row
    return Seen(unpack_id(person), unpack(voted, BIGINTS), unpack(choices, SMALLINTS), unpack(shown, BIGINTS))


def membership_of(candidates: Candidates, done: Ints, choices: Ints) -> Floats:
    """How likely the person belongs to each group, from the votes so far."""
    if len(candidates.sizes) == 1:
        return np.ones(1)
    voted_on = Counts(*(part[:, done] for part in candidates.by_group))
    return memberships(choices, voted_on, candidates.sizes)


def draw_place(
    candidates: Candidates, membership: Floats, is_taken: NDArray[np.bool_], random: Random, *, n_done: int
) -> tuple[int, float]:
    """Draw by need; statements about the participant only late, and rarely, or when nothing else is left."""
    if not candidates.metadata_places:
        return draw_card(candidates.needs, membership, is_taken, random)
    about_person = [place for place in candidates.metadata_places if not is_taken[place]]
    is_taken = is_taken | candidates.is_metadata
    share = METADATA_CHANCE if about_person and n_done >= METADATA_AFTER else 0.0
    share = 1.0 if is_taken.all() else share
    if random.random() < share:
        return random.choice(about_person), share / len(about_person)
    place, chance = draw_card(candidates.needs, membership, is_taken, random)
    return place, (1 - share) * chance
