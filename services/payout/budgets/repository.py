"""Read budgets and change their running sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, text

from services.payout.budgets.tables import appropriation_proposals, appropriations, budgets
from shared.database.bulk import array
from shared.database.queries import load

queries = load(__package__)


def commit(connection: Connection, changes: Mapping[tuple[str, int], int]) -> None:
    """Add `changes` (fen by unit and year; negative gives back) to what is committed.

    A budget that would go below zero raises the database's IntegrityError (constraint `ck_budgets_not_below_zero`).
    """
    rows = sorted((unit, year, fen) for (unit, year), fen in changes.items() if fen)
    if rows:
        values = {name: [row[place] for row in rows] for place, name in enumerate(("units", "years", "fen"))}
        connection.execute(queries.commit, values)


def free(connection: Connection, year: int) -> dict[str, int]:
    """Return what is free in each unit's budget of `year`, fen; a unit without appropriations is missing."""
    left = (budgets.c.appropriated_fen - budgets.c.committed_fen).label("fen")
    rows = connection.execute(select(budgets.c.unit, left).where(budgets.c.year == year))
    return {row.unit: row.fen for row in rows}


def lock_free(connection: Connection, unit: str, year: int) -> int:
    """Lock a budget and return what is free in it, fen; 0 if nothing was ever appropriated."""
    left = select(budgets.c.appropriated_fen - budgets.c.committed_fen)
    own = left.where(budgets.c.unit == unit, budgets.c.year == year)
    return connection.execute(own.with_for_update()).scalar_one_or_none() or 0


def appropriate(connection: Connection, unit: str, year: int, amount_fen: int) -> None:
    """Add `amount_fen` (negative: take away) to a budget, which is created if it is new.

    A budget that would fall below what is committed raises IntegrityError.
    """
    _add(connection, "appropriated_fen", unit, year, amount_fen)


def count_paid(connection: Connection, unit: str, year: int, amount_fen: int) -> None:
    """Count `amount_fen` as paid from a budget."""
    _add(connection, "paid_fen", unit, year, amount_fen)


def count_recovered(connection: Connection, unit: str, year: int, amount_fen: int) -> None:
    """Count `amount_fen` as repaid in `year`."""
    _add(connection, "recovered_fen", unit, year, amount_fen)


def _add(connection: Connection, column: str, unit: str, year: int, amount_fen: int) -> None:
    connection.execute(
        text("INSERT INTO budgets (unit, year) VALUES (:unit, :year) ON CONFLICT DO NOTHING"),
        {"unit": unit, "year": year},
    )
    own = budgets.update().where(budgets.c.unit == unit, budgets.c.year == year)
    connection.execute(own.values({column: budgets.c[column] + amount_fen}))


def propose_appropriation(
    connection: Connection, *, unit: str, year: int, amount_fen: int, document: str, by: str
) -> dict[str, Any]:
    """Store a draft of an appropriation and return it."""
    row = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": document, "proposed_by": by}
    added = insert(appropriation_proposals).values(**row).returning(appropriation_proposals.c.id)
    return appropriation(connection, connection.execute(added).scalar_one())


def add_appropriation(
    connection: Connection,
    *,
    unit: str,
    year: int,
    amount_fen: int,
    document: str,
    by: str,
    proposal_id: UUID | None = None,
) -> dict[str, Any]:
    """Store an appropriation that counts, entered by `by`, and return it."""
    row = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": document, "recorded_by": by}
    added = insert(appropriations).values(proposal_id=proposal_id, **row)
    shown = func.coalesce(
        appropriations.c.proposal_id, func.id_of_number(appropriations.c.recorded_at, appropriations.c.id)
    )
    return appropriation(connection, connection.execute(added.returning(shown)).scalar_one())


def appropriation(connection: Connection, appropriation_id: UUID) -> dict[str, Any]:
    """Return an appropriation as its readers see it."""
    own = {"id": appropriation_id, "unit": None, "year": None, "state": None, "after": None, "limit": 1}
    return dict(connection.execute(queries.appropriations, own).mappings().one())


def appropriations_of(
    connection: Connection,
    *,
    unit: str | None = None,
    year: int | None = None,
    state: str | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return up to `limit` appropriations (of `unit`, of `year`, in `state`) after one, in the order of their entry."""
    where = {"id": None, "unit": unit, "year": year, "state": state, "after": after, "limit": limit}
    return [dict(row) for row in connection.execute(queries.appropriations, where).mappings()]


def views(
    connection: Connection,
    *,
    this_year: int,
    unit: str | None = None,
    year: int | None = None,
    after: Sequence[Any] | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return up to `limit` budgets (of `unit`, of `year`) after the pair `after` (year, unit)."""
    after_year, after_unit = after or (None, None)
    where = {"unit": unit, "year": year, "after_year": after_year, "after_unit": after_unit}
    rows = connection.execute(queries.budgets, {**where, "limit": limit, "this_year": this_year})
    return [dict(row) for row in rows.mappings()]


def view(connection: Connection, unit: str, year: int, this_year: int) -> dict[str, Any]:
    """Return one budget; all zeros if nothing was appropriated yet."""
    names = ("appropriated", "committed", "ordered", "paid", "recovered", "free", "lapsed")
    found = views(connection, unit=unit, year=year, this_year=this_year)
    return found[0] if found else {"unit": unit, "year": year} | {f"{name}_fen": 0 for name in names}


def waiting_by_award(connection: Connection, unit: str, year: int, this_year: int) -> dict[str, tuple[int, int]]:
    """Return orders and fen that wait for the budget of `year`, by award code."""
    rows = connection.execute(queries.waiting_by_award, {"unit": unit, "year": year, "this_year": this_year})
    return {row.award: (row.orders, row.amount_fen) for row in rows}


def owed_already(
    connection: Connection, award_ids: Collection[str], unit: str, year: int, this_year: int
) -> dict[str, int]:
    """Return what `unit` owes to `award_ids` from the budget of `year`, fen."""
    where = {"unit": unit, "year": year, "this_year": this_year, "ids": array(award_ids)}
    return {row.award_id: row.fen or 0 for row in connection.execute(queries.owed_already, where)}


def without_arrangement(connection: Connection, jurisdiction: str | None) -> dict[str, int]:
    """Return `awards` and `entitlement_fen` of what waits for an arrangement (in `jurisdiction`, if one is given)."""
    rows = connection.execute(queries.without_arrangement, {"jurisdiction": jurisdiction})
    return dict(rows.mappings().one())
