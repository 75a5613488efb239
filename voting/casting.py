"""A vote becomes a row: one SQL statement asks whether it is taken, writes it and keeps the next card."""

from voting.models import Participant, Statement, Vote
from voting.prepared import Prepared, unpack_id
from voting.routing import RULE, NextCard

CAST_VOTE = Prepared(
    "cast",
    """
    WITH written AS (
        INSERT INTO voting_vote
            (conversation_id, participant_id, statement_id, choice, is_important, cast_at)
        SELECT conversation.id, participant.id, statement.id, $1::smallint, $2::boolean, now()
        -- OFFSET 0: each is found by its id, first of all. Where PostgreSQL has not counted its rows yet, it
        -- might else look for the one among all statements of the conversation.
        FROM (SELECT * FROM voting_statement WHERE id = $3::bigint OFFSET 0) AS statement
        JOIN (SELECT * FROM voting_participant WHERE id = $4::bigint OFFSET 0) AS participant
             ON participant.conversation_id = statement.conversation_id
        JOIN voting_conversation conversation ON conversation.id = statement.conversation_id
        WHERE conversation.status = 'open'
          AND (conversation.consent_id IS NULL OR conversation.consent_id = participant.consent_id)
          AND (participant.answered_at IS NOT NULL OR NOT conversation.asks_questions)
          AND NOT participant.is_screened_out
          AND (statement.status = 'accepted'
               OR (statement.status = 'pending' AND NOT conversation.is_strictly_moderated
                   AND statement.author_id IS DISTINCT FROM participant.id))
        ON CONFLICT (participant_id, statement_id)
        DO UPDATE SET choice = EXCLUDED.choice, is_important = EXCLUDED.is_important,
                      cast_at = EXCLUDED.cast_at
        RETURNING id
    ),
    shown AS (
        INSERT INTO voting_showing (participant_id, statement_id, rule, chance)
        SELECT $4::bigint, $5::bigint, $6::text, $7::float8 FROM written WHERE $5::bigint > 0
        ON CONFLICT (participant_id, statement_id) DO NOTHING
    )
    SELECT id FROM written
    """,
)


class VotingClosed(Exception):
    """The statement takes no votes now, or none from this participant."""


def cast_vote(
    *,
    participant: Participant,
    statement: Statement,
    choice: int,
    is_important: bool = False,
    then_shown: NextCard | None = None,
) -> Vote:
    """Record the participant's choice; voting again replaces the earlier one.

    `then_shown` is the card that the answer will show: it is kept together with the vote.

    Whether the conversation is open, the person admitted to it and the statement takes their vote is asked
    in the same statement that writes, so a vote can never slip in after closing.
    """
    choice = Vote.Choice(choice)
    stored = store_vote(participant.pk, statement.pk, choice, is_important, then_shown)
    if stored is None:
        raise VotingClosed(f"Statement {statement.number} takes no vote from this participant now.")
    return Vote(
        pk=stored,
        conversation_id=participant.conversation_id,
        participant=participant,
        statement=statement,
        choice=choice,
        is_important=is_important,
    )


def store_vote(
    participant: int, statement: int, choice: int, is_important: bool, then_shown: NextCard | None
) -> int | None:
    """Run the one statement that writes a vote, and with it the card shown next; None if it is not taken."""
    shown = [b"0", RULE.encode(), b"0"]
    if then_shown is not None and then_shown.statement is not None and then_shown.chance is not None:
        shown = [b"%d" % then_shown.statement.pk, RULE.encode(), repr(then_shown.chance).encode()]
    vote = [b"%d" % choice, b"t" if is_important else b"f", b"%d" % statement, b"%d" % participant]
    row = CAST_VOTE.first([*vote, *shown])
    return unpack_id(row[0]) if row else None
