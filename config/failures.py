"""What a command says when the database or the configuration stops it: one sentence, no traceback."""

import os

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, ProgrammingError
from psycopg.conninfo import conninfo_to_dict


def explain(error: ImproperlyConfigured | OperationalError | ProgrammingError) -> str | None:
    """Return what to do about the failure, or None where only a traceback would help."""
    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error.__cause__, (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)):
        return "The database does not have the tables of this version yet. Run: manage.py migrate"
    text = str(error)
    if "own PostgreSQL" in text or "database folder" in text:
        return text
    url = os.environ.get("DATABASE_URL", "")
    if url and isinstance(error.__cause__, psycopg.OperationalError) and error.__cause__.sqlstate is None:
        return explain_connection(text, url)
    return None


def explain_connection(text: str, url: str) -> str:
    """Name the server without its password, the reason in PostgreSQL's words, and the way out."""
    reason = text.strip().splitlines()[0].rpartition("failed: ")[2].strip().rstrip(".?")
    server = conninfo_to_dict(url).get("host") or "its socket"
    return (
        f"The PostgreSQL server of DATABASE_URL ({server}) cannot be used: {reason}. "
        "Start the server or correct DATABASE_URL; without it the site uses its own database."
    )
