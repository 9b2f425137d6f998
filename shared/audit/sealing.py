"""Hash chains over append-only tables: one sealer per service makes blocks of committed rows, after the commit.

A row's `id` comes from a sequence and says nothing about when it commits. So a block ends at an id only after every transaction
that could still add a row below it has ended: those that held a lock for writing on the table when the id was looked up (a row's
id is drawn under that lock). Nothing is ever added to a sealed range, no transaction waits for the chain, and nothing depends on
transaction numbers, which start again when a database is restored into another server.

A block names the columns that it covers, so a table may get more. Someone who can rewrite both rows and blocks can rewrite
the chain, but not a copy of `head` that is kept elsewhere, such as in a printed report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Date, DateTime, Row, Table, Text, cast, extract, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from shared.background import Loop
from shared.database.engine import Database
from shared.database.queries import load
from shared.system_tables import sealed_blocks

SEAL_LOCK = 0x7365616C  # "seal"
BLOCK_ROWS = 50_000
GENESIS = "0" * 64

queries = load(__package__)


@dataclass(frozen=True, slots=True)
class Verification:
    """The result of verifying a chain. `broken_at` is the first broken block and `problem` the reason; None if all are intact."""

    chain: str
    blocks: int
    rows: int
    unsealed: int
    head: str
    broken_at: int | None = None
    problem: str | None = None


class Sealer:
    """Seals the rows added to `tables` since their last blocks. Several may run; one at a time works."""

    def __init__(self, database: Database, tables: Iterable[Table], *, block_rows: int = BLOCK_ROWS) -> None:
        """Prepare to seal blocks of at most `block_rows` rows."""
        self._database = database
        self._tables = list(tables)
        self._block_rows = block_rows
        self._awaited: dict[str, tuple[int, frozenset[str]]] = {}

    def step(self) -> bool:
        """Seal a block of each table with enough settled rows; return whether there was any."""
        return sum(self._step(table) for table in self._tables) > 0

    def _step(self, table: Table) -> bool:
        with self._database.transaction() as connection:
            if not connection.execute(select(func.pg_try_advisory_xact_lock(SEAL_LOCK))).scalar_one():
                return False
            last = _last(connection, table.name)
            after = last.until_id if last else 0
            until, writers = self._awaited.pop(table.name, (0, frozenset()))
            if until <= after:
                found = _until(connection, table, after, self._block_rows)
                if found is None:
                    return False
                # Writers are looked up after the id, so that no writer of a lower id is missed.
                until, writers = found, _writers(connection, table)
            if writers & _writers(connection, table):
                self._awaited[table.name] = (until, writers)
                return False
            _seal(connection, table, last, until)
            return True


def sealing_loop(database: Database, tables: Sequence[Table]) -> Loop:
    """Return the loop that seals `tables` (`ServiceSchema.sealed_tables`)."""
    return Loop("sealing", Sealer(database, tables).step, idle_seconds=2.0)


def _until(connection: Connection, table: Table, after: int, rows: int) -> int | None:
    block = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(rows).subquery()
    found: int | None = connection.execute(select(func.max(block.c.id))).scalar_one()
    return found


def _writers(connection: Connection, table: Table) -> frozenset[str]:
    return frozenset(connection.execute(queries.writers, {"table": table.name}).scalars())


def _last(connection: Connection, chain: str) -> Row[tuple[object, ...]] | None:
    return connection.execute(
        select(sealed_blocks).where(sealed_blocks.c.chain == chain).order_by(sealed_blocks.c.number.desc()).limit(1)
    ).one_or_none()


def _seal(connection: Connection, table: Table, last: Row[tuple[object, ...]] | None, until: int) -> None:
    number, after, previous = (last.number + 1, last.until_id, last.hash) if last else (1, 0, GENESIS)
    columns = [column.name for column in table.columns]
    digest, rows = _digest(connection, table, columns, previous, after, until)
    connection.execute(
        sealed_blocks.insert().values(
            chain=table.name,
            number=number,
            after_id=after,
            until_id=until,
            rows=rows,
            columns=columns,
            previous_hash=previous,
            hash=digest,
        )
    )


def _digest(
    connection: Connection, table: Table, columns: Sequence[str], previous: str, after: int, until: int
) -> tuple[str, int]:
    """Return a block's hash, over the hash before it, the names of `columns` and their values; and its number of rows."""
    row = _sealed_text(table, columns)
    rows = func.string_agg(row, aggregate_order_by(func.chr(10), table.c.id))
    sealed = func.concat(previous, ",".join(columns), rows)
    found = connection.execute(
        select(
            func.encode(func.sha256(func.convert_to(sealed, "UTF8")), "hex").label("hash"),
            func.count().label("rows"),
        ).where(table.c.id > after, table.c.id <= until)
    ).one()
    return found.hash, found.rows


def sealed_rows(
    connection: Connection, table: Table, columns: Sequence[str], after: int, until: int
) -> Iterator[tuple[int, str]]:
    """Yield id and text of the rows of a block, in order: what its hash covers, joined by line feeds."""
    rows = select(table.c.id, _sealed_text(table, columns)).where(table.c.id > after, table.c.id <= until)
    for row in connection.execute(rows.order_by(table.c.id)):
        yield row[0], row[1]


def _sealed_text(table: Table, columns: Sequence[str]) -> ColumnElement[str]:
    return cast(func.row(*(_stable(table.columns[name]) for name in columns)), Text)


def _stable(column: Column[Any]) -> ColumnElement[Any]:
    """Return a column's value as SQL whose result no setting of the session changes."""
    if isinstance(column.type, DateTime):
        return extract("epoch", column)
    if isinstance(column.type, Date):
        return func.to_char(column, "YYYY-MM-DD")
    return column


def verify(connection: Connection, table: Table) -> Verification:
    """Compute each block's hash again from its rows and the block before, up to the first broken block."""
    previous, after, rows, blocks = GENESIS, 0, 0, 0
    problem: str | None = None
    stored = connection.execute(
        select(sealed_blocks).where(sealed_blocks.c.chain == table.name).order_by(sealed_blocks.c.number)
    ).all()
    for number, block in enumerate(stored, start=1):
        problem = _problem(connection, table, block, number, after, previous)
        if problem:
            break
        previous, after, rows, blocks = block.hash, block.until_id, rows + block.rows, number
    count = select(func.count()).select_from(table).where(table.c.id > after)
    unsealed = connection.execute(count).scalar_one()
    return Verification(table.name, len(stored), rows, unsealed, previous, blocks + 1 if problem else None, problem)


def _problem(
    connection: Connection, table: Table, block: Row[tuple[object, ...]], number: int, after: int, previous: str
) -> str | None:
    if (block.number, block.after_id, block.previous_hash) != (number, after, previous):
        return "a block before it is missing or was replaced"
    if not set(block.columns) <= set(table.columns.keys()):
        return "it covers columns that no longer exist"
    digest, rows = _digest(connection, table, block.columns, previous, after, block.until_id)
    if rows != block.rows:
        return f"it sealed {block.rows} rows with ids {after + 1} to {block.until_id}, but there are {rows}"
    if digest != block.hash:
        return f"a row with an id from {after + 1} to {block.until_id}, or the block itself, was changed"
    return None
