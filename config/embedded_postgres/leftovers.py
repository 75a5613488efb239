"""What earlier servers may have left behind: files of killed ones, servers of deleted folders.

Looked at only before a start, under the lock, when no server answers.
"""

import contextlib
import signal
from pathlib import Path

import psutil

from config.embedded_postgres.programs import run_program

PATIENCE = 10.0


def clear_leftovers(data_dir: Path, pid_file_lines: list[str], user: int | None) -> None:
    """Make way for a new server over existing data.

    The process id in the file may be nobody's (PostgreSQL deals with that itself), some other
    program's by now (then the file goes), or that of a server whose socket was deleted, which
    nobody can reach any more (then it is stopped properly).
    """
    if not pid_file_lines or not pid_file_lines[0].strip().isdigit():
        return
    is_ready = len(pid_file_lines) > 7 and pid_file_lines[7].strip() == "ready"
    with contextlib.suppress(psutil.Error):
        if psutil.Process(int(pid_file_lines[0])).name() != "postgres":
            (data_dir / "postmaster.pid").unlink(missing_ok=True)
        elif is_ready:
            run_program("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", str(data_dir), user=user)


def end_servers_of_deleted_data(data_dir: Path) -> None:
    """End servers whose data folder was deleted under them, before a new one is made in its place.

    Such a server notices within a minute, and on its way out would delete the new server's socket.
    """
    orphans = [process for process in psutil.process_iter(["name", "cmdline"]) if serves(process, data_dir)]
    for process in orphans:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGQUIT)
    _, stubborn = psutil.wait_procs(orphans, timeout=PATIENCE)
    for process in stubborn:
        with contextlib.suppress(psutil.Error):
            process.kill()


def serves(process: psutil.Process, data_dir: Path) -> bool:
    command = process.info["cmdline"] or []
    return process.info["name"] == "postgres" and str(data_dir) in command
