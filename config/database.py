"""Which database the site uses: the server named by DATABASE_URL, or its own under var/."""

from pathlib import Path
from typing import Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

EXAMPLE = "postgresql://user:password@host:5432/name"
UNREADABLE = (
    f"DATABASE_URL cannot be read as a PostgreSQL address: write it as {EXAMPLE}, "
    "with special characters of the password percent-encoded."
)
KEPT_OPEN = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def database_settings(url: str, var_dir: Path) -> dict[str, Any]:
    """Return Django's settings for the database; an empty URL stands for the site's own server."""
    if not url:
        own = {"NAME": "collective_constitution", "DATA_DIR": var_dir / "postgres"}
        return {"ENGINE": "config.embedded_postgres", **own, **KEPT_OPEN}
    return {"ENGINE": "django.db.backends.postgresql", **parse_database_url(url), **KEPT_OPEN}


def parse_database_url(url: str) -> dict[str, Any]:
    """Read a URL as PostgreSQL itself reads it. Errors never repeat the URL: it may hold a password."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"DATABASE_URL must begin with postgresql://, as in {EXAMPLE}.")
    try:
        parts: dict[str, Any] = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise ImproperlyConfigured(UNREADABLE) from error
    if "@" in str(parts.get("host", "")) or not str(parts.get("port", "0")).replace(",", "").isdecimal():
        raise ImproperlyConfigured(UNREADABLE)
    if not parts.get("dbname"):
        raise ImproperlyConfigured(f"DATABASE_URL names no database: write it as {EXAMPLE}.")
    return {
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {"connect_timeout": "5", **parts},
    }
