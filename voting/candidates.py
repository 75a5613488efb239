"""The statements of a conversation that may come next, and what is known of them.

Each web process keeps one table per conversation for a few seconds, so that choosing a card costs the same
with ten statements as with thousands. A statement accepted or rejected meanwhile enters or leaves within
those seconds; votes are checked by the database in any case.
"""

import threading
import time
from dataclasses import dataclass, field

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from opinion.routing import consensus_doubt, vote_needs
from opinion.support import Counts
from voting.models import Conversation, GroupCounts, Statement
from voting.prepared import BIGINTS, Prepared, unpack

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SECONDS_KEPT = 2.0
# Reading a large conversation again takes at most this share of the time.
SHARE_OF_TIME = 0.05
# Needs are calculated again after so many cards: a statement has not changed much before.
CARDS_BETWEEN_NEEDS = 10

# One number for all that statements and translations hold: the same number, the same rows.
MARK = """
SELECT (SELECT sum(hash_record_extended(statement, 0)) FROM voting_statement statement
        WHERE conversation_id = %s),
       (SELECT sum(hash_record_extended(translation, 0)) FROM voting_statementtranslation translation
        JOIN voting_statement statement ON statement.id = translation.statement_id
        WHERE statement.conversation_id = %s)
"""
TOTALS = Prepared(
    "totals",
    """
    SELECT array_agg(statement_id), array_agg(agrees), array_agg(disagrees), array_agg(passes)
    FROM (SELECT statement_id, count(*) FILTER (WHERE choice = 1) AS agrees,
                 count(*) FILTER (WHERE choice = -1) AS disagrees,
                 count(*) FILTER (WHERE choice = 0) AS passes
          FROM voting_vote WHERE conversation_id = $1::bigint GROUP BY 1) AS by_statement
    """,
)


@dataclass
class Candidates:
    """The statements that count, in order, and for each group how they voted and what they still need.

    Attributes
    ----------
    by_group : Counts of shape (k, n_statements)
        Of the groups of the latest analysis; of everybody as one group before the first.
    sizes : int array of shape (k,)
    doubt, n_seen, needs : float arrays of shape (k, n_statements)
        What hangs on a group's next vote, how often it saw the statement (votes since that analysis count
        for the groups by their share of people), and how much it needs a vote.
    sorted_ids, order : int arrays
        The statements' row ids in order, then one that is above all, and the place of each.
    mark : of the rows that `statements` were read from
    """

    statements: list[Statement]
    by_group: Counts
    sizes: NDArray[np.int64]
    doubt: Floats
    n_seen: Floats
    needs: Floats
    is_metadata: NDArray[np.bool_]
    order: Ints
    sorted_ids: Ints
    metadata_places: list[int]
    mark: tuple[object, ...]
    place_by_number: dict[int, int] = field(default_factory=dict)
    pending_by_author: dict[int, list[int]] = field(default_factory=dict)
    n_noted: int = 0

    def places_of(self, ids: Ints, values: Ints) -> tuple[Ints, Ints]:
        """Where the statements of these row ids stand, and the values of those that are there at all."""
        found = self.sorted_ids.searchsorted(ids)
        is_known = self.sorted_ids[found] == ids
        return self.order[found[is_known]], values[is_known]

    def note_card(self, place: int, membership: Floats) -> None:
        """Count a card as seen at once, so that the next people are not all sent to the same statement."""
        self.n_seen[:, place] += membership
        self.n_noted += 1
        if self.n_noted % CARDS_BETWEEN_NEEDS == 0:
            self.needs = vote_needs(self.doubt, self.n_seen)


@dataclass
class _Kept:
    candidates: Candidates
    settings: tuple[str, bool]
    stale_at: float


_kept: dict[int, _Kept] = {}
_conversations: dict[str, tuple[Conversation, float]] = {}
_reading = threading.Lock()


def candidates_of(conversation: Conversation) -> Candidates:
    """The table of this conversation; while one thread reads it again, the others use the one before."""
    kept = _kept.get(conversation.pk)
    if kept is None or kept.settings != _settings(conversation):
        return _read_again(conversation)
    if time.monotonic() < kept.stale_at or not _reading.acquire(blocking=False):
        return kept.candidates
    try:
        return _read_again(conversation)
    finally:
        _reading.release()


def known_conversation(slug: str) -> Conversation | None:
    """The conversation at this address as it was some seconds ago at most."""
    conversation, stale_at = _conversations.get(slug, (None, 0.0))
    if conversation is None or time.monotonic() >= stale_at:
        conversation = Conversation.objects.filter(slug=slug).first()
        if conversation is None:
            return None
        _conversations[slug] = conversation, time.monotonic() + SECONDS_KEPT
    return conversation


