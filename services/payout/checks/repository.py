"""Read orders to check; store findings and samples, set by set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, insert

from services.payout.checks.domain import Finding, OrderToPay
from services.payout.checks.tables import verification_samples
from shared.database.bulk import array
from shared.database.queries import load

queries = load(__package__)


def to_pay(connection: Connection, order_ids: Collection[str]) -> list[OrderToPay]:
    """Return orders with what their decisions rest on."""
    names = OrderToPay.__slots__
    rows = connection.execute(queries.to_pay, {"ids": array(order_ids)})
    return [OrderToPay(*(getattr(row, name) for name in names)) for row in rows]


def same_name(connection: Connection, named: Sequence[tuple[str, str, str]]) -> set[str]:
    """Return the ids of those (id, holder, payee's name) whose names are the same, apart from how they are spelled."""
    values = {name: [row[place] for row in named] for place, name in enumerate(("ids", "holders", "names"))}
    return {row.id for row in connection.execute(queries.same_name, values)}


def add(connection: Connection, findings: Sequence[Finding], *, revision: int, by: str) -> list[tuple[str, str]]:
    """Store those of `findings` that are new; returns (order, kind) of each."""
    if not findings:
        return []
    values = {
        "order_ids": array(each.order_id for each in findings),
        "kinds": [each.kind.value for each in findings],
        "evidence": [each.evidence for each in findings],
        "details": [orjson.dumps(each.details).decode() for each in findings],
    }
    rows = connection.execute(queries.add_findings, values | {"revision": revision, "by": by})
    return [(row.order_id, row.kind) for row in rows]


def sampled(connection: Connection, order_ids: Collection[str]) -> set[str]:
    """Return which of `order_ids` were drawn for verification before."""
    return {row.order_id for row in connection.execute(queries.sampled, {"ids": array(order_ids)})}


def add_sample(connection: Connection, *, unit: str, seed: str, percent: int, orders: int, size: int, by: str) -> UUID:
    """Store a sample that was drawn, and return its id."""
    row = {"unit": unit, "seed": seed, "percent": percent, "orders": orders, "size": size, "drawn_by": by}
    added = insert(verification_samples).values(**row).returning(verification_samples.c.id)
    found: UUID = connection.execute(added).scalar_one()
    return found


def findings(
    connection: Connection,
    *,
    order_id: UUID | None = None,
    is_open: bool = False,
    jurisdiction: str | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return findings, oldest first: of an order, or all; only open ones if `is_open`."""
    values = {"order_id": order_id, "open": is_open, "jurisdiction": jurisdiction, "after": after, "limit": limit}
    return [dict(row) for row in connection.execute(queries.findings, values).mappings()]


def release(connection: Connection, order_id: UUID, *, reason: str, by: str) -> int:
    """Release what was found about an order; returns how many findings."""
    values = {"order_id": order_id, "reason": reason, "by": by}
    return len(connection.execute(queries.release, values).all())
