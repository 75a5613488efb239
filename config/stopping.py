"""Stop the site: first the processes that use the database, then the database."""

import os
import signal
import time

from django.conf import settings
from django.core.management.base import CommandError

from config.serving import read_pid

PATIENCE = 30.0


def stop_serving() -> bool:
    """End a running `serve`, with its children; return whether there was one."""
    pid_file = settings.VAR_DIR / "serve.pid"
    pid = read_pid(pid_file)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    give_up_at = time.monotonic() + PATIENCE
    while read_pid(pid_file) is not None:
        if time.monotonic() > give_up_at:
            raise CommandError(f"Process {pid} serves the site and does not stop; end it by hand.")
        time.sleep(0.1)
    return True


def stop_database() -> bool:
    """Stop the site's own database server; return whether one was running."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "config.embedded_postgres":
        return False
    from config.embedded_postgres.server import stop

    return stop(database["DATA_DIR"])
