"""The SQL of the vote request itself, planned once per connection: that takes longer than running it."""

from typing import Any, LiteralString

import psycopg
from django.db import connection

# Above any count: of all SQL on the connection, only what is asked for here is prepared.
NEVER_BY_ITSELF = 2**31


def fetch_prepared(sql: LiteralString, params: list[Any]) -> list[tuple[Any, ...]]:
    """Run SQL with parameters bound by the server, and return its rows."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        link: psycopg.Connection[Any] = cursor.connection
        link.prepare_threshold = NEVER_BY_ITSELF
        return psycopg.Cursor(link).execute(sql, params, prepare=True).fetchall()
