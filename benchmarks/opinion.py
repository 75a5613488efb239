"""Time and memory of an opinion map, stage by stage, beside red-dwarf and from 10⁵ to 5·10⁷ votes.

    python benchmarks/opinion.py                         # CCAI, 10k × 500, 50k × 1,000
    python benchmarks/opinion.py --sizes 1m --no-peer    # 1,000,000 people, 50,000,000 votes
    python benchmarks/opinion.py --growth                # exponents over votes, of each step and of all
    python benchmarks/opinion.py --sizes ccai --peer var/benchmark-venv/bin/python

The map is made from the arrays on. The digest of the votes is no part of it: it is taken when it is asked
for, and told apart. Each side runs in a process of its own that stays; they take turns (ours, theirs,
ours, …), so that other work on the machine meets both. Every figure is the median of `--runs` runs after
one that does not count. Two threads may slow the peer down, so it runs both with one and with two; the
quicker one is compared.
The peer's environment is described by requirements/benchmark.txt.
"""

import argparse
import contextlib
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.simulated_votes import simulate_votes  # noqa: E402  # run as a file, from any folder

SIZES = {
    "10k": (10_000, 500, 400_000),
    "50k": (50_000, 1_000, 2_200_000),
    "1m": (1_000_000, 5_000, 50_000_000),
}
GROWTH = (100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 50_000_000)
VOTES_PER_PERSON = 50
LONG_RUN = 20  # seconds
# What `analyze` calls, by stage; everything else it does is "other".
STAGES = {
    "projection": ("project",),
    "groups": ("found_members",),
    "support": ("count_votes",),
    "representativeness": ("select_representative",),
    "consensus": ("_consensus_part", "majority", "uncertain"),
    "priorities": ("priorities",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", nargs="*", choices=["ccai", *SIZES], default=["ccai", "10k", "50k"])
    parser.add_argument("--growth", action="store_true", help="fit time and memory over votes instead")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", type=Path, default=ROOT / "var/benchmark-venv/bin/python")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--peer-limit", type=int, default=400, help="seconds the peer may take in all")
    parser.add_argument("--ccai", type=Path, default=ROOT.parent / "shared/data/ccai")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.measure)
    elif given.growth:
        report_growth(given.runs)
    else:
        report_sizes(given)


def report_sizes(given: argparse.Namespace) -> None:
    """Ours and the peer's figures for each size, as Markdown."""
    with_peer = not given.no_peer and given.peer.exists()
    for size in given.sizes:
        with tempfile.TemporaryDirectory() as folder:
            file = write_votes(Path(folder), *(read_ccai(given.ccai) if size == "ccai" else drawn(size)))
            sides = [Side([sys.executable, __file__, "--measure", str(file)], n_threads=2)]
            if with_peer:
                command = [str(given.peer), str(ROOT / "benchmarks/red_dwarf.py"), str(file)]
                sides += [Side(command, n_threads=1), Side(command, n_threads=2)]
            take_turns(sides, given.runs, given.peer_limit)
        ours, *peers = sides
        show_ours(size, ours)
        for peer in peers:
            show_peer(peer, given.peer_limit)
        show_ratios(ours, [peer for peer in peers if peer.runs])


