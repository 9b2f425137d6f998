"""Keeping and reading what simulations found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, and_, or_, select

from services.eligibility.evaluation_jobs.domain import array_literal
from services.eligibility.simulations.tables import simulation_outcomes as table
from shared.database.bulk import copy_frame


def keep(connection: Connection, simulation_id: UUID, compared: pl.DataFrame) -> None:
    """Keep a simulation's outcomes beside today's, numbered in their order."""
    copy_frame(
        connection,
        table.name,
        compared.select(
            pl.lit(str(simulation_id)).alias("simulation_id"),
            pl.int_range(1, pl.len() + 1).alias("number"),
            "award",
            "subject",
            "award_year",
            "payee_uscc",
            "payee_name",
            "jurisdiction",
            "result",
            "kind",
            "entitlement_fen",
            array_literal(pl.col("missing")).alias("missing"),
            array_literal(pl.col("flags")).alias("flags"),
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
    """Return up to `limit` kept outcomes behind number `after` that match `filters` (column → value).

    With `jurisdiction`, only those that lie in it, or do today.
    """
    conditions = [table.c.simulation_id == simulation_id, table.c.number > after]
    conditions += [table.c[name] == value for name, value in filters.items() if value is not None]
    if jurisdiction is not None:
        conditions.append(or_(table.c.jurisdiction == jurisdiction, table.c.today_jurisdiction == jurisdiction))
    query = select(table).where(and_(*conditions)).order_by(table.c.number).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def no_longer_granted(connection: Connection, simulation_id: UUID, award: str) -> pl.DataFrame:
    """Return the cases (award, subject, award_year) of an award that the simulation keeps as refused."""
    query = select(table.c.award, table.c.subject, table.c.award_year).where(
        table.c.simulation_id == simulation_id, table.c.result == "refused", table.c.award == award
    )
    schema = {"award": pl.String, "subject": pl.String, "award_year": pl.Int32}
    return pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")
