"""Read into Arrow over pooled ADBC connections: opening one takes 60 ms, mostly to read the server's list of types."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import adbc_driver_postgresql.dbapi as adbc
import pyarrow as pa

from shared.database.engine import time_limits
from shared.errors import Unavailable

MAX_IDLE = 4
MAX_CONNECTIONS = 8
_WAIT_SECONDS = 10.0


class ArrowReader:
    """Runs queries that are composed from declarations, never from input; each statement is its own snapshot."""

    def __init__(self, url: str, statement_seconds: int | None = None) -> None:
        """Read from `url` over up to MAX_CONNECTIONS; connects on first use. A statement may take `statement_seconds`."""
        self._url = url
        if statement_seconds is not None:
            self._url += f"{'&' if '?' in url else '?'}options={quote(time_limits(statement_seconds))}"
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        weakref.finalize(self, _close_all, self._idle)  # with the app that holds it, at the latest

    def table(self, query: str, *values: object) -> pa.Table:
        """Run `query`, with `values` bound to `$1`, `$2`, …, and return its rows."""
        (found,) = self.tables([(query, values)])
        return found

    def tables(self, queries: Iterable[tuple[str, Sequence[object]]]) -> Iterator[pa.Table]:
        """Run queries, each with its values, one after the other over one connection."""
        with self._cursor() as cursor:
            for query, values in queries:
                cursor.execute(query, values or None)
                yield cursor.fetch_arrow_table()

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """Run `query` and yield its rows batch by batch, in bounded memory."""
        with self._cursor() as cursor:
            cursor.execute(query)
            yield from cursor.fetch_record_batch()

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            _close_all(self._idle)

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """Lend a connection; raises Unavailable if none is free in time."""
        if not self._free.acquire(timeout=_WAIT_SECONDS):
            raise Unavailable("All connections to the database are in use. Try again later.")
        try:
            connection = self._connection()
            try:
                with connection.cursor() as cursor:
                    yield cursor
            except BaseException:
                connection.close()
                raise
            self._put_back(connection)
        finally:
            self._free.release()

    def _put_back(self, connection: Any) -> None:
        with self._lock:
            if len(self._idle) < MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _connection(self) -> Any:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is not None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
                    cursor.fetchall()
            except adbc.Error:  # the server was restarted, or closed what was idle
                connection.close()
            else:
                return connection
        return adbc.connect(self._url, autocommit=True)


def _close_all(connections: list[Any]) -> None:
    while connections:
        connections.pop().close()
