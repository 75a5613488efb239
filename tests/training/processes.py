"""Commands in processes of their own, on the test database, as workers on other machines would be."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connection

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


def wait_until(is_so: Callable[[], object], *, seconds: float = 60) -> None:
    """Wait for something to become true, or fail."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
