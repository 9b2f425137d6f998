"""Hash chains over tables that are only added to: blocks of committed rows, made after the commit by one sealer per service.

A row's `id` comes from a sequence and says nothing about when it commits. A block ends at an id only once every transaction that
could still add a row below it has ended: whoever held a lock for writing on the table when the id was looked up (a row's id is
drawn under that lock). So nothing ever falls into a sealed range, no transaction ever waits for the chain, and nothing depends on
transaction numbers, which begin anew when a database is restored into another server.

A block keeps the columns that it covers, so a table may grow. Whoever can rewrite both rows and blocks can rewrite the chain:
`head`, noted elsewhere (a printed report will do), is what no one can rewrite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Row,
    Table,
    func,
    select,
    text,
)

from shared.background import Loop
from shared.database.engine import Database
from shared.system_tables import sealed_blocks

SEAL_LOCK = 0x7365616C  # "seal"
BLOCK_ROWS = 50_000
GENESIS = "0" * 64


_WRITERS = text(
    """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = CAST(:table AS regclass) AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
    """
)


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a chain found. `broken_at` is the first block that does not hold and `problem` why; None if all do."""

    chain: str
    blocks: int
    rows: int
    unsealed: int
    head: str
    broken_at: int | None = None
    problem: str | None = None


class Sealer:
    """Seals what was added to `tables` since their last blocks. Several may run; one at a time works."""

    def __init__(self, database: Database, tables: Iterable[Table], *, block_rows: int = BLOCK_ROWS) -> None:
        """Prepare to seal, at most `block_rows` in a block."""
        self._database = database
        self._tables = list(tables)
        self._block_rows = block_rows
        self._awaited: dict[str, tuple[int, frozenset[str]]] = {}

    def step(self) -> bool:
        """Seal a block of each table whose rows are settled; tells whether there was any."""
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
                # The writers are asked for after the id, so that nobody below it is missed.
                until, writers = found, _writers(connection, table)
            if writers & _writers(connection, table):
                self._awaited[table.name] = (until, writers)
                return False
            _seal(connection, table, last, until)
            return True


def _until(connection: Connection, table: Table, after: int, rows: int) -> int | None:
    statement = f'SELECT max(id) FROM (SELECT id FROM "{table.name}" WHERE id > :after ORDER BY id LIMIT :rows) block'
    found: int | None = connection.execute(text(statement), {"after": after, "rows": rows}).scalar_one()
    return found


def _writers(connection: Connection, table: Table) -> frozenset[str]:
    return frozenset(connection.execute(_WRITERS, {"table": table.name}).scalars())


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
    """Return the hash over the block before, the names of `columns` and their values in a range of ids; and the rows in it."""
    cells = ", ".join(_cell(table.columns[name]) for name in columns)
    found = connection.execute(
        text(
            f"""
            SELECT encode(sha256(convert_to(:previous || :columns || coalesce(
                       string_agg(ROW({cells})::text, chr(10) ORDER BY id), ''), 'UTF8')), 'hex') AS hash,
                   count(*) AS rows
            FROM "{table.name}" WHERE id > :after AND id <= :until
            """
        ),
        {"previous": previous, "columns": ",".join(columns), "after": after, "until": until},
    ).one()
    return found.hash, found.rows


def _cell(column: Column[object]) -> str:
    """Return SQL for a column's value that no setting of the session changes."""
    if isinstance(column.type, DateTime):
        return f'extract(epoch FROM "{column.name}")'
    if isinstance(column.type, Date):
        return f"to_char(\"{column.name}\", 'YYYY-MM-DD')"
    return f'"{column.name}"'


def verify(connection: Connection, table: Table) -> Verification:
    """Compute every block's hash anew from its rows and its predecessor, up to the first that does not hold."""
    previous, after, rows, blocks = GENESIS, 0, 0, 0
    problem: str | None = None
    stored = connection.execute(
        select(sealed_blocks).where(sealed_blocks.c.chain == table.name).order_by(sealed_blocks.c.number)
    ).all()
    for number, block in enumerate(stored, start=1):
        problem = _problem_of(connection, table, block, number, after, previous)
        if problem:
            break
        previous, after, rows, blocks = block.hash, block.until_id, rows + block.rows, number
    count = f'SELECT count(*) FROM "{table.name}" WHERE id > :after'
    unsealed = connection.execute(text(count), {"after": after}).scalar_one()
    return Verification(table.name, len(stored), rows, unsealed, previous, blocks + 1 if problem else None, problem)


def _problem_of(
    connection: Connection, table: Table, block: Row[tuple[object, ...]], number: int, after: int, previous: str
) -> str | None:
    if (block.number, block.after_id, block.previous_hash) != (number, after, previous):
        return "a block before it is missing or was exchanged"
    if not set(block.columns) <= set(table.columns.keys()):
        return "it covers columns that are gone"
    digest, rows = _digest(connection, table, block.columns, previous, after, block.until_id)
    if rows != block.rows:
        return f"it was sealed over {block.rows} rows, of ids {after + 1} to {block.until_id} there are {rows}"
    if digest != block.hash:
        return f"a row of ids {after + 1} to {block.until_id}, or the block itself, was changed"
    return None


def sealing(database: Database, tables: Sequence[Table]) -> Loop:
    """Return the worker's loop that seals `tables` (`ServiceSchema.sealed_tables`)."""
    return Loop("sealer", Sealer(database, tables).step, idle_seconds=2.0)
