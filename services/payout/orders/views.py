"""Payment orders as their readers see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

VIEW = """
    SELECT o.id, o.award_id, a.award, o.version, a.jurisdiction, o.unit, o.instalment, o.due_year, o.amount_fen,
           jsonb_build_object('uscc', o.payee_uscc, 'name', v.payee_name) AS payee, o.state, o.waiting_for, o.live,
           o.budget_year, o.funded_at, o.approved_by, o.approved_at, o.account_revision, o.batch_id, o.replaces,
           o.result_on AS occurred_on, o.bank_reference, o.result_reason AS reason, o.created_at, o.changed_at, o.number
    FROM payment_orders o
    JOIN awards a ON a.award_id = o.award_id
    LEFT JOIN LATERAL (
        SELECT payee_name FROM award_versions v
        WHERE v.award_id = o.award_id AND v.payee_uscc = o.payee_uscc AND v.version <= o.version
        ORDER BY v.version DESC LIMIT 1) v ON true
"""

FILTERS = {
    "uscc": "o.payee_uscc = :uscc",
    "award": "a.award = :award",
    "award_id": "o.award_id = :award_id",
    "unit": "o.unit = :unit",
    "state": "o.state = :state",
    "waiting_for": "o.waiting_for = :waiting_for",
    "due_year": "o.due_year = :due_year",
    "batch_id": "o.batch_id = :batch_id",
    "jurisdiction": "a.jurisdiction = :jurisdiction",
    "changed_after": "o.changed_at > :changed_after",
    "after": "o.number > :after",
}
"""SQL condition by the name of its value; a filter without a value does not apply."""


def list_orders(
    connection: Connection, filters: Mapping[str, object], limit: int | None = None
) -> list[dict[str, Any]]:
    """Return the orders that `filters` (names of FILTERS; None does not apply) let through, oldest first."""
    applied = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(FILTERS[name] for name in applied) or "true"
    rows = connection.execute(text(f"{VIEW} WHERE {where} ORDER BY o.number LIMIT :limit"), {**applied, "limit": limit})
    return [dict(row) for row in rows.mappings()]


def one(connection: Connection, order_id: UUID) -> dict[str, Any]:
    """Return one order as its readers see it."""
    row = dict(connection.execute(text(f"{VIEW} WHERE o.id = :id"), {"id": order_id}).mappings().one())
    del row["number"]
    return row
