"""Many rows at once through PostgreSQL's COPY: whole imports and simulations."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from voting.models import Conversation

# PostgreSQL counts microseconds from the year 2000.
EPOCH_MICROSECONDS = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
BINARY_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
BINARY_TRAILER = b"\xff\xff"
VOTES_PER_WRITE = 500_000

# One vote in binary COPY form: the number of fields, then each field with its length in bytes before it.
VOTE_FIELDS = (("conversation", 8), ("participant", 8), ("statement", 8), ("choice", 2), ("cast_at", 8))
VOTE_ROW = np.dtype(
    [("n_fields", ">i2")]
    + [part for name, size in VOTE_FIELDS for part in ((f"{name}_length", ">i4"), (name, f">i{size}"))]
)


@dataclass(frozen=True)
class NewStatement:
    """A statement about to be written, with the public numbers that an import gave."""

    number: int
    text: str
    status: str
    author: int | None = None
    is_seed: bool = False
    is_metadata: bool = False
    created_at: datetime | None = None


def copy_participants(
    *,
    conversation: Conversation,
    numbers: Sequence[int],
    published_groups: dict[int, int],
    created_at: datetime,
) -> dict[int, int]:
    """Write participants; return their row ids by number."""
    rows = [
        (conversation.pk, number, uuid.uuid4(), published_groups.get(number), created_at)
        for number in numbers
    ]
    _copy_rows(
        "COPY voting_participant (conversation_id, number, key, published_group, created_at) FROM STDIN", rows
    )
    return dict(conversation.participants.values_list("number", "pk"))


def copy_statements(
    *,
    conversation: Conversation,
    statements: Sequence[NewStatement],
    participant_ids: dict[int, int],
    created_at: datetime,
) -> dict[int, int]:
    """Write statements; return their row ids by number. An author who is no participant is left out."""
    rows = [
        (
            conversation.pk,
            statement.number,
            statement.text,
            statement.status,
            "",
            statement.is_seed,
            statement.is_metadata,
            participant_ids.get(statement.author) if statement.author is not None else None,
            1.0,
            statement.created_at or created_at,
        )
        for statement in statements
    ]
    _copy_rows(
        "COPY voting_statement (conversation_id, number, text, status, rejection_reason, is_seed, "
        "is_metadata, author_id, priority, created_at) FROM STDIN",
        rows,
    )
    return dict(conversation.statements.values_list("number", "pk"))


def copy_votes(
    *,
    conversation: Conversation,
    participants: NDArray[np.int64],
    statements: NDArray[np.int64],
    choices: NDArray[np.int8],
    cast_at: NDArray[np.int64],
) -> None:
    """Write votes given as parallel arrays of row ids, choices and microseconds since 1970."""
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY voting_vote (conversation_id, participant_id, statement_id, choice, cast_at) "
            "FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        copy.write(BINARY_HEADER)
        for start in range(0, len(choices), VOTES_PER_WRITE):
            part = slice(start, start + VOTES_PER_WRITE)
            copy.write(
                _vote_rows(
                    conversation.pk, participants[part], statements[part], choices[part], cast_at[part]
                )
            )
        copy.write(BINARY_TRAILER)


def look_up(row_ids: dict[int, int], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Translate public numbers into row ids, all at once."""
    known = np.array(sorted(row_ids), dtype=np.int64)
    ids = np.array([row_ids[number] for number in known.tolist()], dtype=np.int64)
    return ids[np.searchsorted(known, numbers)] if len(numbers) else np.empty(0, dtype=np.int64)


def _vote_rows(
    conversation: int,
    participants: NDArray[np.int64],
    statements: NDArray[np.int64],
    choices: NDArray[np.int8],
    cast_at: NDArray[np.int64],
) -> bytes:
    rows = np.empty(len(choices), dtype=VOTE_ROW)
    rows["n_fields"] = len(VOTE_FIELDS)
    for name, size in VOTE_FIELDS:
        rows[f"{name}_length"] = size
    rows["conversation"] = conversation
    rows["participant"] = participants
    rows["statement"] = statements
    rows["choice"] = choices
    rows["cast_at"] = cast_at - EPOCH_MICROSECONDS
    return rows.tobytes()


def _copy_rows(command: LiteralString, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)
