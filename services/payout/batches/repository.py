"""Reading and writing batches and results, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row, text

from services.payout.batches.domain import BatchedOrder, Result
from shared.database.bulk import array, read_frame


def restoration_open(connection: Connection) -> bool:
    """Return whether a restoration of the database is open, so that nothing may be sent."""
    found = connection.execute(text("SELECT EXISTS (SELECT FROM restorations WHERE ended_at IS NULL)"))
    return bool(found.scalar_one())


def approved(connection: Connection, unit: str, order_ids: Sequence[UUID] | None, by: str) -> list[Row[Any]]:
    """Return approved orders of `unit` (of those named, if any are) that are not held and that another than `by` approved."""
    rows = connection.execute(
        text(
            """
            SELECT o.id::text AS id, o.amount_fen, o.payee_uscc, o.account_revision FROM payment_order_details o
            WHERE o.state = 'approved' AND o.unit = :unit AND o.approved_by <> :by AND NOT o.held
              AND (CAST(:ids AS uuid[]) IS NULL OR o.id = ANY(CAST(:ids AS uuid[])))
            ORDER BY o.number
            """
        ),
        {"unit": unit, "by": by, "ids": None if order_ids is None else array(order_ids)},
    )
    return list(rows)


def list_orders(connection: Connection, batch_id: UUID) -> None:
    """List the orders that were put into a batch."""
    connection.execute(
        text(
            "INSERT INTO batch_orders (batch_id, order_id, amount_fen, payee_uscc)"
            " SELECT batch_id, id, amount_fen, payee_uscc FROM payment_orders WHERE batch_id = :id"
        ),
        {"id": batch_id},
    )


_VIEW = """
    SELECT b.id, b.unit, CASE WHEN EXISTS (SELECT FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'batched')
                              THEN 'sent' ELSE 'completed' END AS state,
           b.orders, b.total_fen, b.registry_revision, b.built_by, b.built_at, b.reentered_checksum,
           (SELECT count(*) FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'settled') AS settled,
           (SELECT count(*) FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'failed') AS failed,
           (SELECT count(*) FROM payment_orders o WHERE o.batch_id = b.id AND o.state = 'returned') AS returned
    FROM payment_batches b
"""


def view_or_none(connection: Connection, batch_id: UUID) -> dict[str, Any] | None:
    """Return a batch as its readers see it, or None."""
    row = connection.execute(text(f"{_VIEW} WHERE b.id = :id"), {"id": batch_id}).mappings().one_or_none()
    return dict(row) if row else None


def view(connection: Connection, batch_id: UUID) -> dict[str, Any]:
    """Return a batch that exists."""
    found = view_or_none(connection, batch_id)
    assert found is not None
    return found


def views(connection: Connection, after: UUID | None, limit: int, unit: str | None) -> list[dict[str, Any]]:
    """Return up to `limit` batches (of `unit`) behind the batch `after`, oldest first."""
    rows = connection.execute(
        text(
            f"""{_VIEW} WHERE (CAST(:after AS uuid) IS NULL OR b.id > :after)
                AND (CAST(:unit AS text) IS NULL OR b.unit = :unit) ORDER BY b.id LIMIT :limit"""
        ),
        {"after": after, "limit": limit, "unit": unit},
    )
    return [dict(row) for row in rows.mappings()]


LINES = """
    SELECT b.order_id, b.amount_fen, b.payee_uscc, concat(a.award, ' ', o.award_id, '/', o.instalment)
    FROM batch_orders b JOIN payment_orders o ON o.id = b.order_id JOIN awards a ON a.award_id = o.award_id
    WHERE b.batch_id = %(id)s ORDER BY o.number
"""


def lines(connection: Connection, batch_id: UUID) -> pl.DataFrame:
    """Return what the file of a batch lists, in order: `order_id`, `amount_fen`, `payee_uscc`, `purpose`."""
    schema = {"order_id": pl.String, "amount_fen": pl.Int64, "payee_uscc": pl.String, "purpose": pl.String}
    return read_frame(connection, LINES, {"id": batch_id}, schema)


def orders_of(connection: Connection, batch_id: UUID, order_ids: Sequence[str]) -> dict[str, BatchedOrder]:
    """Return those of `order_ids` that are in the batch, with the results that they have."""
    rows = connection.execute(
        text(
            """
            SELECT o.id::text AS id, o.state, o.amount_fen,
                   array_agg(r.outcome) FILTER (WHERE r.id IS NOT NULL) AS outcomes,
                   array_agg(r.bank_reference) FILTER (WHERE r.id IS NOT NULL) AS bank_references,
                   array_agg(r.occurred_on) FILTER (WHERE r.id IS NOT NULL) AS days
            FROM batch_orders b JOIN payment_orders o ON o.id = b.order_id
            LEFT JOIN payment_results r ON r.order_id = o.id
            WHERE b.batch_id = :batch_id AND o.id = ANY(CAST(:ids AS uuid[])) GROUP BY o.id
            """
        ),
        {"batch_id": batch_id, "ids": list(order_ids)},
    )
    return {
        row.id: BatchedOrder(
            row.state,
            row.amount_fen,
            {
                outcome: (reference, day)
                for outcome, reference, day in zip(
                    row.outcomes or (), row.bank_references or (), row.days or (), strict=True
                )
            },
        )
        for row in rows
    }


def add_results(connection: Connection, batch_id: UUID, results: Sequence[Result], by: str) -> None:
    """Record what the bank reported."""
    connection.execute(
        text(
            """
            INSERT INTO payment_results (batch_id, order_id, outcome, occurred_on, bank_reference, reason, recorded_by)
            SELECT :batch_id, order_id, outcome, occurred_on, bank_reference, reason, :by
            FROM unnest(CAST(:ids AS uuid[]), CAST(:outcomes AS text[]), CAST(:days AS date[]),
                        CAST(:bank_references AS text[]), CAST(:reasons AS text[]))
                 AS r(order_id, outcome, occurred_on, bank_reference, reason)
            """
        ),
        {
            "batch_id": batch_id,
            "by": by,
            "ids": array(result.order_id for result in results),
            "outcomes": array(result.outcome for result in results),
            "days": [result.occurred_on for result in results],
            "bank_references": [result.bank_reference for result in results],
            "reasons": [result.reason for result in results],
        },
    )


def accounts_on(connection: Connection, batch_id: UUID) -> date:
    """Return the day on which the batch's accounts had to be in force."""
    row = connection.execute(text("SELECT accounts_on FROM payment_batches WHERE id = :id"), {"id": batch_id}).one()
    day: date = row.accounts_on
    return day
