"""Database connections: one engine per process; a transaction is a `with` block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from sqlalchemy import Connection, Engine, create_engine, make_url, text


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def time_limits(seconds: int) -> str:
    """Return the options of a connection whose statements, and pauses within transactions, may take `seconds`."""
    return f"-c statement_timeout={seconds}s -c idle_in_transaction_session_timeout={seconds}s"


class Database:
    """A service's database, reached as one role."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        application_name: str = "",
        prepared_statements: bool = True,
        statement_seconds: int | None = None,
    ) -> None:
        """Prepare a pool of up to `pool_size` connections to `url` (`postgresql://…`); it connects on first use.

        `prepared_statements=False` disables prepared statements. That suits processes with few statements on many rows: a
        plan that was cached while a table was empty is slow later. A statement, and a pause within a transaction, may take
        `statement_seconds`; for ever if none are given.
        """
        self.url = url
        self.engine: Engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=0,
            pool_pre_ping=True,
            pool_timeout=10,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={
                "application_name": application_name,
                "connect_timeout": 10,
                **({} if prepared_statements else {"prepare_threshold": None}),
                **({} if statement_seconds is None else {"options": time_limits(statement_seconds)}),
            },
        )
        self._autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in a transaction: committed at its end, rolled back if it raises."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Provide a connection for independent reading statements, each with its own snapshot (autocommit)."""
        with self._autocommit.connect() as connection:
            yield connection

    @contextmanager
    def reading_at_one_instant(self) -> Iterator[Connection]:
        """Provide a read-only connection whose statements all see the same snapshot (repeatable read)."""
        with self.engine.connect() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
