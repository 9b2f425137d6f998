"""Stored outcomes of evaluations: granted ones, and undetermined ones where a fact about the award exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from services.eligibility.evaluation_jobs.domain import array_literal
from services.eligibility.evaluation_jobs.tables import outcomes as table
from shared.database.bulk import copy_frame
from shared.database.queries import load

queries = load(__package__)

_PLAIN = (
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
STORED_COLUMNS = (
    pl.int_range(1, pl.len() + 1).alias("number"),
    *map(pl.col, _PLAIN),
    array_literal(pl.col("missing")).alias("missing"),
    array_literal(pl.col("flags")).alias("flags"),
)
"""The columns of outcomes as they are stored, numbered in their order."""


def store_outcomes(connection: Connection, evaluation_id: UUID, found: pl.DataFrame) -> None:
    """Store what an evaluation found."""
    rows = found.filter((pl.col("result") == "granted") | pl.col("about_known"))
    copy_frame(connection, table.name, rows.select(pl.lit(str(evaluation_id)).alias("evaluation_id"), *STORED_COLUMNS))


def find_outcomes(
    connection: Connection, evaluation_id: UUID, *, result: str | None, jurisdiction: str | None, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` stored outcomes in the evaluation's order, after number `after`."""
    values = {
        "evaluation_id": evaluation_id,
        "result": result,
        "jurisdiction": jurisdiction,
        "after": after,
        "limit": limit,
    }
    return [outcome_view(dict(row)) for row in connection.execute(queries.find_outcomes, values).mappings()]


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
