"""What earlier servers may have left behind: files of killed ones, servers of deleted folders.

Looked at only before a start, under the lock, when no server answers.
"""

import contextlib
import signal
from pathlib import Path

import psutil

from config.embedded_postgres.programs import run_program

PATIENCE = 10.0
NOBODYS_PID = "4194304"
"""One more than the highest process id Linux gives out."""


def clear_leftovers(data_dir: Path, pid_file_lines: list[str], user: int | None) -> None:
    """Make way for a new server over existing data.

    A living server that nobody can reach, because its socket was deleted, is stopped properly. Else
    the process id in the file is nobody's, a dead process's that nobody buried, or by now some other
    program's. The file itself must stay: by it PostgreSQL sees whether parts of a killed server still run.
    """
    if len(pid_file_lines) < 8 or not pid_file_lines[0].strip().isdigit():
        return
    if not is_living_postgres(int(pid_file_lines[0])):
        (data_dir / "postmaster.pid").write_text("\n".join([NOBODYS_PID, *pid_file_lines[1:]]) + "\n")
        port, socket_dir = pid_file_lines[3].strip(), pid_file_lines[4].strip()
        Path(socket_dir, f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
    elif pid_file_lines[7].strip() == "ready":
        run_program("pg_ctl", "stop", "-w", "-s", "-m", "fast", "-D", str(data_dir), user=user)


def is_living_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


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
