"""The counted votes of a conversation as arrays, for everything that calculates."""

from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from voting.models import Conversation, Statement

# One row of the answer in binary COPY form: the number of fields, then each field with its length before it.
COUNTED_ROW = np.dtype(
    [
        ("n_fields", ">i2"),
        ("person_length", ">i4"),
        ("person", ">i4"),
        ("statement_length", ">i4"),
        ("statement", ">i4"),
        ("choice_length", ">i4"),
        ("choice", ">i2"),
    ]
)
HEADER_BYTES = 19
TRAILER_BYTES = 2

COUNTED_VOTES = """
COPY (
    SELECT participant.number, statement.number, vote.choice
    FROM voting_vote vote
    JOIN voting_statement statement ON statement.id = vote.statement_id
    JOIN voting_participant participant ON participant.id = vote.participant_id
    WHERE vote.conversation_id = %s AND statement.status = ANY(%s)
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
    rows = _read_rows(conversation)
    return CountedVotes(
        persons=rows["person"].astype(np.int32),
        statements=rows["statement"].astype(np.int32),
        choices=rows["choice"].astype(np.int8),
        statement_numbers=np.array(counted.values_list("number", flat=True), dtype=np.int32),
        metadata_numbers=np.array(
            counted.filter(is_metadata=True).values_list("number", flat=True), dtype=np.int32
        ),
    )


def _read_rows(conversation: Conversation) -> NDArray[np.void]:
    data = bytearray()
    with (
        connection.cursor() as cursor,
        # The driver's own cursor: Django's takes no parameters for COPY while it logs queries (DEBUG).
        cursor.cursor.copy(COUNTED_VOTES, [conversation.pk, conversation.counted_statuses()]) as copy,
    ):
        for block in copy:
            data += block
    return np.frombuffer(memoryview(data)[HEADER_BYTES:-TRAILER_BYTES], dtype=COUNTED_ROW)
