"""Reading the amounts of a year."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from shared.database.queries import load

queries = load(__package__)


def rows(connection: Connection, year: int, unit: str | None) -> list[dict[str, Any]]:
    """Return what was ordered from the budgets of `year` (of `unit`, if one is given), per unit, award and jurisdiction; fen."""
    return [dict(row) for row in connection.execute(queries.year, {"year": year, "unit": unit}).mappings()]


def indicators(connection: Connection, year: int, unit: str | None) -> list[dict[str, Any]]:
    """Return the same orders per unit, classification of the money that they draw on, and award; fen."""
    return [dict(row) for row in connection.execute(queries.indicators, {"year": year, "unit": unit}).mappings()]
