"""A worker for tests: does the queued analyses and stops."""

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from django.db import connections
from procrastinate.contrib.django import app


def run_queued() -> None:
    """Do all analyses that wait; in a thread of its own, because a browser test has an event loop already."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_work).result()


def _work() -> None:
    """Work without keeping connections, which would hold the test database open at the end."""
    with (
        patch.dict(connections.settings["default"], CONN_MAX_AGE=0),
        app.replace_connector(app.connector.get_worker_connector()) as worker_app,
    ):
        worker_app.run_worker(
            queues=["analysis"], wait=False, install_signal_handlers=False, listen_notify=False
        )
    connections.close_all()
