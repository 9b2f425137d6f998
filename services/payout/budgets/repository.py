"""Read budgets and change their running sums."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select

from services.payout.budgets.domain import UNCLASSIFIED, Classification, Pot
from services.payout.budgets.tables import appropriation_proposals, appropriations, budgets, indicators
from shared.database.bulk import array
from shared.database.queries import load

queries = load(__package__)


def commit(connection: Connection, changes: Mapping[tuple[str, int, int | None], int]) -> None:
    """Add `changes` (fen by unit, year and indicator; negative gives back) to what is committed.

    A budget or an indicator that would go below zero raises the database's IntegrityError (`…_not_below_zero`, `unclassified`).
    """
    rows = [(*key, fen) for key, fen in changes.items() if fen]
    if rows:
        names = ("units", "years", "indicators", "fen")
        values = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        connection.execute(queries.commit, values)


def pots(connection: Connection, year: int, unit: str | None = None) -> list[Pot]:
    """Return the money in the budgets of `year` (or in that of `unit`), in the order in which orders draw on it.

    Indicators come in the order in which money was first appropriated to them; money without a classification comes last.
    """
    rows = connection.execute(queries.pots, {"year": year, "unit": unit})
    return [Pot(row.unit, row.indicator_id, row.free_fen) for row in rows]


def lock_pots(connection: Connection, year: int) -> list[Pot]:
    """Lock the budgets of `year` and return what `pots` returns."""
    connection.execute(queries.lock, {"year": year})
    return pots(connection, year)


def classification(connection: Connection, indicator_id: int | None) -> Classification:
    """Return the classification of an indicator's money."""
    if indicator_id is None:
        return UNCLASSIFIED
    return Classification.of(connection.execute(select(indicators).where(indicators.c.id == indicator_id)).one())


def indicator_ids(
    connection: Connection, unit: str, year: int, wanted: Collection[Classification]
) -> dict[Classification, int]:
    """Return the indicators of a budget with these classifications."""
    own = select(indicators).where(indicators.c.unit == unit, indicators.c.year == year)
    known = {Classification.of(row): row.id for row in connection.execute(own)}
    return {each: known[each] for each in wanted if each in known}


def indicators_of(connection: Connection, unit: str, year: int) -> list[dict[str, Any]]:
    """Return the indicators of a budget with what is free in each, in the order in which they are drawn on."""
    return [dict(row) for row in connection.execute(queries.indicators, {"unit": unit, "year": year}).mappings()]


def appropriate(
    connection: Connection, unit: str, year: int, amount_fen: int, of: Classification = UNCLASSIFIED
) -> None:
    """Add `amount_fen` (negative: take away) to a budget and to the indicator of its classification, created if they are new.

    One that would fall below what is committed raises IntegrityError.
    """
    values = {"unit": unit, "year": year, "fen": amount_fen, "classified": of != UNCLASSIFIED, **of._asdict()}
    for statement in (queries.open_budget, queries.open_indicator, queries.appropriate):
        connection.execute(statement, values)


def count_paid(connection: Connection, unit: str, year: int, amount_fen: int) -> None:
    """Count `amount_fen` as paid from a budget."""
    _add(connection, "paid_fen", unit, year, amount_fen)


def count_recovered(connection: Connection, unit: str, year: int, amount_fen: int) -> None:
    """Count `amount_fen` as repaid in `year`."""
    _add(connection, "recovered_fen", unit, year, amount_fen)


def _add(connection: Connection, column: str, unit: str, year: int, amount_fen: int) -> None:
    connection.execute(queries.open_budget, {"unit": unit, "year": year})
    own = budgets.update().where(budgets.c.unit == unit, budgets.c.year == year)
    connection.execute(own.values({column: budgets.c[column] + amount_fen}))


def propose_appropriation(
    connection: Connection,
    *,
    unit: str,
    year: int,
    amount_fen: int,
    document: str,
    of: Classification,
    by: str,
    carried_over: bool = False,
) -> dict[str, Any]:
    """Store a draft of an appropriation, or of a reduction that is `carried_over`, and return it."""
    row = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": document, "carried_over": carried_over}
    added = insert(appropriation_proposals).values(**row, **of._asdict(), proposed_by=by)
    added = added.returning(appropriation_proposals.c.id)
    return appropriation(connection, connection.execute(added).scalar_one())


def add_appropriation(
    connection: Connection,
    *,
    unit: str,
    year: int,
    amount_fen: int,
    document: str,
    of: Classification,
    by: str,
    proposal_id: UUID,
) -> None:
    """Store what a confirmed proposal, entered by `by`, gives to a budget of `year`."""
    row = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": document, "recorded_by": by}
    connection.execute(insert(appropriations).values(proposal_id=proposal_id, **row, **of._asdict()))


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
    connection: Connection, award_ids: Collection[str], units: Collection[str], year: int, this_year: int
) -> dict[tuple[str, str], int]:
    """Return what each of `units` owes to `award_ids` from its budget of `year`, fen, by unit and award."""
    where = {"units": list(units), "year": year, "this_year": this_year, "ids": array(award_ids)}
    return {(row.unit, row.award_id): row.fen or 0 for row in connection.execute(queries.owed_already, where)}


def without_arrangement(connection: Connection, jurisdiction: str | None) -> dict[str, int]:
    """Return `awards` and `entitlement_fen` of what waits for an arrangement (in `jurisdiction`, if one is given)."""
    rows = connection.execute(queries.without_arrangement, {"jurisdiction": jurisdiction})
    return dict(rows.mappings().one())
