"""Reading and writing restorations, and the orders of files that are entered again, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.restorations.domain import KnownAward, KnownOrder, SentRow
from shared.database.bulk import array

MISSING_SHOWN = 1_000

VIEW = f"""
    SELECT r.id, r.reason, r.opened_by, r.opened_at, r.ended_by, r.ended_at, r.ended_reason,
           ARRAY(SELECT s FROM unnest(r.sent) AS s WHERE NOT EXISTS (SELECT FROM batch_orders b WHERE b.order_id = s)
                 ORDER BY s LIMIT {MISSING_SHOWN}) AS missing
    FROM restorations r
"""


def views(connection: Connection, where: str = "true", **values: object) -> list[dict[str, Any]]:
    """Return restorations as their readers see them, oldest first."""
    rows = connection.execute(text(f"{VIEW} WHERE {where} ORDER BY r.opened_at, r.id"), values)
    return [dict(row) for row in rows.mappings()]


def add(connection: Connection, restoration_id: UUID, *, reason: str, by: str, sent: Sequence[str]) -> None:
    """Open a restoration; one that is open already is told of more orders that were sent."""
    connection.execute(
        text(
            """
            INSERT INTO restorations (id, reason, opened_by, sent) VALUES (:id, :reason, :by, CAST(:sent AS uuid[]))
            ON CONFLICT ((ended_at IS NULL)) WHERE ended_at IS NULL
            DO UPDATE SET sent = ARRAY(SELECT DISTINCT unnest(restorations.sent || excluded.sent))
            """
        ),
        {"id": restoration_id, "reason": reason, "by": by, "sent": array(sent)},
    )


def end(connection: Connection, restoration_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """End a restoration."""
    connection.execute(
        text("UPDATE restorations SET ended_by = :by, ended_at = :now, ended_reason = :reason WHERE id = :id"),
        {"id": restoration_id, "by": by, "now": now, "reason": reason},
    )


def reentered_by(connection: Connection, since: datetime) -> set[str]:
    """Return who has entered files again since `since`."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT built_by FROM payment_batches WHERE reentered_checksum IS NOT NULL AND built_at >= :since"
        ),
        {"since": since},
    )
    return set(rows.scalars())


def lock_awards(connection: Connection, award_ids: Sequence[str]) -> dict[str, KnownAward]:
    """Lock those of `award_ids` that are known, in one order for all workers, and return them."""
    rows = connection.execute(
        text(
            """
            SELECT a.award_id::text AS award_id, a.split_version, a.first_decided_on::text AS first_decided_on,
                   ARRAY(SELECT (part ->> 'due_year')::int FROM jsonb_array_elements(v.instalments)
                         WITH ORDINALITY AS parts (part, place) ORDER BY place) AS due_years
            FROM awards a LEFT JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
            WHERE a.award_id = ANY(CAST(:ids AS uuid[])) ORDER BY a.award_id FOR UPDATE OF a
            """
        ),
        {"ids": array(award_ids)},
    )
    return {row.award_id: KnownAward(row.split_version, row.first_decided_on, tuple(row.due_years)) for row in rows}


def orders(connection: Connection, order_ids: Sequence[str]) -> dict[str, KnownOrder]:
    """Lock and return those of `order_ids` that are known."""
    rows = connection.execute(
        text(
            """
            SELECT o.id::text AS id, o.payee_uscc, o.amount_fen, o.award_id::text AS award_id, o.instalment, o.unit, o.state,
                   EXISTS (SELECT FROM batch_orders b WHERE b.order_id = o.id) AS in_batch,
                   o.live AND o.budget_year IS NOT NULL AS holds_money
            FROM payment_orders o WHERE o.id = ANY(CAST(:ids AS uuid[])) FOR UPDATE
            """
        ),
        {"ids": array(order_ids)},
    )
    return {
        row.id: KnownOrder(
            SentRow(row.id, row.payee_uscc, row.amount_fen, row.award_id, row.instalment),
            row.unit,
            row.state,
            row.in_batch,
            row.holds_money,
        )
        for row in rows
    }
