"""Time and memory of what stands beside the map: bootstrap, audit, bridging, slates.

    python benchmarks/uncertainty.py ../shared/data/ccai

    python benchmarks/uncertainty.py --people 50000 --statements 1000 --votes 2200000 --draws 20

With a folder, the published CCAI conversation as its authors cleaned it; else made-up votes. Prints the
median of a few runs, the load of the machine, and the memory at most (votes and libraries included).
"""

import argparse
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.opinion import read_ccai  # noqa: E402  # run as a file, from any folder
from benchmarks.simulated_votes import simulate_votes  # noqa: E402
from opinion.audit import audit_groups  # noqa: E402
from opinion.bridging import fit_votes  # noqa: E402
from opinion.opinion_map import OpinionMap, analyze  # noqa: E402
from opinion.sensitivity import sensitivity  # noqa: E402
from opinion.slates import METHODS, choose_slate  # noqa: E402
from opinion.stability import bootstrap  # noqa: E402
from opinion.votes import Votes  # noqa: E402


def stages(votes: Votes, found: OpinionMap, n_draws: int) -> dict[str, Callable[[], object]]:
    """What is timed."""
    nothing = np.zeros(votes.n_statements, dtype=bool)
    return {
        f"bootstrap, {n_draws} draws": lambda: bootstrap(
            votes, found.group_of, found.k, nothing, n_draws=n_draws
        ),
        "sensitivity": lambda: sensitivity(votes, found.group_of, found.k, nothing),
        "audit, 999 splits": lambda: audit_groups(votes, found.group_of),
        "bridging": lambda: fit_votes(votes),
        **{
            f"slate of 10, {method}": lambda method=method: choose_slate(votes, 10, method=method)
            for method in METHODS
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="the CCAI export, with ids-to-toss.csv")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--statements", type=int, default=500)
    parser.add_argument("--votes", type=int, default=400_000)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    if given.folder:
        votes = Votes.from_arrays(*read_ccai(given.folder))
    else:
        votes = Votes.from_arrays(*simulate_votes(given.people, given.statements, given.votes))
    found = analyze(votes, lock_k=2, uncertainty=False)
    print(f"{votes.n_people:,} people, {votes.n_statements:,} statements, {votes.n_votes:,} votes\n")
    print("| stage | seconds | load | MiB at most |\n|---|---|---|---|")
    for name, stage in stages(votes, found, given.draws).items():
        seconds = []
        for _ in range(given.runs):
            started = time.perf_counter()
            stage()
            seconds.append(time.perf_counter() - started)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        load = os.getloadavg()[0]
        print(f"| {name} | {statistics.median(seconds):.2f} | {load:.1f} | {peak:.0f} |", flush=True)


if __name__ == "__main__":
    main()
