"""Time of a vote and of a refresh of `LiveOpinion`, beside computing everything anew.

python benchmarks/live.py
python benchmarks/live.py --people 10000 --statements 500 --votes 400000
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.simulated_votes import simulate_votes  # noqa: E402  # run as a file, from any folder
from opinion import LiveOpinion, OpinionMap, Votes, analyze  # noqa: E402

N_GROUPS = 3
VOTES_BETWEEN = (1, 100, 1_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--statements", type=int, default=1_000)
    parser.add_argument("--votes", type=int, default=2_200_000)
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    votes = Votes.from_arrays(*simulate_votes(given.people, given.statements, given.votes))
    groups = {person: person % N_GROUPS for person in votes.participant_ids.tolist()}
    live = LiveOpinion(votes, groups=groups)
    live.refresh()
    print(f"{votes.n_people:,} × {votes.n_statements:,}, {votes.n_votes:,} votes\n")
    print("| what | median | least | processor, median |\n|---|---|---|---|")
    draw = np.random.default_rng(2)
    for n_votes in VOTES_BETWEEN:
        cast, refreshed = measure(live, draw, n_votes, given.runs)
        show(f"a vote, {n_votes:,} at a time", cast, 1e6 / n_votes, "µs")
        show(f"a refresh after {n_votes:,} votes", refreshed, 1e3, "ms")

    def compute_anew() -> OpinionMap:
        return analyze(live.votes(), groups=groups, uncertainty=False)

    show("all computed anew", [timed(compute_anew) for _ in range(3)], 1e3, "ms")
    found, expected = live.refresh(), compute_anew()
    off = np.abs(found.projection.positions - expected.positions).max()
    print(f"\nPositions differ by at most {off:.0e} from those of a full analysis.")


def measure(live: LiveOpinion, draw: np.random.Generator, n_votes: int, n_runs: int) -> Any:
    """Times of casting `n_votes` votes and of a refresh after them, wall and processor."""
    cast, refreshed = [], []
    for _ in range(n_runs):
        votes = list(
            zip(
                draw.integers(0, live.n_people, n_votes).tolist(),
                draw.integers(0, live.n_statements, n_votes).tolist(),
                draw.integers(-1, 2, n_votes).tolist(),
                strict=True,
            )
        )
        cast.append(timed(lambda votes=votes: [live.cast(*vote) for vote in votes]))
        refreshed.append(timed(lambda: live.refresh().gac))
    return cast, refreshed


def timed(function: Callable[[], Any]) -> tuple[float, float]:
    started, cpu_started = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - started, time.process_time() - cpu_started


def show(what: str, times: list[tuple[float, float]], scale: float, unit: str) -> None:
    wall, cpu = (np.array(part) * scale for part in zip(*times, strict=True))
    figures = (statistics.median(wall), wall.min(), statistics.median(cpu))
    print(f"| {what} | {' | '.join(f'{figure:.1f} {unit}' for figure in figures)} |", flush=True)


if __name__ == "__main__":
    main()
