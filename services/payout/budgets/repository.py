"""Reading and moving the running sums of the budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from services.payout.budgets.tables import appropriations
from services.payout.bulk import array
from services.payout.orders.events import FRESH_ORDER_DATA, insert_order_events
from shared.events import payment_orders


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


Place = tuple[str, str]
"""A place in the queue: (first_decided_on, award_id)."""


def _between(start: Place | None, until: Place | None) -> tuple[str, dict[str, str]]:
    """Return the SQL condition for orders `o` that wait for funds from `start` on and before `until`, and its values."""
    conditions = ["o.state = 'waiting' AND o.waiting_for = 'funds'"]
    values: dict[str, str] = {}
    for name, place, comparison in (("start", start, ">="), ("until", until, "<")):
        if place is not None:
            bound = f"(CAST(:{name}_day AS date), CAST(:{name}_award AS uuid))"
            conditions.append(f"(o.first_decided_on, o.award_id) {comparison} {bound}")
            values |= {f"{name}_day": place[0], f"{name}_award": place[1]}
    return " AND ".join(conditions), values


def page_end(connection: Connection, start: Place | None, orders: int) -> Place | None:
    """Return the place behind about `orders` orders of the queue from `start` on, None if it ends before; no award is cut."""
    where, values = _between(start, None)
    row = connection.execute(
        text(
            f"""
            SELECT o.first_decided_on::text AS day, o.award_id::text AS award_id FROM payment_orders o WHERE {where}
            ORDER BY o.first_decided_on, o.award_id, o.instalment OFFSET :orders LIMIT 1
            """
        ),
        {**values, "orders": orders},
    ).one_or_none()
    end = (row.day, row.award_id) if row else None
    # One award alone fills the page: take more, until it is behind.
    return page_end(connection, start, 2 * orders) if end is not None and end == start else end


def needed(connection: Connection, start: Place | None, until: Place | None) -> dict[str, int]:
    """Return what the queue needs between two places, fen by unit."""
    where, values = _between(start, until)
    statement = f"SELECT o.unit, sum(o.amount_fen)::bigint AS fen FROM payment_orders o WHERE {where} GROUP BY o.unit"
    return {row.unit: row.fen for row in connection.execute(text(statement), values)}


def queue(connection: Connection, start: Place | None, until: Place | None) -> list[Row[Any]]:
    """Return the orders that wait for funds between two places, in order."""
    where, values = _between(start, until)
    statement = f"""
        SELECT o.id::text AS id, o.award_id::text AS award_id, o.instalment, o.unit, o.amount_fen
        FROM payment_orders o WHERE {where} ORDER BY o.first_decided_on, o.award_id, o.instalment
    """
    return list(connection.execute(text(statement), values))


_FUND = f"""
    WITH funded AS (
        UPDATE payment_orders o
        SET state = 'issued', waiting_for = NULL, budget_year = :year, funded_at = :now, changed_at = now(),
            issued_by = :by
        WHERE {{which}} AND o.state = 'waiting' AND o.waiting_for = 'funds' AND o.due_year <= :year
        RETURNING o.id, o.award_id, o.version, o.unit, o.instalment, o.due_year, o.amount_fen, o.payee_uscc,
                  o.budget_year
    ), posted AS (
        INSERT INTO postings (kind, source, destination, amount_fen, unit, award_id, version, order_id, actor)
        SELECT 'funded', concat('budget:', o.unit, ':', o.budget_year), concat('reserved:', o.award_id, ':', o.unit),
               o.amount_fen, o.unit, o.award_id, o.version, o.id, :by
        FROM funded o
    ), told AS ({insert_order_events("funded o", FRESH_ORDER_DATA).replace("{", "{{").replace("}", "}}")})
    UPDATE budgets b SET committed_fen = b.committed_fen + s.fen
    FROM (SELECT unit, sum(amount_fen)::bigint AS fen, count(*) AS orders FROM funded GROUP BY unit) s
    WHERE b.unit = s.unit AND b.year = :year
    RETURNING s.orders
"""


def fund(connection: Connection, order_ids: Sequence[str], year: int, now: datetime, *, by: str) -> int:
    """Reserve the money of `order_ids` in the budgets of `year` and issue them: order, posting, event, budget in one statement.

    Returns how many were issued. A budget that would go below zero raises IntegrityError and nothing is done.
    """
    return _issued(connection, "o.id = ANY(CAST(:ids AS uuid[]))", {"ids": array(order_ids)}, year, now, by)


def fund_between(
    connection: Connection, start: Place | None, until: Place | None, year: int, now: datetime, *, by: str
) -> int:
    """Do the same for all orders that wait for funds between two places of the queue."""
    return _issued(connection, *_between(start, until), year, now, by)


def _issued(connection: Connection, which: str, chosen: Mapping[str, object], year: int, now: datetime, by: str) -> int:
    values = {"year": year, "now": now, "by": by, "type": payment_orders.ISSUED, "occasion": None}
    rows = connection.execute(text(_FUND.format(which=which)), {**values, **chosen})
    return sum(row.orders for row in rows)


def fingerprint(connection: Connection, year: int) -> tuple[object, ...]:
    """Return what changes whenever the outcome of a funding pass could: the queue's extent and the budgets of `year`."""
    queue = connection.execute(
        text("SELECT count(*), max(number) FROM payment_orders WHERE state = 'waiting' AND waiting_for = 'funds'")
    ).one()
    return (year, *queue, *sorted(free(connection, year).items()))


