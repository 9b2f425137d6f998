"""Plans: steps that are collected together, by the engine that costs less for so many rows."""

from __future__ import annotations

import polars as pl

#: Rows up to which starting the streaming engine costs more than it saves.
FEW = 10_000


def collected(plan: pl.LazyFrame, rows: int) -> pl.DataFrame:
    """What a plan gives whose frames have at most about so many rows; the engine changes the time it takes alone."""
    return plan.collect(engine="in-memory" if rows <= FEW else "auto")
