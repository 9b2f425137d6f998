"""Reads of objections."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, and_, exists, literal, or_, select

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


def has_open(connection: Connection, decision_id: UUID, uscc: str) -> bool:
    """Return whether an enterprise has an open objection against a decision."""
    own = objections.c.decision_id == decision_id, objections.c.objector_uscc == uscc, objections.c.outcome.is_(None)
    return connection.execute(select(exists().where(*own))).scalar_one()


def _visible(actor: Actor) -> Select[Any]:
    """Select what `actor` may see: objections to decisions that it may see, and those about omissions, of an enterprise its own.

    An omitted case has no jurisdiction: officers of a district do not see it.
    """
    to_decisions = decisions_of.visible(select(decisions.c.id), actor)
    to_omissions = and_(
        objections.c.decision_id.is_(None),
        literal(actor.city_wide) if actor.uscc is None else objections.c.omitted_uscc == actor.uscc,
    )
    return select(objections).where(or_(objections.c.decision_id.in_(to_decisions), to_omissions))


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
    return [view(row, actor) for row in connection.execute(query.order_by(objections.c.id).limit(limit))]


def view(row: Row[Any], actor: Actor) -> dict[str, Any]:
    """Return an objection as the API shows it; an enterprise does not see who else objects."""
    shows_objector = actor.uscc is None or actor.subject == row.recorded_by
    return {
        "id": str(row.id),
        "notice_id": str(row.notice_id),
        "decision_id": row.decision_id and str(row.decision_id),
        "omission": row.omitted and {"uscc": row.omitted_uscc, **row.omitted},
        "refusal_id": row.refusal_id and str(row.refusal_id),
        "objector": row.objector if shows_objector else None,
        "reason": row.reason,
        "recorded_by": row.recorded_by,
        "recorded_at": isoformat(row.recorded_at),
        "outcome": row.outcome,
        "decided_by": row.decided_by,
        "decided_at": isoformat(row.decided_at) if row.decided_at else None,
        "decision_reason": row.decision_reason,
    }
