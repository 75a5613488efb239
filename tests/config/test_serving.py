"""`manage.py serve` and `stop_site`, with the real web server and job worker."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from config.embedded_postgres.leftovers import NOBODYS_PID
from config.embedded_postgres.server import read_pid_file
from config.serving import default_workers

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0


class Site:
    """A site served from a folder of its own."""

    def __init__(self, var_dir: Path) -> None:
        self.environment = {**os.environ, "VAR_DIR": str(var_dir)}
        self.environment.pop("DATABASE_URL", None)
        self.var_dir = var_dir
        self.port = free_port()
        self.output = var_dir.with_suffix(".log")
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        with self.output.open("w") as output:
            self.process = psutil.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output, start_new_session=True
            )

    def is_well(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=5) as response:
                return json.load(response) == {"status": "ok"}
        except (URLError, OSError):
            return False

    def child(self, word: str) -> psutil.Process | None:
        for child in self.process.children():
            with contextlib.suppress(psutil.Error):
                if any(word in part for part in child.cmdline()):
                    return child
        return None

    def database_pid(self) -> int:
        """The process id in the server's own file; 0 while the file is being written."""
        lines = read_pid_file(self.var_dir / "postgres")
        return int(lines[0]) if len(lines) > 7 and lines[0] != NOBODYS_PID else 0

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def wait_until(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up_at, "waited too long"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        site = Site(Path(folder) / "var")
        wait_until(site.is_well)
        wait_until(lambda: site.child("procrastinate"))
        yield site
        site.manage("stop_site")


@pytest.mark.parametrize(("cores", "n"), [(1, 1), (2, 2), (4, 4), (64, 4)])
def test_there_is_a_web_process_for_each_core_up_to_four(monkeypatch, cores, n):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(cores)))
    assert default_workers() == n


def test_where_cores_cannot_be_asked_for_they_are_counted(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_workers() == 1


def test_so_many_web_processes_are_served(site):
    assert len(site.child("granian").children()) == default_workers()


def test_a_killed_web_server_is_started_again(site):
    killed = site.child("granian")
    left_behind = killed.children()
    killed.kill()
    wait_until(lambda: site.child("granian") not in (None, killed))
    wait_until(site.is_well)
    assert not psutil.wait_procs(left_behind, timeout=PATIENCE)[1]


def test_a_killed_worker_is_started_again(site):
    killed = site.child("procrastinate")
    killed.kill()
    wait_until(lambda: site.child("procrastinate") not in (None, killed))


def test_a_killed_database_is_started_again(site):
    killed = site.database_pid()
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: site.database_pid() not in (0, killed))
    wait_until(site.is_well)


def test_serving_a_second_time_says_so_and_harms_nothing(site):
    outcome = site.manage("serve", "--port", str(free_port()))
    assert "is being served already" in outcome.stdout
    assert outcome.returncode == 0
    assert site.is_well()


def test_a_port_in_use_is_refused(site, tmp_path):
    site.environment["VAR_DIR"] = str(tmp_path)
    outcome = site.manage("serve", "--port", str(site.port))
    site.environment["VAR_DIR"] = str(site.var_dir)
    assert f"127.0.0.1:{site.port} cannot be used: Address already in use." in outcome.stderr


def test_stopping_leaves_no_process_and_no_lost_data(site):
    processes = [site.process, *site.process.children(recursive=True)]
    outcome = site.manage("stop_site")
    assert outcome.stdout.strip() == "Stopped: web server and worker, database."
    _, alive = psutil.wait_procs(processes, timeout=PATIENCE)
    assert not alive
    assert site.process.returncode == 0
    assert not (site.var_dir / "serve.pid").exists()


def test_a_killed_supervisor_takes_its_children_along(site):
    site.manage("stop_site")
    site = Site(site.var_dir)
    wait_until(site.is_well)
    children = site.process.children(recursive=True)
    site.process.kill()
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert not alive
    outcome = site.manage("stop_site")
    assert outcome.stdout.strip() == "Stopped: database.", outcome.stderr
