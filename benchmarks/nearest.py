"""How well and how fast nearly equal statements are found among those of a Polis export.

    python benchmarks/nearest.py ../shared/data/ccai

Takes accepted statements, shuffles their words and drops one character in twenty, and asks which statement
comes nearest; counts accepted statements with another one near; times a look among all statements.
"""

import csv
import os
import random
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402  # run as a file, from any folder

django.setup()

from voting.models import Statement  # noqa: E402
from voting.nearest import nearest_of  # noqa: E402

N_TRIED = 100
SHARE_DROPPED = 0.05


def read_statements(directory: Path) -> tuple[list[Statement], list[Statement]]:
    """All statements of the export, and those that were accepted."""
    with (directory / "comments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    made = [(row, Statement(pk=int(row["comment-id"]), text=row["comment-body"])) for row in rows]
    return [one for _row, one in made], [one for row, one in made if row["moderated"] == "1"]


def garble(text: str, chance: random.Random) -> str:
    """The same words in another order, with one character in twenty missing."""
    words = text.split()
    chance.shuffle(words)
    return "".join(c for c in " ".join(words) if chance.random() > SHARE_DROPPED)


def main(directory: Path) -> None:
    everything, accepted = read_statements(directory)
    chance = random.Random(1)
    tried = chance.sample(accepted, min(N_TRIED, len(accepted)))
    found = 0
    for statement in tried:
        near = nearest_of("accepted", accepted, garble(statement.text, chance))
        found += bool(near) and near[0].statement.pk == statement.pk
    n_near = sum(len(nearest_of("accepted", accepted, one.text)) > 1 for one in accepted)
    print(f"garbled statements that found themselves first: {found} of {len(tried)}")
    print(f"accepted statements with another one near: {n_near} of {len(accepted)}")
    began = time.perf_counter()
    nearest_of("everything", everything, accepted[0].text)
    print(f"first look among {len(everything)}: {1000 * (time.perf_counter() - began):.0f} ms")
    times = []
    for statement in tried:
        began = time.perf_counter()
        nearest_of("everything", everything, statement.text)
        times.append(1000 * (time.perf_counter() - began))
    print(f"later looks: median {statistics.median(times):.2f} ms, slowest {max(times):.2f} ms")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
