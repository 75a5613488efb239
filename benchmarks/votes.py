"""Full card votes per second of a real server with PostgreSQL: vote stored, next card chosen and rendered.

    python benchmarks/votes.py                       # 100 and 1,000 statements by turns, 16 connections
    python benchmarks/votes.py --crash               # also kill -9 of web server and PostgreSQL meanwhile
    python benchmarks/votes.py --var-dir /tmp/votes  # where the site under test keeps its data

The site under test is this checkout with its own PostgreSQL in --var-dir, served as `make serve` serves it.
Every vote belongs to one of many participants and is checked in SQL afterwards.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.load_client import (  # noqa: E402  # run as a file
    Load,
    Person,
    open_pages,
    vote_at_once,
    vote_for,
    vote_once_each,
)

HOST = "127.0.0.1"
N_AT_ONCE = 200
SECONDS_TO_WARM_UP = 3
SECONDS_BETWEEN_KILLS = 8


class Site:
    """The web server under test, as `make serve` runs it."""

    def __init__(self, workers: int) -> None:
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self.workers = workers
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        from config.serving import web_command

        command = web_command(host=HOST, port=self.port, workers=self.workers)
        self.process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        give_up_at = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            if time.monotonic() > give_up_at:
                raise RuntimeError("The web server does not answer.")
            time.sleep(0.1)

    def end(self, how: int = signal.SIGTERM) -> None:
        """Signal the whole process group: the server and its workers."""
        assert self.process is not None
        os.killpg(self.process.pid, how)
        self.process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--statements", type=int, nargs="*", default=[100, 1_000])
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--crash", action="store_true")
    parser.add_argument("--var-dir", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="votes-") as folder:
        os.environ["VAR_DIR"] = str(given.var_dir or folder)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        prepare()
        try:
            measure(given)
        finally:
            stop_database()


def measure(given: argparse.Namespace) -> None:
    site = Site(given.workers)
    site.start()
    print(f"load average before: {os.getloadavg()[0]:.1f}; {given.workers} workers; durable: {durability()}")
    try:
        compare_sizes(site, given)
        if given.crash:
            run_with_crashes(site, make_conversation(300), given)
    finally:
        site.end()


def compare_sizes(site: Site, given: argparse.Namespace) -> None:
    """Run every size by turns, in conversations of their own, now in this order, now in the other."""
    speeds: dict[int, list[float]] = {n_statements: [] for n_statements in given.statements}
    for run in range(given.runs):
        for n_statements in list(speeds)[:: -1 if run % 2 else 1]:
            speeds[n_statements].append(run_once(site, make_conversation(n_statements), given))
    for n_statements, reached in speeds.items():
        if not reached:
            continue
        ratios = [one / other for one, other in zip(reached, next(iter(speeds.values())), strict=True)]
        print(
            f"{n_statements} statements: {statistics.mean(reached):.0f} votes/s on average, "
            f"{min(reached):.0f} to {max(reached):.0f}; {statistics.mean(ratios):.3f} times the first size, "
            f"{min(ratios):.2f} to {max(ratios):.2f} in single runs"
        )


def run_once(site: Site, slug: str, given: argparse.Namespace) -> float:
    """Everybody's first vote, 200 of them at once; then votes in turn, measured; then what is stored.

    Gives votes a second.
    """
    load, people = Load(HOST, site.port, slug), [Person() for _ in range(given.people)]
    asyncio.run(open_pages(load, people, given.connections))
    asyncio.run(vote_at_once(load, people[:N_AT_ONCE]))
    first = describe(load.seconds)
    took_first = asyncio.run(vote_once_each(load, people[N_AT_ONCE:], given.connections))
    first += f", then {(len(people) - N_AT_ONCE) / took_first:.0f} a second"
    asyncio.run(vote_for(load, people, given.connections, SECONDS_TO_WARM_UP))
    load.seconds.clear()
    before = processor_seconds(site)
    took = asyncio.run(vote_for(load, people, given.connections, given.seconds))
    n_votes = len(load.seconds)
    cost = {name: 1e3 * (after - before[name]) / n_votes for name, after in processor_seconds(site).items()}
    print(
        f"{slug}: {n_votes / took:.0f} votes/s, {describe(load.seconds)}, {len(load.errors)} errors "
        f"{set(load.errors) or ''}; {N_AT_ONCE} first votes at once: {first}; "
        f"processor per vote: {', '.join(f'{name} {ms:.2f} ms' for name, ms in cost.items())}; "
        f"load average {os.getloadavg()[0]:.1f}; "
        f"{verify(slug, people)}",
        flush=True,
    )
    return n_votes / took


def run_with_crashes(site: Site, slug: str, given: argparse.Namespace) -> None:
    """Kill the web server, then PostgreSQL, again and again, while people vote and try again."""
    load, people = Load(HOST, site.port, slug), [Person() for _ in range(given.people)]
    asyncio.run(open_pages(load, people, given.connections))
    asyncio.run(vote_once_each(load, people, given.connections))
    load.seconds.clear()
    over = threading.Event()
    killed: list[str] = []
    killer = threading.Thread(target=kill_now_and_then, args=(site, over, killed))
    killer.start()
    asyncio.run(vote_for(load, people, given.connections, max(given.seconds, 40), retries=True))
    over.set()
    killer.join()
    print(
        f"with kill -9 of {', '.join(killed)}: {len(load.seconds)} votes acknowledged, "
        f"{load.n_retries} sent again, {len(load.errors)} given up; {verify(slug, people)}"
    )


def kill_now_and_then(site: Site, over: threading.Event, killed: list[str]) -> None:
    def web_server() -> None:
        site.end(signal.SIGKILL)
        site.start()

    def postgresql() -> None:
        lines = (Path(os.environ["VAR_DIR"]) / "postgres/postmaster.pid").read_text().splitlines()
        os.kill(int(lines[0]), signal.SIGKILL)

    victims: list[Callable[[], None]] = [web_server, postgresql]
    while not over.wait(SECONDS_BETWEEN_KILLS):
        victim = victims[len(killed) % 2]
        killed.append(victim.__name__)
        victim()


def processor_seconds(site: Site) -> dict[str, float]:
    """Processor time so far of the web server, of PostgreSQL and of this load generator."""
    assert site.process is not None
    pid_file = Path(os.environ["VAR_DIR"]) / "postgres/postmaster.pid"
    postmaster = int(pid_file.read_text().splitlines()[0])
    own = os.times()
    seconds = {"web server": 0.0, "PostgreSQL": 0.0, "load generator": own.user + own.system}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        used = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        if int(fields[2]) == site.process.pid:
            seconds["web server"] += used
        elif int(fields[1]) == postmaster:
            seconds["PostgreSQL"] += used
    return seconds


def prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def stop_database() -> None:
    from django.core.management import call_command

    call_command("stop_site", verbosity=0)


def make_conversation(n_statements: int) -> str:
    from voting.models import Conversation
    from voting.services import add_seed_statements, create_conversation, open_conversation

    conversation = create_conversation(
        owner=None, title=f"{n_statements} statements {time.time():.0f}", round_size=100
    )
    texts = (f"The AI should keep promise number {n}, whatever happens." for n in range(n_statements))
    add_seed_statements(conversation=conversation, texts=texts)
    open_conversation(conversation=conversation)
    assert isinstance(conversation, Conversation)
    return conversation.slug


def durability() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        names = ("fsync", "synchronous_commit", "full_page_writes")
        return ", ".join(f"{name} {cursor.execute('SHOW ' + name).fetchone()[0]}" for name in names)


def verify(slug: str, people: list[Person]) -> str:
    """Compare every acknowledged vote with the rows: each stored once, as it was cast, and nothing else."""
    from django.db import connection

    connection.close()  # the server may have been killed since
    with connection.cursor() as cursor:
        rows = cursor.execute(
            """
            SELECT participant.key, statement.number, vote.choice FROM voting_vote vote
            JOIN voting_participant participant ON participant.id = vote.participant_id
            JOIN voting_statement statement ON statement.id = vote.statement_id
            JOIN voting_conversation conversation ON conversation.id = vote.conversation_id
            WHERE conversation.slug = %s
            """,
            [slug],
        ).fetchall()
    stored: dict[tuple[str, int], list[int]] = {}
    for key, number, choice in rows:
        stored.setdefault((str(key), number), []).append(choice)
    acknowledged = {(person.key, number): c for person in people for number, c in person.acknowledged.items()}
    lost = sum(stored.get(vote) != [choice] for vote, choice in acknowledged.items())
    attempted = {(person.key, number) for person in people for number in person.attempted}
    foreign = len({vote for vote in stored if vote[0] in {person.key for person in people}} - attempted)
    return f"{len(acknowledged)} acknowledged, {lost} lost, changed or doubled, {foreign} never cast"


def describe(seconds: list[float]) -> str:
    """Median and 99th percentile."""
    if len(seconds) < 2:
        return "no votes"
    cuts = statistics.quantiles(seconds, n=100)
    return f"p50 {1e3 * cuts[49]:.0f} ms, p99 {1e3 * cuts[98]:.0f} ms"


if __name__ == "__main__":
    main()
