"""Time and memory of an opinion map, stage by stage, beside red-dwarf and from 10⁵ to 5·10⁷ votes.

    python benchmarks/opinion.py                         # CCAI, 10k × 500, 50k × 1,000
    python benchmarks/opinion.py --sizes 1m --no-peer    # 1,000,000 people, 50,000,000 votes
    python benchmarks/opinion.py --growth                # the fitted exponent over votes
    python benchmarks/opinion.py --sizes ccai --peer var/benchmark-venv/bin/python

Every figure is the median of `--runs` runs in a process of its own, after one run that does not count. The
peer runs in the environment that requirements/benchmark.txt describes.
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
    parser.add_argument("--peer-limit", type=int, default=900, help="seconds the peer may take")
    parser.add_argument("--ccai", type=Path, default=ROOT.parent / "shared/data/ccai")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.runs)))
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
            ours = run_measure([sys.executable, __file__, "--measure", str(file), "--runs", str(given.runs)])
            peer = None
            if with_peer:
                program = str(ROOT / "benchmarks/red_dwarf.py")
                peer = run_measure([str(given.peer), program, str(file), str(given.runs)], given.peer_limit)
        print(f"\n### {size}: {ours['n_people']:,} × {ours['n_statements']:,}, {ours['n_votes']:,} votes\n")
        print("| stage | seconds |\n|---|---|")
        for stage, seconds in ours["stages"].items():
            print(f"| {stage} | {seconds:.4f} |")
        print(f"| **all** | {ours['seconds']:.4f} (processor {ours['cpu']:.4f}) |")
        print(f"| memory at most | {ours['peak_mib']:,.0f} MiB |")
        if peer:
            print(f"| red-dwarf 0.4.0 | {peer['seconds']:.2f} (processor {peer['cpu']:.2f}) |")
            print(f"| its memory at most | {peer['peak_mib']:,.0f} MiB |")
            times = (peer["seconds"] / ours["seconds"], peer["cpu"] / ours["cpu"])
            print(f"| quicker by | {times[0]:,.0f} times (processor {times[1]:,.0f}) |")
        elif with_peer:
            print(f"| red-dwarf 0.4.0 | not done within {given.peer_limit} s or the machine's memory |")


def report_growth(n_runs: int) -> None:
    """Time and memory over the number of votes, and the exponents of both."""
    print("| votes | people × statements | seconds | of processor | memory at most, MiB |")
    print("|---|---|---|---|---|")
    measured = []
    for n_votes in GROWTH:
        with tempfile.TemporaryDirectory() as folder:
            n_people, n_statements = n_votes // VOTES_PER_PERSON, statements_for(n_votes)
            file = write_votes(Path(folder), *simulate_votes(n_people, n_statements, n_votes))
            runs = n_runs if n_votes <= 3_000_000 else 3
            ours = run_measure([sys.executable, __file__, "--measure", str(file), "--runs", str(runs)])
        assert ours is not None
        measured.append((ours["n_votes"], ours["seconds"], ours["cpu"], ours["peak_mib"]))
        print(
            f"| {ours['n_votes']:,} | {n_people:,} × {n_statements:,} | {ours['seconds']:.3f} "
            f"| {ours['cpu']:.3f} | {ours['peak_mib']:,.0f} |",
            flush=True,
        )
    votes, *figures = np.log(np.array(measured)).T
    seconds, cpu, memory = (np.polyfit(votes, figure, 1)[0] for figure in figures)
    print(f"\nTime grows as votes^{seconds:.2f} (processor {cpu:.2f}), memory as votes^{memory:.2f}.")


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


def run_measure(command: list[str], limit: int | None = None) -> Any:
    """The figures that a measuring process prints; None where it fails or takes too long."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=limit, check=True, cwd=ROOT
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as problem:
        print(f"{command[1]}: {problem}", file=sys.stderr)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def measure(file: Path, n_runs: int) -> dict[str, Any]:
    """Run everything from arrays to map, in this process."""
    from opinion import Votes, analyze

    given = np.load(file)
    persons, statements, values = (given[name] for name in ("persons", "statements", "values"))
    runs = []
    for _ in range(n_runs + 1):
        clock: dict[str, float] = {}
        started, cpu_started = time.perf_counter(), time.process_time()
        votes = Votes.from_arrays(persons, statements, values)
        clock["load arrays"] = time.perf_counter() - started
        with timed_stages(clock):
            opinion_map = analyze(votes, uncertainty=False)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_started
        runs.append({**clock, "other": seconds - sum(clock.values()), "seconds": seconds, "cpu": cpu})
        shape = {
            "n_people": votes.n_people,
            "n_statements": votes.n_statements,
            "n_votes": votes.n_votes,
            "k": opinion_map.k,
        }
        del votes, opinion_map
    medians = {name: statistics.median(run[name] for run in runs[1:]) for name in runs[0]}
    seconds, cpu = medians.pop("seconds"), medians.pop("cpu")
    return {**shape, "seconds": seconds, "cpu": cpu, "stages": medians, "peak_mib": peak_mib()}


@contextlib.contextmanager
def timed_stages(clock: dict[str, float]) -> Any:
    """Have `analyze` note in `clock` how long the functions of each stage take."""
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
        started = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            clock[stage] += time.perf_counter() - started

    return run


def peak_mib() -> float:
    """The most memory this process ever held; `ru_maxrss` would count that of the process it came from."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    main()
