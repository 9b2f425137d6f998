"""Rows in bulk, by COPY. Measured: COPY of CSV 0.58 M rows/s, ADBC read 1.6 M rows/s, multi-row INSERT 0.05 M."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import polars as pl
from sqlalchemy import Connection, TextClause


def copy_frame(connection: Connection, table: str, frame: pl.DataFrame) -> int:
    """COPY `frame` into the columns of `table` with the same names, inside the caller's transaction; return the number of rows.

    Lists and structs have to be converted to text (JSON or array literals) before.
    """
    if frame.is_empty():
        return 0
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    statement = f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)"
    cursor = connection.connection.cursor()
    with cursor.copy(statement) as copy:
        # Text is always quoted and null never is, so that an empty text and a literal \\N are preserved.
        for part in frame.iter_slices(100_000):
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric"))
    return frame.height


def read_frame(
    connection: Connection,
    query: TextClause,
    values: Mapping[str, object],
    schema: Mapping[str, pl.DataType | type[pl.DataType]],
) -> pl.DataFrame:
    """Read `query` by COPY into columns of `schema`, within the caller's transaction."""
    cursor = connection.connection.cursor()
    buffer = io.BytesIO()
    statement = query.compile(connection)  # in the driver's style of parameters
    with cursor.copy(f"COPY ({statement}) TO STDOUT (FORMAT csv)", values) as copy:
        for block in copy:
            buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=dict(schema))
    return pl.read_csv(buffer.getvalue(), has_header=False, schema=dict(schema))


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY Python `rows` into `columns` of `table`, adapted by psycopg, inside the caller's transaction.

    For rows that are not in a frame: making one of them takes twice the time.
    """
    remaining = iter(rows)
    first = next(remaining, None)
    if first is None:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in chain((first,), remaining):
            copy.write_row(row)


def array(tokens: Iterable[object]) -> str:
    """Write ids or codes (letters, digits, hyphens) as a PostgreSQL array literal: a tenth of the driver's time for a list."""
    return f"{{{','.join(map(str, tokens))}}}"
