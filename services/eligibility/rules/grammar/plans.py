"""Running plans with the engine of Polars that is faster for the number of rows."""

from __future__ import annotations

import polars as pl

#: Rows up to which optimising a plan and starting the streaming engine cost more time than they save.
SMALL = 10_000
#: Rows up to which going through them in Python is faster than any plan: what one enterprise reads.
FEW = 200


def collect(plan: pl.LazyFrame, *read: pl.DataFrame) -> pl.DataFrame:
    """Collect a plan that reads these frames; the engine changes the time, never the result."""
    if all(frame.height <= SMALL for frame in read):
        return plan.collect(engine="in-memory", optimizations=pl.QueryOptFlags.none())
    return plan.collect()


def are_few(*read: pl.DataFrame) -> bool:
    """Return whether each of these frames has so few rows that a loop over them is faster than a join."""
    return all(frame.height <= FEW for frame in read)