class Side:
    """A process that makes the map once for every line it gets, and tells how long it took."""

    def __init__(self, command: list[str], n_threads: int) -> None:
        self.n_threads, self.runs = n_threads, []
        threads = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(n_threads)
        )
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=ROOT, env={**os.environ, **threads},
        )  # fmt: skip

    def run(self) -> dict[str, Any] | None:
        """The figures of one run; None where the process has died."""
        try:
            print("run", file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        return json.loads(line) if line else None

    def median(self, name: str) -> float:
        return statistics.median(run[name] for run in self.runs)

    def least(self, name: str) -> float:
        return min(run[name] for run in self.runs)


def take_turns(sides: list[Side], n_runs: int, limit: float) -> None:
    """Run each side in turn; one that has used up its time or died sits out the rest."""
    used = dict.fromkeys(sides, 0.0)
    for turn in range(n_runs + 1):
        for side in sides:
            if used[side] > limit or (run := side.run()) is None:
                continue
            used[side] += run["seconds"]
            # Where a run is long, starting up hardly shows.
            if turn or run["seconds"] > LONG_RUN:
                side.runs.append(run)
    for side in sides:
        side.process.kill()
        side.process.wait()


def show_ours(size: str, ours: Side) -> None:
    first = ours.runs[0]
    print(f"\n### {size}: {first['n_people']:,} × {first['n_statements']:,}, {first['n_votes']:,} votes\n")
    print("| stage | ms of processor, median | least |\n|---|---|---|")
    for stage in first["stages"]:
        print(f"| {stage} | {in_ms([run['stages'][stage] for run in ours.runs])} |")
    print(f"| **all stages** | {in_ms([run['cpu'] for run in ours.runs])} |")
    print(f"| beyond them: the digest of the votes | {in_ms([run['digest'] for run in ours.runs])} |")
    print("\n| whole map | seconds |\n|---|---|")
    print(f"| ours | {described(ours, 4)} |")
    print(f"| memory at most | {max(run['peak_mib'] for run in ours.runs):,.0f} MiB |")


def in_ms(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:.2f} | {min(seconds) * 1e3:.2f}"


def show_peer(peer: Side, limit: int) -> None:
    name = f"red-dwarf 0.4.0, threads: {peer.n_threads}"
    if not peer.runs:
        print(f"| {name} | not done within {limit} s or the machine's memory |")
        return
    print(f"| {name} | {described(peer, 2)} |")
    print(f"| its memory at most | {max(run['peak_mib'] for run in peer.runs):,.0f} MiB |")


def described(side: Side, digits: int) -> str:
    return (
        f"{side.median('seconds'):.{digits}f} (least {side.least('seconds'):.{digits}f}, "
        f"processor {side.median('cpu'):.{digits}f}, runs {len(side.runs)})"
    )


def show_ratios(ours: Side, peers: list[Side]) -> None:
    """How many times quicker we are than the peer at its better number of threads."""
    if not peers:
        return
    median, least, cpu = (
        min(peer.median("seconds") for peer in peers) / ours.median("seconds"),
        min(peer.least("seconds") for peer in peers) / ours.least("seconds"),
        min(peer.median("cpu") for peer in peers) / ours.median("cpu"),
    )
    print(f"| **quicker by** | {median:,.0f} times (least by least {least:,.0f}, processor {cpu:,.0f}) |")


def report_growth(n_runs: int) -> None:
    """Time and memory over the number of votes, and the exponents of both, of each step and of all."""
    print("| votes | people × statements | seconds | of processor | memory, MiB | exponents of the step |")
    print("|---|---|---|---|---|---|", flush=True)
    measured: list[tuple[float, float, float, float]] = []
    for n_votes in GROWTH:
        n_people, n_statements = n_votes // VOTES_PER_PERSON, statements_for(n_votes)
        with tempfile.TemporaryDirectory() as folder:
            file = write_votes(Path(folder), *simulate_votes(n_people, n_statements, n_votes))
            ours = Side([sys.executable, __file__, "--measure", str(file)], n_threads=2)
            take_turns([ours], n_runs, float("inf"))
        peak = max(run["peak_mib"] for run in ours.runs)
        measured.append((ours.runs[0]["n_votes"], ours.median("seconds"), ours.median("cpu"), peak))
        votes, seconds, cpu, _ = measured[-1]
        print(
            f"| {votes:,} | {n_people:,} × {n_statements:,} | {seconds:.3f} | {cpu:.3f} | {peak:,.0f} "
            f"| {exponents(measured[-2:]) if len(measured) > 1 else ''} |",
            flush=True,
        )
    print(f"\nOver all: {exponents(measured)}.")


def exponents(measured: list[tuple[float, float, float, float]]) -> str:
    votes, *figures = np.log(np.array(measured)).T
    seconds, cpu, memory = (np.polyfit(votes, figure, 1)[0] for figure in figures)
    return f"time {seconds:.2f}, processor {cpu:.2f}, memory {memory:.2f}"


def statements_for(n_votes: int) -> int:
    """More votes mean more statements: 224 for 10⁵, 5,000 for 5·10⁷."""
    return round((n_votes / 2) ** 0.5)


def drawn(size: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n_people, n_statements, n_votes = SIZES[size]
    return simulate_votes(n_people, n_statements, n_votes)


def read_ccai(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The public votes as their authors cleaned them: 1,002 people, 275 statements."""
    tossed = set((folder / "ids-to-toss.csv").read_text().split())
    with (folder / "comments.csv").open(newline="") as file:
        accepted = {row["comment-id"] for row in csv.DictReader(file) if row["moderated"] == "1"}
    votes = []
    with (folder / "participants-votes.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            seen = [name for name, value in row.items() if name.isdigit() and value]
            if row["participant"] not in tossed and len(seen) > 25:
                votes += [(int(row["participant"]), int(s), int(row[s])) for s in seen if s in accepted]
    persons, statements, values = np.array(votes).T
    return persons.astype(np.int32), statements.astype(np.int32), values.astype(np.int8)


def write_votes(folder: Path, persons: np.ndarray, statements: np.ndarray, values: np.ndarray) -> Path:
    """Write the votes in an order that helps nobody."""
    order = np.random.default_rng(1).permutation(len(values))
    np.savez(folder / "votes.npz", persons=persons[order], statements=statements[order], values=values[order])
    return folder / "votes.npz"


def measure(file: Path) -> None:
    """Whenever a line comes in, make the map from the arrays on and tell what each stage took."""
    from opinion import Votes, analyze

    given = np.load(file)
    persons, statements, values = (given[name] for name in ("persons", "statements", "values"))
    for _ in sys.stdin:
        clock: dict[str, float] = {}
        started, cpu_started = time.perf_counter(), time.process_time()
        votes = Votes.from_arrays(persons, statements, values)
        clock["load arrays"] = time.process_time() - cpu_started
        with timed_stages(clock):
            found = analyze(votes, uncertainty=False)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_started
        clock["other"] = cpu - sum(clock.values())
        digest_started = time.process_time()
        assert found.votes_sha256
        digest = time.process_time() - digest_started
        shape = {"n_people": votes.n_people, "n_statements": votes.n_statements, "n_votes": votes.n_votes}
        figures = {"seconds": seconds, "cpu": cpu, "stages": clock, "digest": digest, "peak_mib": peak_mib()}
        print(json.dumps({**shape, **figures}), flush=True)
        del votes, found


@contextlib.contextmanager
def timed_stages(clock: dict[str, float]) -> Any:
    """Have `analyze` note in `clock` how long the processor works on the functions of each stage."""
    import opinion.opinion_map as entry

    before = {name: getattr(entry, name) for names in STAGES.values() for name in names}
    for stage, names in STAGES.items():
        clock[stage] = 0.0
        for name in names:
            setattr(entry, name, timed(before[name], stage, clock))
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(entry, name, function)


def timed(function: Callable[..., Any], stage: str, clock: dict[str, float]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        started = time.process_time()
        try:
            return function(*args, **kwargs)
        finally:
            clock[stage] += time.process_time() - started

    return run


def peak_mib() -> float:
    """The most memory this process ever held; `ru_maxrss` would count that of the process it came from."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
