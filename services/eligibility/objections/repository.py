"""Reads of objections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from services.eligibility.decisions import repository as decisions_of
from services.eligibility.decisions.tables import decisions
from services.eligibility.objections.domain import Holds
from services.eligibility.objections.tables import objections
from shared.authorization import Actor
from shared.clock import isoformat
from shared.database.queries import load
from shared.errors import NotFound

queries = load(__package__)


def holds_on(connection: Connection, decision_id: UUID) -> Holds:
    """Return what keeps a decision suspended."""
    return Holds(**connection.execute(queries.holds_on_decision, {"decision_id": decision_id}).mappings().one())


def _visible(actor: Actor) -> Select[Any]:
    query = select(objections).join(decisions, decisions.c.id == objections.c.decision_id)
    return decisions_of.visible(query, actor)


def get(connection: Connection, objection_id: UUID, actor: Actor, *, lock: bool = False) -> Row[Any]:
    """Return an objection, locked if asked; raises NotFound if there is none that `actor` may see."""
    query = _visible(actor).where(objections.c.id == objection_id)
    row = connection.execute(query.with_for_update(of=objections) if lock else query).one_or_none()
    if row is None:
        raise NotFound("There is no such objection.")
    return row


def find(
    connection: Connection, notice_id: UUID, actor: Actor, *, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` objections made in a notice, oldest first, after the id `after`."""
    query = _visible(actor).where(objections.c.notice_id == notice_id)
    if after is not None:
        query = query.where(objections.c.id > after)
    return [view(row) for row in connection.execute(query.order_by(objections.c.id).limit(limit))]


def view(row: Row[Any]) -> dict[str, Any]:
    """Return an objection as the API shows it."""
    return {
        "id": str(row.id),
        "notice_id": str(row.notice_id),
        "decision_id": str(row.decision_id),
        "objector": row.objector,
        "reason": row.reason,
        "recorded_by": row.recorded_by,
        "recorded_at": isoformat(row.recorded_at),
        "outcome": row.outcome,
        "decided_by": row.decided_by,
        "decided_at": isoformat(row.decided_at) if row.decided_at else None,
        "decision_reason": row.decision_reason,
    }
