"""Reads of refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from services.eligibility.decisions import repository as decisions
from services.eligibility.engine.explain import explain
from services.eligibility.engine.explanation import Explanation
from services.eligibility.engine.sealed_inputs import facts_of
from services.eligibility.interpretations.repository import stored_interpretations
from services.eligibility.refusals.domain import RefusalState
from services.eligibility.refusals.tables import refusal_statements, refusals
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.clock import isoformat
from shared.database.queries import load
from shared.errors import NotFound

queries = load(__package__)

_IN_STATE = {
    RefusalState.PROPOSED: (refusals.c.confirmed_at.is_(None), refusals.c.superseded_at.is_(None)),
    RefusalState.ISSUED: (refusals.c.confirmed_at.is_not(None), refusals.c.superseded_at.is_(None)),
    RefusalState.SUPERSEDED: (refusals.c.superseded_at.is_not(None),),
}


def _visible(actor: Actor) -> Select[Any]:
    query = select(refusals)
    if actor.uscc is not None:
        return query.where(refusals.c.payee_uscc == actor.uscc)
    return query if actor.jurisdiction is None else query.where(refusals.c.jurisdiction == actor.jurisdiction)


def get(connection: Connection, refusal_id: UUID, actor: Actor, *, lock: bool = False) -> Row[Any]:
    """Return a refusal, locked if asked; raises NotFound if there is none that `actor` may see."""
    query = _visible(actor).where(refusals.c.id == refusal_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound("There is no such refusal.")
    return row


def find(
    connection: Connection,
    actor: Actor,
    *,
    filters: dict[str, Any],
    state: RefusalState | None,
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` refusals that match `filters` (column → value), oldest first, after the id `after`."""
    query = _visible(actor).where(*(refusals.c[name] == value for name, value in filters.items() if value is not None))
    if state is not None:
        query = query.where(*_IN_STATE[state])
    if after is not None:
        query = query.where(refusals.c.id > after)
    return [view(row) for row in connection.execute(query.order_by(refusals.c.id).limit(limit))]


def open_refusal(connection: Connection, case: dict[str, Any]) -> Row[Any] | None:
    """Return the refusal of a case (policy, award, subject, award_year) that no facts have superseded."""
    which = [refusals.c[name] == value for name, value in case.items()]
    return connection.execute(select(refusals).where(*which, refusals.c.superseded_at.is_(None))).one_or_none()


def mark_changed(connection: Connection, policy: str, *, all_enterprises: str) -> None:
    """Have refusals of the enterprises in the temporary table `changed` (uscc, revision) compared with the newest facts."""
    connection.execute(queries.mark_changed, {"policy": policy, "all_enterprises": all_enterprises})


def statements(connection: Connection, refusal_id: UUID) -> list[dict[str, Any]]:
    """Return what was stated about a refusal, oldest first."""
    own = refusal_statements.c
    found = connection.execute(select(refusal_statements).where(own.refusal_id == refusal_id).order_by(own.id))
    return [
        {
            "id": str(row.id),
            "statement": row.statement,
            "document": row.document,
            "made_by": row.made_by,
            "made_at": isoformat(row.made_at),
        }
        for row in found
    ]


def explanation(connection: Connection, row: Row[Any]) -> Explanation:
    """Explain a refusal from its sealed inputs."""
    policy = load_policy(row.policy)
    interpretations = stored_interpretations(policy, decisions.document(connection, row.interpretations_hash))
    facts = facts_of(decisions.document(connection, row.inputs_hash))
    return explain(facts, policy, interpretations, row.award, row.subject, row.award_year, row.decided_on)


def state_of(row: Row[Any]) -> RefusalState:
    """Return the state of a refusal."""
    if row.superseded_at is not None:
        return RefusalState.SUPERSEDED
    return RefusalState.PROPOSED if row.confirmed_at is None else RefusalState.ISSUED


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a refusal as the API shows it."""

    def instant(value: Any) -> str | None:
        return value and isoformat(value)

    names: Sequence[str] = ("policy", "award", "subject", "award_year", "jurisdiction", "result", "facts_revision")
    hashes = ("policy_hash", "interpretations_hash", "inputs_hash", "engine_version")
    return {
        "id": str(row.id),
        **{name: getattr(row, name) for name in names},
        "state": state_of(row),
        "payee": {"uscc": row.payee_uscc, "name": row.payee_name},
        "would_be_fen": row.outcome["would_be_fen"],
        "reason": row.reason,
        "decided_on": row.decided_on.isoformat(),
        "proposed_by": row.proposed_by,
        "proposed_at": isoformat(row.proposed_at),
        "issued_by": row.confirmed_by,
        "issued_at": instant(row.confirmed_at),
        "superseded_at": instant(row.superseded_at),
        "superseded_in": row.superseded_in,
        "receipt": {"facts_revision": row.facts_revision, **{name: getattr(row, name) for name in hashes}},
    }
