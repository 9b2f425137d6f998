"""Stored outcomes of evaluations: granted ones, and undetermined ones where a fact about the award exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from services.eligibility.evaluation_jobs.tables import evaluation_outcomes as table
from shared.database.bulk import copy_rows
from shared.database.frames import compressed, frame_of
from shared.database.queries import load

queries = load(__package__)

PLAIN_COLUMNS = (
    "award",
    "subject",
    "award_year",
    "payee_uscc",
    "payee_name",
    "jurisdiction",
    "result",
    "kind",
    "entitlement_fen",
)
"""The columns of an outcome that hold one value each."""
_OUTCOMES_IN_A_ROW = 5_000


def store_outcomes(connection: Connection, evaluation_id: UUID, found: pl.DataFrame) -> None:
    """Store what an evaluation found, some thousand outcomes in a row, in its order."""
    kept = found.filter((pl.col("result") == "granted") | pl.col("about_known"))
    numbered = kept.select(pl.int_range(1, pl.len() + 1).alias("number"), *PLAIN_COLUMNS, "missing", "flags")
    rows = [
        (evaluation_id, part.item(-1, "number"), compressed(part)) for part in numbered.iter_slices(_OUTCOMES_IN_A_ROW)
    ]
    copy_rows(connection, table.name, ("evaluation_id", "last_number", "outcomes"), rows)


def find_outcomes(
    connection: Connection, evaluation_id: UUID, *, result: str | None, jurisdiction: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` stored outcomes in the evaluation's order, after number `after`."""
    wanted = {
        name: value for name, value in {"result": result, "jurisdiction": jurisdiction}.items() if value is not None
    }
    found: list[dict[str, Any]] = []
    values = {"evaluation_id": evaluation_id, "after": after}
    # Read one after the other: what is asked for is mostly in the first of them.
    with connection.execution_options(yield_per=1).execute(queries.rows_of_outcomes, values) as rows:
        for stream in rows.scalars():
            part = frame_of(stream).filter(pl.col("number") > after, **wanted)
            found += part.head(limit - len(found)).iter_rows(named=True)
            if len(found) == limit:
                break
    if not found:
        values |= {"result": result, "jurisdiction": jurisdiction, "limit": limit}
        found = [dict(row) for row in connection.execute(queries.outcomes_one_by_one, values).mappings()]
    return [outcome_view(each) for each in found]


def outcome_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an outcome as the API shows it; `number` is its place in the evaluation."""
    return {
        "number": row["number"],
        "award": row["award"],
        "subject": row["subject"],
        "award_year": row["award_year"],
        "payee": {"uscc": row["payee_uscc"], "name": row["payee_name"]},
        "jurisdiction": row["jurisdiction"],
        "result": row["result"],
        "kind": row["kind"],
        "entitlement_fen": row["entitlement_fen"],
        "missing": row["missing"],
        "flags": row["flags"],
    }