def find_statement(conversation: Conversation, number: int) -> Statement | None:
    """Find a statement among those that count, at no cost; others, and new ones, in the database."""
    candidates = candidates_of(conversation)
    place = candidates.place_by_number.get(number)
    if place is not None:
        return candidates.statements[place]
    return conversation.statements.filter(number=number).first()


def forget_candidates() -> None:
    """Forget every table, so that the next request reads its own again."""
    _kept.clear()
    _conversations.clear()


def _settings(conversation: Conversation) -> tuple[str, bool]:
    """What of a conversation changes the table at once."""
    return conversation.status, conversation.is_strictly_moderated


def _read_again(conversation: Conversation) -> Candidates:
    began = time.monotonic()
    kept = _kept.get(conversation.pk)
    is_like = kept is not None and kept.settings == _settings(conversation)
    candidates = read_candidates(conversation, kept.candidates if kept and is_like else None)
    now = time.monotonic()
    kept_for = max(SECONDS_KEPT, (now - began) / SHARE_OF_TIME) if SECONDS_KEPT else 0.0
    _kept[conversation.pk] = _Kept(candidates, _settings(conversation), now + kept_for)
    return candidates


def read_candidates(conversation: Conversation, before: Candidates | None = None) -> Candidates:
    """Read counts, in one query over all votes; and statements, unless they are still as they were before."""
    mark = _read_mark(conversation)
    statements = before.statements if before and before.mark == mark else _read_statements(conversation)
    ids = np.array([statement.pk for statement in statements], dtype=np.int64)
    total = _read_totals(conversation, ids)
    known = GroupCounts.objects.filter(conversation=conversation).first()
    if known is None:
        by_group, sizes = total, np.ones(1, dtype=np.int64)
    else:
        by_group, sizes = _counts_of_groups(known, statements), np.array(known.sizes, dtype=np.int64)
    shares = (sizes + 1) / (sizes + 1).sum()
    later = np.maximum(total.seen.sum(axis=0) - by_group.seen.sum(axis=0), 0)
    n_seen: Floats = by_group.seen.astype(np.float64) + np.outer(shares, later)
    doubt = consensus_doubt(by_group)
    candidates = Candidates(
        statements=statements,
        by_group=by_group,
        sizes=sizes,
        doubt=doubt,
        n_seen=n_seen,
        needs=vote_needs(doubt, n_seen),
        is_metadata=np.array([statement.is_metadata for statement in statements], dtype=bool),
        order=ids.argsort(),
        sorted_ids=np.append(np.sort(ids), np.iinfo(np.int64).max),
        metadata_places=[place for place, statement in enumerate(statements) if statement.is_metadata],
        mark=mark,
        place_by_number={statement.number: place for place, statement in enumerate(statements)},
    )
    for place, statement in enumerate(statements):
        statement.conversation = conversation
        if statement.status == Statement.Status.PENDING and statement.author_id is not None:
            candidates.pending_by_author.setdefault(statement.author_id, []).append(place)
    return candidates


def _read_mark(conversation: Conversation) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(MARK, [conversation.pk, conversation.pk])
        mark: tuple[object, ...] = cursor.fetchone()
    return mark


def _read_statements(conversation: Conversation) -> list[Statement]:
    """The statements that count, with their translations: the costliest part."""
    counted = Statement.objects.counted_in(conversation)
    return list(counted.order_by("number").prefetch_related("translations"))


def _read_totals(conversation: Conversation, ids: NDArray[np.int64]) -> Counts:
    """Everybody's votes, as of one group."""
    row = TOTALS.first([b"%d" % conversation.pk]) or ()
    voted_on, *counts_of_these = (unpack(column, BIGINTS) for column in row)
    _, found, places = np.intersect1d(voted_on, ids, assume_unique=True, return_indices=True)
    counts = np.zeros((3, 1, len(ids)), dtype=np.int64)
    counts[:, 0, places] = [column[found] for column in counts_of_these]
    return Counts(*counts)


def _counts_of_groups(known: GroupCounts, statements: list[Statement]) -> Counts:
    nobody = [[0, 0, 0]] * len(known.sizes)
    rows = [known.counts.get(str(statement.number), nobody) for statement in statements]
    by_statement = np.array(rows, dtype=np.int64).reshape(len(statements), len(known.sizes), 3)
    return Counts(*by_statement.transpose(2, 1, 0))
