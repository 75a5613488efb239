"""Time that the fragment "Where you stand" takes in a large conversation, whole and as an answer of 304.

    python benchmarks/standing.py
    python benchmarks/standing.py --people 5000 --statements 200 --votes 150000

Everything happens in one conversation made for this, in the database of VAR_DIR or DATABASE_URL, and is taken
back at the end. A request goes through all of the site's middleware, but over no network.
"""

import argparse
import os
import random
import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["DEBUG"] = "false"

import django  # noqa: E402  # the path and the settings have to be known first

django.setup()

from django.core.cache import cache  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from analysis.services import run_analysis  # noqa: E402
from benchmarks.loading import TakeBack, make_conversation, write_by_copy  # noqa: E402
from benchmarks.simulated_votes import simulate_votes  # noqa: E402
from voting.bulk import look_up  # noqa: E402
from voting.identity import make_return_token  # noqa: E402
from voting.models import Conversation, Participant  # noqa: E402

ASKING = 300


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--statements", type=int, default=1_000)
    parser.add_argument("--votes", type=int, default=1_500_000)
    given = parser.parse_args()
    call_command("migrate", verbosity=0)
    try:
        with transaction.atomic():
            measure(analyzed_conversation(given.people, given.statements, given.votes))
            raise TakeBack
    except TakeBack:
        pass


def analyzed_conversation(n_people: int, n_statements: int, n_votes: int) -> Conversation:
    votes = simulate_votes(n_people, n_statements, n_votes)
    conversation, people, statements = make_conversation(n_people, n_statements)
    conversation.status = Conversation.Status.OPEN
    conversation.save()
    persons = look_up(people, votes.persons.astype(np.int64))
    cards = look_up(statements, votes.statements.astype(np.int64))
    write_by_copy(conversation, persons, cards, votes.values)
    started = time.perf_counter()
    run_analysis(conversation=conversation)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seconds = time.perf_counter() - started
    print(f"{len(votes.values):,} votes of {n_people:,} people, analyzed in {seconds:.1f} s")
    return conversation


def measure(conversation: Conversation) -> None:
    """Let people ask for their place, twice each: whole, then whether it changed."""
    cache.clear()
    people = list(conversation.participants.all())
    asking = random.Random(0).sample(people, ASKING)
    whole, unchanged, sizes, started = [], [], [], time.process_time()
    for person in asking:
        seconds, again, size = ask_twice(conversation, person)
        whole.append(seconds)
        unchanged.append(again)
        sizes.append(size)
    spent = 1000 * (time.process_time() - started) / ASKING
    print(f"Python's own time for both answers and for entering: {spent:.1f} ms")
    print("| answer | first | p50 | p95 | p99 | kB at most |\n|---|---|---|---|---|---|")
    show("whole", whole, max(sizes) / 1000)
    show("304", unchanged, 0)


def ask_twice(conversation: Conversation, person: Participant) -> tuple[float, float, int]:
    client = Client(headers={"HX-Request": "true", "Host": "localhost"})
    client.get(reverse("voting:come_back", args=[conversation.slug, make_return_token(person, conversation)]))
    address = reverse("analysis:standing", args=[conversation.slug])
    started = time.perf_counter()
    answer = client.get(address)
    between = time.perf_counter()
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}")
    again = client.get(address, headers={"If-None-Match": answer["ETag"]})
    ended = time.perf_counter()
    if again.status_code != 304:
        raise SystemExit(f"{address} answered {again.status_code} to an unchanged place")
    return between - started, ended - between, len(answer.content)


def show(what: str, seconds: list[float], kilobytes: float) -> None:
    cuts = statistics.quantiles(seconds[1:], n=100)
    times = [f"{1000 * value:.1f} ms" for value in (seconds[0], cuts[49], cuts[94], cuts[98])]
    print(f"| {what} | {' | '.join(times)} | {kilobytes:.0f} |")


if __name__ == "__main__":
    main()
