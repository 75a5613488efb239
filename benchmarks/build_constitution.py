"""Time and memory of `manage.py build_constitution` on the public CCAI data, start-up included.

    python benchmarks/build_constitution.py ../shared/data/ccai

Each run is a process of its own, against a fresh conversation in the database of VAR_DIR or DATABASE_URL.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run_once(folder: Path, slug: str) -> tuple[float, float]:
    """Seconds and peak MiB (of the largest process) of one build."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, str(ROOT / "manage.py"), "build_constitution", str(folder)]
        command += ["--out", out, "--slug", slug, "--lock-k", "2", "--min-votes", "26"]
        command += ["--exclude-participants", str(folder / "ids-to-toss.csv")]
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"build_constitution failed: run it by hand to see why ({' '.join(command)})")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the CCAI export, with ids-to-toss.csv")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    stamp = f"{time.time_ns():x}"
    print("| run | seconds | peak MiB |\n|---|---|---|")
    for run in range(1, given.runs + 1):
        seconds, peak = run_once(given.folder.resolve(), f"benchmark-{stamp}-{run}")
        print(f"| new {run} | {seconds:.2f} | {peak:.0f} |")
    seconds, peak = run_once(given.folder.resolve(), f"benchmark-{stamp}-1")
    print(f"| repeated | {seconds:.2f} | {peak:.0f} |")


if __name__ == "__main__":
    main()
