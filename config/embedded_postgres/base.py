"""A Django database backend that starts the embedded server before the first connection."""

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base

from config.embedded_postgres.server import ensure_running


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return params | ensure_running(settings.VAR_DIR / "postgres")
