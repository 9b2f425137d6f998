"""Writing many rows at once: plain tuples → COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
from sqlalchemy import Connection

from shared.database.bulk import copy_frame


def copy(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """COPY `rows` (text, whole numbers, None) into `columns` of `table` within the caller's transaction."""
    if not rows:
        return
    frame = pl.DataFrame(
        {
            name: pl.Series(name, values, strict=False)
            for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
    )
    copy_frame(connection, table, frame)


def array(tokens: Iterable[object]) -> str:
    """Write ids or codes (letters, digits, hyphens) as a PostgreSQL array literal: a tenth of the driver's time for a list."""
    return f"{{{','.join(map(str, tokens))}}}"
