"""The counted votes of a conversation as arrays, for everything that calculates."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from voting.models import Conversation, Statement

# One vote as the database packs it: the participant's and the statement's public numbers, and the choice.
PACKED_VOTE = np.dtype([("person", ">i4"), ("statement", ">i4"), ("choice", ">i2")])

# The votes of many people make one value, so that their number costs no step of ours.
COUNTED_VOTES = """
COPY (
    SELECT string_agg(int4send(participant.number) || int4send(statement.number) || int2send(vote.choice), '')
    FROM voting_vote vote
    JOIN voting_statement statement ON statement.id = vote.statement_id
    JOIN voting_participant participant ON participant.id = vote.participant_id
    WHERE vote.conversation_id = %s AND statement.status = ANY(%s)
    GROUP BY vote.participant_id / 256
) TO STDOUT (FORMAT BINARY)
"""


@dataclass(frozen=True)
class CountedVotes:
    """The votes that count in a conversation, as three parallel arrays, and the statements that count.

    Attributes
    ----------
    persons, statements : int32 arrays of one length
        Public numbers of the participant and of the statement of each vote, in no particular order.
    choices : int8 array of the same length
        Agree 1, pass 0, disagree −1.
    statement_numbers : int32 array
        Every statement that counts, in order, whether anybody saw it or not.
    metadata_numbers : int32 array
        Those among them that ask about the participant.
    """

    persons: NDArray[np.int32]
    statements: NDArray[np.int32]
    choices: NDArray[np.int8]
    statement_numbers: NDArray[np.int32]
    metadata_numbers: NDArray[np.int32]


def load_votes(conversation: Conversation) -> CountedVotes:
    """Load the votes on statements that count: accepted ones, and pending ones where they take votes."""
    counted = Statement.objects.counted_in(conversation).order_by("number")
    persons, statements, choices = _read_votes(conversation)
    return CountedVotes(
        persons=persons,
        statements=statements,
        choices=choices,
        statement_numbers=np.array(counted.values_list("number", flat=True), dtype=np.int32),
        metadata_numbers=np.array(
            counted.filter(is_metadata=True).values_list("number", flat=True), dtype=np.int32
        ),
    )


def _read_votes(
    conversation: Conversation,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    # Buffers that grow, so that little more memory is taken than the arrays themselves need.
    persons, statements, choices = bytearray(), bytearray(), bytearray()
    for packed in _packed_votes(conversation):
        votes = np.frombuffer(packed, dtype=PACKED_VOTE)
        persons += votes["person"].astype(np.int32).data
        statements += votes["statement"].astype(np.int32).data
        choices += votes["choice"].astype(np.int8).data
    return (
        np.frombuffer(persons, np.int32),
        np.frombuffer(statements, np.int32),
        np.frombuffer(choices, np.int8),
    )


def _packed_votes(conversation: Conversation) -> Iterator[bytes]:
    with (
        connection.cursor() as cursor,
        # The driver's own cursor: Django's takes no parameters for COPY while it logs queries (DEBUG).
        cursor.cursor.copy(COUNTED_VOTES, [conversation.pk, conversation.counted_statuses()]) as copy,
    ):
        copy.set_types(["bytea"])
        for (packed,) in copy.rows():
            yield packed
