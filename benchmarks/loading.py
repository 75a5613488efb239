"""Time and memory of reading and writing all votes of a conversation, beside Django's own way.

    python benchmarks/loading.py
    python benchmarks/loading.py --people 20000 --statements 500 --votes 1000000

Everything happens in one conversation made for this, in the database of VAR_DIR or DATABASE_URL, and is taken
back at the end. Django's way is measured on fewer votes, because it takes long; figures per vote compare.
"""

import argparse
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402  # the path and the settings have to be known first

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks.simulated_votes import SimulatedVotes, simulate_votes  # noqa: E402
from voting.bulk import NewStatement, copy_participants, copy_statements, copy_votes, look_up  # noqa: E402
from voting.models import Conversation, Vote  # noqa: E402
from voting.votes import load_votes  # noqa: E402

RUNS = 5
PEER_VOTES = 100_000


class TakeBack(Exception):
    """Ends a measurement whose rows are not to stay."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--statements", type=int, default=1_000)
    parser.add_argument("--votes", type=int, default=5_000_000)
    given = parser.parse_args()
    call_command("migrate", verbosity=0)
    print("| what | votes | seconds | µs per vote | memory at most, MiB |\n|---|---|---|---|---|")
    for shape, is_peer in (
        ((given.people, given.statements, given.votes), False),
        ((PEER_VOTES // 50, given.statements, PEER_VOTES), True),
    ):
        votes = simulate_votes(*shape)
        try:
            with transaction.atomic():
                measure(votes, shape[0], shape[1], is_peer)
                raise TakeBack
        except TakeBack:
            pass


def measure(votes: SimulatedVotes, n_people: int, n_statements: int, is_peer: bool) -> None:
    """Write the votes to a new conversation and read them again."""
    conversation, people, statements = make_conversation(n_people, n_statements)
    persons = look_up(people, votes.persons.astype(np.int64))
    cards = look_up(statements, votes.statements.astype(np.int64))
    write = write_as_django if is_peer else write_by_copy
    read = read_as_django if is_peer else load_votes
    label = "as Django does" if is_peer else "by COPY"
    n_votes = len(votes.values)
    show(f"write {label}", n_votes, [timed(lambda: write(conversation, persons, cards, votes.values))])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE voting_vote, voting_statement, voting_participant")
    read(conversation)
    times = [timed(lambda: read(conversation)) for _ in range(RUNS)]
    show(f"read {label}", n_votes, times, peak_mib(lambda: read(conversation)))


def make_conversation(
    n_people: int, n_statements: int
) -> tuple[Conversation, dict[int, int], dict[int, int]]:
    now = timezone.now()
    conversation = Conversation.objects.create(slug=f"benchmark-{time.time_ns():x}", title="Benchmark")
    people = copy_participants(
        conversation=conversation, numbers=range(n_people), published_groups={}, created_at=now
    )
    cards = [NewStatement(number=n, text=f"Statement {n}.", status="accepted") for n in range(n_statements)]
    statements = copy_statements(
        conversation=conversation, statements=cards, participant_ids={}, created_at=now
    )
    return conversation, people, statements


def write_by_copy(
    conversation: Conversation, persons: np.ndarray, cards: np.ndarray, values: np.ndarray
) -> None:
    now = int(time.time() * 1_000_000)
    copy_votes(
        conversation=conversation,
        participants=persons,
        statements=cards,
        choices=values,
        cast_at=np.full(len(values), now),
    )
    check_constraints()


def write_as_django(
    conversation: Conversation, persons: np.ndarray, cards: np.ndarray, values: np.ndarray
) -> None:
    rows = zip(persons.tolist(), cards.tolist(), values.tolist(), strict=True)
    Vote.objects.bulk_create(
        [Vote(conversation=conversation, participant_id=p, statement_id=s, choice=v) for p, s, v in rows],
        batch_size=10_000,
    )
    check_constraints()


def check_constraints() -> None:
    """What a commit does: look every vote's participant, statement and conversation up."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def read_as_django(conversation: Conversation) -> Any:
    statuses = conversation.counted_statuses()
    counted = conversation.votes.filter(statement__status__in=statuses)
    rows = counted.values_list("participant__number", "statement__number", "choice")
    return np.array(list(rows), dtype=np.int32)


def timed(function: Callable[[], Any]) -> float:
    started = time.perf_counter()
    function()
    return time.perf_counter() - started


def show(what: str, n_votes: int, times: list[float], mib: float | None = None) -> None:
    seconds = statistics.median(times)
    held = "" if mib is None else f"{mib:,.0f}"
    print(f"| {what} | {n_votes:,} | {seconds:.2f} | {seconds / n_votes * 1e6:.2f} | {held} |", flush=True)


def peak_mib(function: Callable[[], Any]) -> float:
    """The most memory that Python and numpy held for this at one time."""
    tracemalloc.start()
    function()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


if __name__ == "__main__":
    main()
