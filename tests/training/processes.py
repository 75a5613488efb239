"""Commands in processes of their own, on the test database, as workers on other machines would be."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from django.db import connection

PATIENCE = 300.0
"""Seconds to wait for a process where other programs may keep it waiting."""
RESTING = 0.03
"""Seconds of computing in a third of a second, or less: a heartbeat, but no answer that is dealt with."""
ROOT = Path(__file__).resolve().parent.parent.parent


def start_process(folder: Path, *words: object, **variables: str) -> subprocess.Popen:
    """Start a command of manage.py on this test's database, with `folder`/var as its VAR_DIR."""
    return subprocess.Popen(
        [sys.executable, ROOT / "manage.py", *map(str, words)],
        env=environment(folder) | variables,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )


def environment(folder: Path) -> dict[str, str]:
    info = connection.connection.info
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{info.user}@/{info.dbname}?host={info.host}&port={info.port}",
        "VAR_DIR": str(folder / "var"),
        "ANTHROPIC_API_KEY": "a-key-that-nobody-checks",
        "LOCAL_API_KEY": "a-key-that-nobody-checks",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def wait_until_it_rests(process: subprocess.Popen) -> None:
    """Wait until a process that waits for answers has dealt with those that arrived."""
    worker, spent = psutil.Process(process.pid), -1.0
    while wants_to_compute(process.pid) or sum(worker.cpu_times()[:2]) - spent > RESTING:
        spent = sum(worker.cpu_times()[:2])
        time.sleep(0.3)


def wants_to_compute(pid: int) -> bool:
    """Whether a thread computes, or waits until other programs let it."""
    states = [file.read_text().rpartition(") ")[2][0] for file in Path(f"/proc/{pid}/task").glob("*/stat")]
    return "R" in states


def wait_until(is_so: Callable[[], object], *, of: subprocess.Popen | None = None) -> None:
    """Wait for something to become true; fail where it takes too long, or where its process ended before."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        assert of is None or of.poll() is None, "the process ended before it happened"
        time.sleep(0.02)
