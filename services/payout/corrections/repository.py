"""Reading and writing corrections of bank results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert

from services.payout.batches.tables import result_corrections
from shared.database.queries import load

queries = load(__package__)


def views(
    connection: Connection,
    *,
    after: UUID | None = None,
    limit: int,
    unit: str | None = None,
    order_id: UUID | None = None,
    open_only: bool = False,
) -> list[dict[str, Any]]:
    """Return up to `limit` corrections (of `unit`, of an order) after one, oldest first."""
    values = {"id": None, "after": after, "limit": limit, "unit": unit, "order_id": order_id, "open": open_only}
    return [dict(row) for row in connection.execute(queries.corrections, values).mappings()]


def view(connection: Connection, correction_id: UUID) -> dict[str, Any] | None:
    """Return a correction as its readers see it, or None."""
    values = {"id": correction_id, "after": None, "limit": 1, "unit": None, "order_id": None, "open": False}
    row = connection.execute(queries.corrections, values).mappings().one_or_none()
    return None if row is None else dict(row)


def lock_order(connection: Connection, order_id: UUID) -> Row[Any] | None:
    """Lock and return an order that is in a batch, or None."""
    return connection.execute(queries.order, {"id": order_id}).one_or_none()


def order(connection: Connection, order_id: UUID) -> Row[Any] | None:
    """Return an order that is in a batch, as `lock_order` does, and whether a correction of it waits; or None."""
    return connection.execute(queries.order_now, {"id": order_id}).one_or_none()


def add(connection: Connection, **values: Any) -> UUID:
    """Store a correction and return its id."""
    added = insert(result_corrections).values(**values).returning(result_corrections.c.id)
    return UUID(str(connection.execute(added).scalar_one()))
