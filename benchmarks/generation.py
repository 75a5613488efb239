"""Speed and memory of generation runs: what the site itself takes of the time that models are asked.

    python benchmarks/generation.py
    python benchmarks/generation.py --full

The model is the rehearsal provider, which answers from prepared texts: at once, or after a second. Each line
is a process of its own, which first carries out a tiny run, so that loading Inspect is not measured. The
database and all files are made for this in a temporary folder and thrown away. `--full` adds 100,000 samples.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Samples, rounds, latency, calls in flight.
AT_ONCE = ((500, 4, 0.0, 20), (2_000, 4, 0.0, 20))
FULL = (100_000, 1, 0.0, 20)
LATE = (500, 4, 1.0, 100)
HEAD = (
    "| samples | calls | latency | in flight | seconds | calls per second | CPU per call, ms "
    "| own share of time | memory at most, MiB |\n|---|---|---|---|---|---|---|---|---|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--full", action="store_true", help="100,000 samples as well, some minutes more")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(measure(*(float(word) for word in given.one)), flush=True)
        return
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        manage(folder, "migrate", "--verbosity", "0")
        try:
            for case in (*AT_ONCE, LATE, *([FULL] if given.full else [])):
                run(folder, ROOT / "benchmarks/generation.py", "--one", *map(str, case))
        finally:
            manage(folder, "stop_site")


def manage(folder: str, *words: str) -> None:
    run(folder, ROOT / "manage.py", *words, is_quiet=True)


def run(folder: str, program: Path, *words: str, is_quiet: bool = False) -> None:
    """Run a program on the database and the files of this folder."""
    variables = {**os.environ, "VAR_DIR": folder, "DATABASE_URL": "", "RUNS_DIR": ""}
    output = subprocess.DEVNULL if is_quiet else None
    subprocess.run([sys.executable, program, *words], env=variables, cwd=ROOT, stdout=output, check=True)


def measure(*case: float) -> str:
    """Carry out one run in this process and describe it as a line of the table."""
    n_samples, rounds, latency, n_at_once = int(case[0]), int(case[1]), case[2], int(case[3])
    set_up_django()
    carry_out(make_run(3, rounds), n_at_once)
    slow_down(latency)
    run_ = make_run(n_samples, rounds)
    wall, processor = time.perf_counter(), time.process_time()
    carry_out(run_, n_at_once)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    n_calls = n_samples * (1 + 2 * rounds)
    share = f"{100 * (1 - n_calls * latency / n_at_once / wall):.1f} %" if latency else "–"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"| {n_samples:,} | {n_calls:,} | {latency:g} s | {n_at_once} | {wall:.1f} | {n_calls / wall:,.0f} "
        f"| {1000 * processor / n_calls:.2f} | {share} | {memory:,.0f} |"
    )


def set_up_django() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()


def make_run(n_samples: int, rounds: int) -> Any:
    """Write down a run over so many prompts; another seed than any before, so that no answer is known."""
    from constitution.models import Constitution
    from tests.factories import make_adopted_constitution
    from training.prompts import Prompt
    from training.services import start_run

    return start_run(
        constitution=Constitution.objects.first() or make_adopted_constitution(n_principles=20),
        prompts=[Prompt(f"What should I know about subject number {n}?") for n in range(n_samples)],
        model="rehearsal/benchmark",
        options={"rounds": rounds},
        seed=time.time_ns() % 2**31,
    )


def carry_out(run_: Any, n_at_once: int) -> None:
    from training.services import execute_run

    done = execute_run(run=run_, max_connections=n_at_once)
    if (done.status, done.n_finished) != ("finished", done.n_samples):
        raise SystemExit(f"The run is {done.status}: {done.error}")


def slow_down(latency: float) -> None:
    """Let the prepared answers come as late as a model's would."""
    from training.rehearsal import RehearsalAPI

    answer_at_once = RehearsalAPI.generate

    async def answer_late(self: RehearsalAPI, *args: Any, **words: Any) -> Any:
        await asyncio.sleep(latency)
        return await answer_at_once(self, *args, **words)

    if latency:
        RehearsalAPI.generate = answer_late  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
