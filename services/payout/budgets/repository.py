"""Reading and moving the running sums of the budgets."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text


def commit(connection: Connection, changes: Mapping[tuple[str, int], int]) -> None:
    """Add `changes` (fen by unit and year; negative gives back) to what is committed.

    A budget that would go below zero raises the database's IntegrityError (constraint `ck_budgets_not_below_zero`).
    """
    rows = sorted((unit, year, fen) for (unit, year), fen in changes.items() if fen)
    if not rows:
        return
    connection.execute(
        text(
            """
            WITH locked AS (
                SELECT b.unit, b.year, c.fen
                FROM unnest(CAST(:units AS text[]), CAST(:years AS int[]), CAST(:fen AS bigint[])) AS c(unit, year, fen)
                JOIN budgets b ON b.unit = c.unit AND b.year = c.year
                ORDER BY b.unit, b.year FOR UPDATE OF b
            )
            UPDATE budgets b SET committed_fen = b.committed_fen + l.fen
            FROM locked l WHERE b.unit = l.unit AND b.year = l.year
            """
        ),
        {"units": [row[0] for row in rows], "years": [row[1] for row in rows], "fen": [row[2] for row in rows]},
    )


def free(connection: Connection, year: int) -> dict[str, int]:
    """Return what is free in each unit's budget of `year`, fen; a unit without appropriations is missing."""
    rows = connection.execute(
        text("SELECT unit, appropriated_fen - committed_fen AS free FROM budgets WHERE year = :year"), {"year": year}
    )
    return {row.unit: row.free for row in rows}
