"""Time and memory of red-dwarf's whole pipeline on votes in a file; run in the environment that has it.

One run for each line that comes in, as `benchmarks/opinion.py` asks for them:

yes | head -5 | var/benchmark-venv/bin/python benchmarks/red_dwarf.py VOTES.npz
"""

import json
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
    for _ in sys.stdin:
        started, cpu_started = time.perf_counter(), time.process_time()
        run_pipeline(votes=votes, random_state=42)
        figures = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu_started}
        peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
        print(json.dumps({**figures, "peak_mib": peak}), flush=True)


if __name__ == "__main__":
    main()
