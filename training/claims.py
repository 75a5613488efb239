"""Who carries out a run now: one process, by a lock that PostgreSQL frees when the process dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


class Claimed(Exception):
    """Another process holds this key."""


@contextmanager
def claim(key: int) -> Iterator[None]:
    """Hold a signed 64-bit key for this database session, or raise Claimed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        if cursor.fetchone() != (True,):
            raise Claimed(key)
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def is_claimed(key: int) -> bool:
    """Whether a living process of this database holds the key."""
    unsigned = key % 2**64
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid::bigint = %s AND objid::bigint = %s)",
            [unsigned >> 32, unsigned & 0xFFFFFFFF],
        )
        return cursor.fetchone() == (True,)
