"""The SQL of a vote: planned once per connection, and sent without a cursor, which costs more than it."""

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from numpy.typing import NDArray
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus

# How PostgreSQL sends an array of one dimension: this header, then each value after its length.
ARRAY_HEADER = 20
BIGINTS = np.dtype([("length", ">i4"), ("value", ">i8")])
SMALLINTS = np.dtype([("length", ">i4"), ("value", ">i2")])
BINARY = 1

Row = tuple[bytes | None, ...]
_ready: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()


class Prepared:
    """One SQL statement with parameters $1, $2 …; its values come back as PostgreSQL packs them."""

    def __init__(self, name: str, sql: str) -> None:
        self.name, self.sql = name.encode(), sql.encode()

    def first(self, parameters: Sequence[bytes]) -> Row | None:
        """Run it and return the first row, if there is one."""
        database = connections[DEFAULT_DB_ALIAS]
        database.close_if_health_check_failed()
        database.ensure_connection()
        with database.wrap_database_errors:
            link: psycopg.Connection[Any] = database.connection
            self._make_ready(link)
            result = link.pgconn.exec_prepared(self.name, parameters, None, BINARY)
            if result.status != ExecStatus.TUPLES_OK:
                raise error_from_result(result)
            if result.ntuples == 0:
                return None
            return tuple(result.get_value(0, column) for column in range(result.nfields))

    def _make_ready(self, link: psycopg.Connection[Any]) -> None:
        """Prepare it once per connection; within `atomic`, begin the transaction as a cursor would."""
        if not link.autocommit and link.pgconn.transaction_status == TransactionStatus.IDLE:
            link.execute("SELECT 1")
        ready = _ready.get(link)
        if ready is None:
            # One plan for all values: with others PostgreSQL at times plans anew for every vote.
            link.execute("SET plan_cache_mode = force_generic_plan")
            ready = _ready[link] = set()
        if self.name not in ready:
            result = link.pgconn.prepare(self.name, self.sql)
            if result.status != ExecStatus.COMMAND_OK:
                raise error_from_result(result)
            ready.add(self.name)


def unpack(packed: bytes | None, kind: np.dtype[np.void]) -> NDArray[np.int64]:
    """Read an array of integers; NULL, which is how an aggregate of nothing comes, is empty."""
    if packed is None:
        return np.zeros(0, dtype=np.int64)
    return np.frombuffer(packed, dtype=kind, offset=ARRAY_HEADER)["value"].astype(np.int64)


def unpack_id(packed: bytes | None) -> int:
    return int.from_bytes(packed or b"", "big", signed=True)