def appropriate(connection: Connection, unit: str, year: int, amount_fen: int) -> None:
    """Add `amount_fen` (negative: take away) to a budget, made if need be; below what is committed raises IntegrityError."""
    where = {"unit": unit, "year": year, "fen": amount_fen}
    connection.execute(text("INSERT INTO budgets (unit, year) VALUES (:unit, :year) ON CONFLICT DO NOTHING"), where)
    connection.execute(
        text("UPDATE budgets SET appropriated_fen = appropriated_fen + :fen WHERE unit = :unit AND year = :year"), where
    )


def lock_free(connection: Connection, unit: str, year: int) -> int:
    """Lock a budget and return what is free in it, fen; 0 if nothing was ever appropriated."""
    row = connection.execute(
        text(
            "SELECT appropriated_fen - committed_fen AS free FROM budgets WHERE unit = :unit AND year = :year FOR UPDATE"
        ),
        {"unit": unit, "year": year},
    ).one_or_none()
    return int(row.free) if row else 0


def add_appropriation(connection: Connection, *, unit: str, year: int, amount_fen: int, document: str, by: str) -> int:
    """Store an appropriation and return its number."""
    row = {"unit": unit, "year": year, "amount_fen": amount_fen, "document": document, "recorded_by": by}
    return int(connection.execute(insert(appropriations).values(**row).returning(appropriations.c.id)).scalar_one())


_VIEW = """
    SELECT b.unit, b.year, b.appropriated_fen, b.committed_fen, b.committed_fen - coalesce(s.fen, 0) AS ordered_fen,
           b.paid_fen, b.recovered_fen,
           CASE WHEN b.year >= :this_year THEN b.appropriated_fen - b.committed_fen ELSE 0 END AS free_fen,
           CASE WHEN b.year < :this_year THEN b.appropriated_fen - b.committed_fen ELSE 0 END AS lapsed_fen
    FROM budgets b
    LEFT JOIN (SELECT unit, budget_year, sum(amount_fen)::bigint AS fen FROM payment_orders
               WHERE live AND budget_year IS NOT NULL AND state IN ('waiting', 'failed', 'returned')
               GROUP BY unit, budget_year) s ON s.unit = b.unit AND s.budget_year = b.year
"""


def views(
    connection: Connection, unit: str | None, after: Sequence[Any] | None, limit: int | None, this_year: int
) -> list[dict[str, Any]]:
    """Return up to `limit` budgets (of `unit`, or of all) behind the pair `after` (year, unit)."""
    year, name = after or (None, None)
    rows = connection.execute(
        text(
            f"""{_VIEW} WHERE (CAST(:unit AS text) IS NULL OR b.unit = :unit)
                AND (CAST(:year AS bigint) IS NULL OR (b.year, b.unit) > (CAST(:year AS bigint), CAST(:name AS text)))
                ORDER BY b.year, b.unit LIMIT :limit"""
        ),
        {"unit": unit, "year": year, "name": name, "limit": limit, "this_year": this_year},
    )
    return [dict(row) for row in rows.mappings()]


def view(connection: Connection, unit: str, year: int, this_year: int) -> dict[str, Any]:
    """Return one budget; all zeros if nothing was appropriated yet."""
    where = {"unit": unit, "year": year}
    statement = text(f"{_VIEW} WHERE b.unit = :unit AND b.year = :year")
    row = connection.execute(statement, where | {"this_year": this_year}).mappings().one_or_none()
    if row is not None:
        return dict(row)
    names = ("appropriated", "committed", "ordered", "paid", "recovered", "free", "lapsed")
    return where | {f"{name}_fen": 0 for name in names}


def appropriations_of(connection: Connection, unit: str, year: int) -> list[dict[str, Any]]:
    """Return the appropriations of a budget in the order of their recording."""
    rows = connection.execute(
        select(appropriations)
        .where(appropriations.c.unit == unit, appropriations.c.year == year)
        .order_by(appropriations.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def appropriation(connection: Connection, number: int) -> dict[str, Any]:
    """Return one appropriation by its number."""
    return dict(connection.execute(select(appropriations).where(appropriations.c.id == number)).mappings().one())


def waiting_by_award(connection: Connection, unit: str, year: int, this_year: int) -> list[dict[str, Any]]:
    """Return orders and fen that wait for the budget of `year`, by award code.

    Orders draw on the year in which they are funded: what is due earlier counts in this year's budget.
    """
    rows = connection.execute(
        text(
            """
            SELECT a.award, count(*) AS orders, sum(o.amount_fen)::bigint AS amount_fen
            FROM payment_orders o JOIN awards a ON a.award_id = o.award_id
            WHERE o.state = 'waiting' AND o.budget_year IS NULL AND o.unit = :unit
              AND greatest(o.due_year, :this_year) = :year
            GROUP BY a.award ORDER BY a.award
            """
        ),
        {"unit": unit, "year": year, "this_year": this_year},
    )
    return [dict(row) for row in rows.mappings()]
