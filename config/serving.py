"""Serve the site: make it ready, then keep web server and job worker running."""

import logging
import os
import socket
import sys
import time
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import Error, connection

from config.supervisor import Child, Supervisor

logger = logging.getLogger(__name__)

SERVE = b"\0serve\0"
"""The command's name as it stands among the arguments of a process."""
THREADS_PER_WORKER = 4
MOST_WORKERS = 4
"""More only where asked for: each takes 110 MB and more, and PostgreSQL and jobs want cores too."""
DATABASE_CHECK_INTERVAL = 2.0


class PortTaken(Exception):
    """Another program listens where the site should."""


class AlreadyServing(Exception):
    """The site is being served from this folder already."""


def default_workers() -> int:
    """A web process for each core that this one may use, up to four."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores or 1, MOST_WORKERS))


def prepare_site() -> None:
    """Bring the database and the translations up to date, and gather the static files for browsers."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("compile_languages", verbosity=0)
    if settings.PRODUCTION:
        call_command("collectstatic", interactive=False, verbosity=0)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    connection.close()


def refuse_conflicts(*, host: str, port: int) -> None:
    """Check that this site is not being served already, and that the port is free."""
    refuse_second_site(settings.VAR_DIR / "serve.pid")
    refuse_taken_port(host, port)


def serve_site(*, host: str, port: int, workers: int) -> None:
    """Run web server and worker until a signal says stop."""
    pid_file = settings.VAR_DIR / "serve.pid"
    pid_file.write_text(f"{os.getpid()}\n")
    children = [Child("web", web_command(host, port, workers)), Child("worker", worker_command())]
    try:
        Supervisor(children, each_round=DatabaseWatch()).run()
    finally:
        pid_file.unlink(missing_ok=True)


def refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(f"{host}:{port} cannot be used: {error.strerror}.") from error


def refuse_second_site(pid_file: Path) -> None:
    pid = read_pid(pid_file)
    if pid is not None:
        raise AlreadyServing(f"This site is being served already, by process {pid}.")


def read_pid(pid_file: Path) -> int | None:
    """Return the process that serves the site, or None; a file left by a killed one does not count."""
    try:
        pid = int(pid_file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes() if Path("/proc").is_dir() else SERVE
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    return pid if SERVE in command else None


def web_command(host: str, port: int, workers: int) -> list[str]:
    """Granian's command line: requests are not logged, so no address is kept."""
    options = {
        "--interface": "wsgi",
        "--host": host,
        "--port": str(port),
        "--workers": str(workers),
        "--blocking-threads": str(THREADS_PER_WORKER),
        "--log-level": "warning",
        "--workers-kill-timeout": "10",
    }
    flat = [word for option in options.items() for word in option]
    return [
        sys.executable,
        "-m",
        "granian",
        *flat,
        "--no-ws",
        "--respawn-failed-workers",
        "config.wsgi:application",
    ]


def worker_command() -> list[str]:
    """Procrastinate's command line: every queue, two jobs at a time."""
    manage = str(settings.BASE_DIR / "manage.py")
    options = ("--concurrency", "2", "--shutdown-graceful-timeout", "10", "--delete-jobs", "never")
    return [sys.executable, manage, "procrastinate", "worker", *options]


class DatabaseWatch:
    """Looks now and then whether the database answers; the site's own is started again by looking."""

    def __init__(self) -> None:
        self.next_look = 0.0

    def __call__(self) -> None:
        if time.monotonic() < self.next_look:
            return
        try:
            connection.get_connection_params()
        except (Error, ImproperlyConfigured) as error:
            logger.error("%s", error)
        self.next_look = time.monotonic() + DATABASE_CHECK_INTERVAL
