"""Transitions of one decision or of many: locked in one order, changed, and recorded with who did it and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, TextClause, func, insert, text, update

from services.eligibility.decisions import repository
from services.eligibility.decisions.domain import TRANSITIONS, Act, State, possible_acts, state_after_suspension
from services.eligibility.decisions.tables import decision_acts, decisions
from shared.authorization import Actor
from shared.database.queries import load
from shared.errors import Conflict, Stale

queries = load(__package__)


def lock_for(
    connection: Connection, decision_id: UUID, actor: Actor, act: Act, if_match: str | None = None
) -> Row[Any]:
    """Lock a decision whose state allows `act`; raises NotFound, Stale, or Conflict with the acts that are possible."""
    row = repository.get(connection, decision_id, actor, lock=True)
    if if_match is not None and if_match not in ("*", repository.etag(row)):
        raise Stale("The decision has changed. Read it again, then decide.", extra={"etag": repository.etag(row)})
    if (State(row.state), act) not in TRANSITIONS:
        raise Conflict(
            "The decision is {state}; {act} is not possible in this state.",
            extra=options(row),
            state=row.state,
            act=act.value,
        )
    return row


def options(row: Row[Any], *, without: Act | None = None) -> dict[str, Any]:
    """Return the state of a decision and the acts that are possible in it, for a refusal; `without` is left out."""
    return {"state": row.state, "possible": [act for act in possible_acts(State(row.state)) if act != without]}


def transition(connection: Connection, row: Row[Any], act: Act, state: State, *, by: str, reason: str | None) -> None:
    """Change a locked decision to `state`, and record who did `act` and why."""
    connection.execute(
        update(decisions)
        .where(decisions.c.id == row.id)
        .values(state=state.value, revision=decisions.c.revision + 1, changed_at=func.now())
    )
    connection.execute(
        insert(decision_acts).values(decision_id=row.id, act=act.value, state=state.value, actor=by, reason=reason)
    )


def resumed_state(row: Row[Any]) -> State:
    """Return the state in which a suspended decision continues."""
    return state_after_suspension(in_notice=row.notice_id is not None and row.noticed_on is None)


def pick(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> int:
    """Lock many decisions as the temporary table `picked` (id, award_id, version in force or 0); returns how many.

    `statement` creates the table. All of these lock awards before decisions and in the order of `award_id`, so that
    transactions never wait for each other in a circle.
    """
    connection.execute(text("DROP TABLE IF EXISTS picked"))
    picked = connection.execute(statement, values).rowcount
    connection.execute(text("ANALYZE picked"))
    return picked


def record(connection: Connection, act: Act, *, by: str, reason: str | None) -> None:
    """Record who did `act` to the picked decisions, and the state that each has now."""
    connection.execute(queries.record_act_on_picked, {"act": act.value, "by": by, "reason": reason})
