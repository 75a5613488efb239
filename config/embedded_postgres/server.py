"""Start, or find running, the PostgreSQL server whose data live in the site's var/ folder.

The server belongs to no process of the site: whoever needs it first starts it, and it stays until
`manage.py stop_site`. A lock in var/ lets one process start it while the others wait.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from psycopg import sql
from psycopg.conninfo import make_conninfo

from config.embedded_postgres.leftovers import clear_leftovers, end_servers_of_deleted_data
from config.embedded_postgres.programs import (
    POSTGRES_VERSION,
    group_of,
    open_programs,
    open_the_way,
    owner_of,
    program_folder,
    run_program,
)

PORT = "5432"
LONGEST_SOCKET_PATH = 100
START_PATIENCE = 60.0
SERVER_SETTINGS = {
    # Nothing listens on the network; participants' words and votes stay out of the server's log.
    "listen_addresses": "",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


def ensure_running(data_dir: Path) -> dict[str, str]:
    """Return connection parameters (host, port, user) of the server, starting it when it is not running."""
    return find_running(data_dir) or start_once(data_dir)


def find_running(data_dir: Path) -> dict[str, str] | None:
    """Return the connection parameters of a server that answers; takes well under a millisecond."""
    lines = read_pid_file(data_dir)
    if len(lines) < 8 or lines[7].strip() != "ready":
        return None
    port, socket_dir = lines[3].strip(), lines[4].strip()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(f"{socket_dir}/.s.PGSQL.{port}") != 0:
            return None
    return {"host": socket_dir, "port": port, "user": "postgres"}


def read_pid_file(data_dir: Path) -> list[str]:
    """Return the lines PostgreSQL keeps about its running server: process id first, state last."""
    try:
        return (data_dir / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except PermissionError as error:
        raise ImproperlyConfigured(
            f"The database folder {data_dir} belongs to another user: run the site as that user, "
            "or set VAR_DIR to a folder of your own."
        ) from error


def start_once(data_dir: Path) -> dict[str, str]:
    """Start the server, unless another process does so while we wait for the lock."""
    with start_lock(data_dir.parent):
        return find_running(data_dir) or start(data_dir)


@contextlib.contextmanager
def start_lock(var_dir: Path) -> Iterator[None]:
    """Hold the one lock under which the server is made, started and stopped."""
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        file = (var_dir / "postgres.lock").open("a")
    except OSError as error:
        raise ImproperlyConfigured(
            f"The site keeps its data in {var_dir}, which cannot be written ({error.strerror}): "
            "allow this user to write there, or set VAR_DIR to another folder."
        ) from error
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start(data_dir: Path) -> dict[str, str]:
    """Start the server; called under the lock, when no server answers."""
    user = owner_of(data_dir)
    if user is not None:
        open_the_way(data_dir, program_folder())
        open_programs()
    if not (data_dir / "PG_VERSION").exists():
        end_servers_of_deleted_data(data_dir)
        make_cluster(data_dir, user)
    refuse_other_version(data_dir)
    clear_leftovers(data_dir, read_pid_file(data_dir), user)
    return launch(data_dir, user)


def make_cluster(data_dir: Path, user: int | None) -> None:
    """Make an empty data folder, in full or not at all: it is made aside and then renamed."""
    for leftover in data_dir.parent.glob(f"{data_dir.name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if data_dir.is_dir() and any(data_dir.iterdir()):
        raise ImproperlyConfigured(
            f"{data_dir} is not empty but holds no PostgreSQL data: move it away, or set VAR_DIR."
        )
    fresh = Path(tempfile.mkdtemp(prefix=f"{data_dir.name}.new-", dir=data_dir.parent))
    if user is not None:
        os.chown(fresh, user, group_of(user))
    locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
    outcome = run_program("initdb", "-D", str(fresh), "-U", "postgres", "--auth=trust", *locale, user=user)
    if outcome.returncode != 0:
        raise OperationalError(f"The database folder could not be made: {last_line(outcome.stdout)}")
    fresh.replace(data_dir)


def refuse_other_version(data_dir: Path) -> None:
    version = (data_dir / "PG_VERSION").read_text().strip()
    if version != str(POSTGRES_VERSION):
        raise ImproperlyConfigured(
            f"{data_dir} was made by PostgreSQL {version}, and this release brings {POSTGRES_VERSION}: "
            "move its data over with pg_dump and pg_restore, or set VAR_DIR to a new folder."
        )


def launch(data_dir: Path, user: int | None) -> dict[str, str]:
    """Run the server in the background and wait until it answers.

    Just after a crash the memory of the old server may be in use for a moment: then try again.
    """
    log = data_dir / "log"
    options = server_options(socket_folder(data_dir, user))
    give_up_at = time.monotonic() + START_PATIENCE
    while True:
        seen = log.stat().st_size if log.exists() else 0
        arguments = ("start", "-w", "-t", "60", "-s", "-D", str(data_dir), "-l", str(log), "-o", options)
        outcome = run_program("pg_ctl", *arguments, user=user)
        running = find_running(data_dir)
        if running:
            return running
        news = log.read_bytes()[seen:].decode(errors="replace") if log.exists() else outcome.stdout
        if not is_worth_waiting(news, outcome.returncode) or time.monotonic() > give_up_at:
            reason = last_line(news) or last_line(outcome.stdout)
            raise OperationalError(f"The site's own PostgreSQL did not start: {reason} (log: {log})")
        time.sleep(0.2)


def is_worth_waiting(news: str, returncode: int) -> bool:
    """Whether a failed start will pass: the last server is not quite gone, or another is coming up."""
    return returncode == 0 or "pre-existing shared memory" in news or "lock file" in news


def server_options(socket_dir: Path) -> str:
    settings = SERVER_SETTINGS | {"unix_socket_directories": str(socket_dir), "port": PORT}
    return " ".join(f"-c {name}='{value}'" for name, value in settings.items())


def socket_folder(data_dir: Path, user: int | None) -> Path:
    """Return where the socket lies: the data folder, or a private short one where its path is too long."""
    if len(str(data_dir)) + len(f"/.s.PGSQL.{PORT}") <= LONGEST_SOCKET_PATH:
        return data_dir
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"collective-constitution-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None and folder.stat().st_uid == 0:
        os.chown(folder, user, group_of(user))
    if folder.stat().st_uid != (os.geteuid() if user is None else user):
        raise ImproperlyConfigured(f"{folder} belongs to another user: set VAR_DIR to a shorter path.")
    return folder


def create_database(data_dir: Path, name: str) -> None:
    """Make the site's database in a running server; one that is there already stays as it is."""
    with start_lock(data_dir.parent):
        address = find_running(data_dir) or start(data_dir)
        with psycopg.connect(make_conninfo("", dbname="postgres", **address), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
            if known is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
                )


def stop(data_dir: Path) -> bool:
    """Stop the server, letting no transaction be lost; return whether one was running."""
    with start_lock(data_dir.parent):
        if find_running(data_dir) is None:
            return False
        user = owner_of(data_dir)
        if user is not None:
            open_the_way(data_dir)
        arguments = ("stop", "-w", "-s", "-m", "fast", "-D", str(data_dir))
        outcome = run_program("pg_ctl", *arguments, user=user)
    if outcome.returncode != 0:
        raise OperationalError(f"The site's own PostgreSQL did not stop: {last_line(outcome.stdout)}")
    return True


def last_line(text: str) -> str:
    """Return the line that tells most: the last error in PostgreSQL's words, or the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (errors or lines or [""])[-1]
