"""Who does what now: locks that PostgreSQL frees when the process that holds them dies."""

from collections.abc import Iterator
from contextlib import contextmanager
from zlib import crc32

from django.db import connection


class Claimed(Exception):
    """Another process holds this key."""


def try_claim(key: int) -> bool:
    """Take a signed 64-bit key for this database session, unless another session holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        return cursor.fetchone() == (True,)


def give_up(key: int) -> None:
    """Free a key that this database session holds."""
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextmanager
def claim(key: int) -> Iterator[None]:
    """Hold a signed 64-bit key for this database session, or raise Claimed."""
    if not try_claim(key):
        raise Claimed(key)
    try:
        yield
    finally:
        give_up(key)


def is_claimed(key: int) -> bool:
    """Whether a living process of this database holds the key."""
    return bool(claimed_of([key]))


def claimed_of(keys: list[int]) -> set[int]:
    """Those of the keys that living processes of this database hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32) | objid::bigint = ANY(%s)",
            [keys],
        )
        return {row[0] for row in cursor.fetchall()}


def take_places(name: str, wanted: int, limit: int, held: list[int]) -> list[int]:
    """Take of the `limit` places that all processes share under this name, until `wanted` are held."""
    taken: list[int] = []
    with connection.cursor() as cursor:
        for place in sorted(set(range(limit)) - set(held)):
            if len(held) + len(taken) >= wanted:
                break
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [place_group(name), place])
            if cursor.fetchone() == (True,):
                taken.append(place)
    return taken


def leave_places(name: str, places: list[int]) -> None:
    """Free places that this database session holds."""
    if connection.needs_rollback:
        return
    with connection.cursor() as cursor:
        for place in places:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [place_group(name), place])


def place_group(name: str) -> int:
    """A signed 32-bit number for the name, as PostgreSQL's paired locks want it."""
    return crc32(name.encode()) - 2**31
