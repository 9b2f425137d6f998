"""Stored outcomes of simulations, beside today's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, and_, or_, select

from services.eligibility.evaluation_jobs.domain import array_literal
from services.eligibility.evaluation_jobs.repository import PLAIN_COLUMNS, outcome_view
from services.eligibility.scenarios.tables import simulation_outcomes as table
from shared.database.bulk import copy_frame


def store_outcomes(connection: Connection, simulation_id: UUID, compared: pl.DataFrame) -> None:
    """Store a simulation's outcomes beside today's, numbered in their order."""
    copy_frame(
        connection,
        table.name,
        compared.select(
            pl.lit(str(simulation_id)).alias("simulation_id"),
            pl.int_range(1, pl.len() + 1).alias("number"),
            *PLAIN_COLUMNS,
            *(array_literal(pl.col(name)).alias(name) for name in ("missing", "flags")),
            "today_result",
            pl.col("today_entitlement_fen").alias("today_fen"),
            "today_jurisdiction",
            "change",
        ),
    )


def find(
    connection: Connection,
    simulation_id: UUID,
    *,
    filters: dict[str, Any],
    jurisdiction: str | None,
    after: int,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` stored outcomes after number `after` that match `filters` (column → value).

    With `jurisdiction`, only those in it, in the scenario or today.
    """
    conditions = [table.c.simulation_id == simulation_id, table.c.number > after]
    conditions += [table.c[name] == value for name, value in filters.items() if value is not None]
    if jurisdiction is not None:
        conditions.append(or_(table.c.jurisdiction == jurisdiction, table.c.today_jurisdiction == jurisdiction))
    query = select(table).where(and_(*conditions)).order_by(table.c.number).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def refused_cases(connection: Connection, simulation_id: UUID, award: str) -> pl.DataFrame:
    """Return the cases (award, subject, award_year) of an award that are stored as refused: those that only today grants."""
    query = select(table.c.award, table.c.subject, table.c.award_year).where(
        table.c.simulation_id == simulation_id, table.c.result == "refused", table.c.award == award
    )
    schema = {"award": pl.String, "subject": pl.String, "award_year": pl.Int32}
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")


def simulated_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an outcome beside today's as the API shows it; a refusal computed when asked for is a refusal today as well."""
    today = {"today_result": "refused", "today_fen": 0, "change": "same"}
    return outcome_view(row) | {name: row.get(name, value) for name, value in today.items()}
