"""The shape of an outcome frame."""

from __future__ import annotations

import polars as pl

GRANTED, REFUSED, UNDETERMINED = "granted", "refused", "undetermined"
RESULTS = (GRANTED, REFUSED, UNDETERMINED)

#: One instalment: its number from 1, years after the first version's decision year, whole fen.
INSTALMENT = pl.Struct({"number": pl.Int32(), "due_offset_years": pl.Int32(), "amount_fen": pl.Int64})

_COLUMNS: dict[str, pl.DataType] = {
    "award": pl.String(),
    "subject": pl.String(),
    # Null only where an event's day is unknown, and with it the year.
    "award_year": pl.Int32(),
    "payee_uscc": pl.String(),
    "payee_name": pl.String(),
    "jurisdiction": pl.String(),
    "result": pl.String(),
    "kind": pl.String(),
    "entitlement_fen": pl.Int64(),
    "instalments": pl.List(INSTALMENT),
    "missing": pl.List(pl.String()),
    "flags": pl.List(pl.String()),
    "about_known": pl.Boolean(),
}
OUTCOME_SCHEMA = pl.Schema(_COLUMNS)
SORTED_BY = ("award", "subject", "award_year")
