"""A Django database backend that starts the embedded server before the first connection."""

import select
import time
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from config.embedded_postgres import DATABASE_NAME
from config.embedded_postgres.server import create_database, ensure_running

PATIENCE = 30.0
"""Seconds to wait for a server that is starting, or recovering from a crash."""

PASSING_TROUBLE = (
    "starting up",
    "in recovery mode",
    "not yet accepting connections",
    "shutting down",
    "Connection refused",
    "Connection reset",
    "No such file or directory",
    "server closed the connection",
    "terminating connection",
)


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return params | ensure_running(self.settings_dict["DATA_DIR"])

    def is_usable(self) -> bool:
        """Whether the connection works; the server is asked only where something is amiss.

        An idle connection has nothing to read: once the server is gone, its end can be read.
        """
        if self.connection is not None and not self.errors_occurred and is_silent(self.connection):
            return True
        return bool(super().is_usable())

    def get_new_connection(self, conn_params: dict[str, Any]) -> psycopg.Connection:
        """Connect; a missing database is made, and a server that is just coming up is waited for."""
        give_up_at = time.monotonic() + PATIENCE
        while True:
            try:
                return super().get_new_connection(conn_params)
            except psycopg.OperationalError as error:
                if is_missing_database(error, conn_params):
                    create_database(self.settings_dict["DATA_DIR"], DATABASE_NAME)
                elif is_passing(error) and time.monotonic() < give_up_at:
                    time.sleep(0.1)
                    conn_params = conn_params | ensure_running(self.settings_dict["DATA_DIR"])
                else:
                    raise


def is_silent(connection: psycopg.Connection) -> bool:
    """Whether the connection is open and the server has sent nothing since its last answer."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)


def is_missing_database(error: psycopg.OperationalError, conn_params: dict[str, Any]) -> bool:
    """Whether the site's own database has not been made yet; test databases are Django's business."""
    return conn_params.get("dbname") == DATABASE_NAME and "does not exist" in str(error)


def is_passing(error: psycopg.OperationalError) -> bool:
    return any(words in str(error) for words in PASSING_TROUBLE)
