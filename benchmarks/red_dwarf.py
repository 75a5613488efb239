"""Time and memory of red-dwarf's whole pipeline on votes in a file; run in the environment that has it.

var/benchmark-venv/bin/python benchmarks/red_dwarf.py VOTES.npz RUNS
"""

import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from reddwarf.implementations.polis import run_pipeline


def main() -> None:
    given = np.load(sys.argv[1])
    columns = (given[name].tolist() for name in ("persons", "statements", "values"))
    votes = [
        {"participant_id": person, "statement_id": statement, "vote": value, "modified": place}
        for place, (person, statement, value) in enumerate(zip(*columns, strict=True))
    ]
    n_runs, seconds, cpu = int(sys.argv[2]), [], []
    # One run that does not count, unless a run is so long that starting up hardly shows.
    while len(seconds) < n_runs + 1 and (sum(seconds) < 60 or len(seconds) < 2):
        started, cpu_started = time.perf_counter(), time.process_time()
        run_pipeline(votes=votes, random_state=42)
        seconds.append(time.perf_counter() - started)
        cpu.append(time.process_time() - cpu_started)
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    medians = {"seconds": statistics.median(seconds[1:]), "cpu": statistics.median(cpu[1:])}
    print(json.dumps({**medians, "peak_mib": peak}))


if __name__ == "__main__":
    main()
