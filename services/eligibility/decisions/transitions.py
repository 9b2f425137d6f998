"""Transitions of one decision or of many: locked in one order, changed, and recorded with who did it and why.

The only module that writes decisions and their acts. Triggers of the database refuse every other transition than those in
TRANSITIONS. Set-based: one decision and twenty thousand take the same statements. Every act is announced: `award.progressed`
enters the outbox in its transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, TextClause, text

from services.eligibility.decisions import repository
from services.eligibility.decisions.domain import (
    CONFIRMATION,
    TRANSITIONS,
    Act,
    State,
    possible_acts,
    state_after_suspension,
)
from shared.authorization import Actor
from shared.database.queries import load
from shared.errors import Conflict, Stale
from shared.events import award_decided, award_progressed
from shared.messaging import topics
from shared.observability import tracing

queries = load(__package__)

OBJECTED = "objected"
"""The outcome of a step after which a decision still waits for it."""
HAS_BEEN_IN_NOTICE = 0
"""How long notices last (`notice_days`) says nothing about a decision that is or was in one, or waits for nothing more."""


def lock_for(
    connection: Connection, decision_id: UUID, actor: Actor, act: Act, if_match: str | None = None
) -> Row[Any]:
    """Lock a decision whose state allows `act`; raises NotFound, Stale, or Conflict with the acts that are possible."""
    row = repository.get(connection, decision_id, actor, lock=True)
    if if_match is not None and if_match not in ("*", repository.etag(row)):
        raise Stale("The decision has changed. Read it again, then decide.", extra={"etag": repository.etag(row)})
    require(row, act)
    return row


def require(row: Row[Any], act: Act) -> None:
    """Raise Conflict, with the acts that are possible, unless the state of a decision allows `act`."""
    if (State(row.state), act) not in TRANSITIONS:
        raise Conflict(
            "The decision is {state}; {act} is not possible in this state.",
            extra=options(row),
            state=row.state,
            act=act.value,
        )


def options(row: Row[Any], *without: Act) -> dict[str, Any]:
    """Return the state of a decision and the acts that are possible in it, for a refusal; those of `without` are left out."""
    possible = possible_acts(State(row.state), row.open_steps)
    return {"state": row.state, "possible": [act for act in possible if act not in without]}


def transition(
    connection: Connection,
    row: Row[Any],
    act: Act,
    state: State,
    *,
    by: str,
    reason: str | None,
    notice_days: int = HAS_BEEN_IN_NOTICE,
) -> None:
    """Change a locked decision to `state`, and record who did `act` and why."""
    values = {"id": row.id, "act": act, "state": state, "by": by, "reason": reason, "step": None, "done": None}
    _act(connection, queries.change_one, values, notice_days)


def take_step(
    connection: Connection,
    row: Row[Any],
    step: str,
    act: Act,
    state: State,
    *,
    outcome: str,
    by: str,
    reason: str | None,
    notice_days: int,
    statement: Mapping[str, Any] | None = None,
) -> None:
    """Record the outcome of a step of a locked decision, which is in `state` afterwards, and who did `act` and why."""
    values = {"id": row.id, "act": act, "state": state, "by": by, "reason": reason, "step": step, "outcome": outcome}
    stated = None if statement is None else orjson.dumps(statement).decode()
    connection.execute(queries.take_step, values | {"statement": stated})
    done = None if outcome == OBJECTED else step
    _act(connection, queries.change_one, values | {"done": done}, notice_days)


def resumed_state(row: Row[Any]) -> State:
    """Return the state in which a suspended decision continues."""
    return state_after_suspension(in_notice=row.notice_id is not None and row.noticed_on is None)


def pick(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> int:
    """Lock many decisions as the temporary table `picked` (id, award_id, version in force or 0); returns how many.

    `statement` creates the table. All such statements lock awards before decisions and in the order of `award_id`, so that
    transactions never wait for each other in a circle. Whoever changes a decision holds its award: a statement that locks
    awards alone is followed by one that leaves out what another has changed meanwhile.
    """
    connection.execute(text("DROP TABLE IF EXISTS picked"))
    picked = connection.execute(statement, values).rowcount
    connection.execute(text("ANALYZE picked"))
    return picked


def propose(
    connection: Connection, values: Mapping[str, Any], steps: Sequence[Mapping[str, Any]], *, notice_days: int
) -> None:
    """Supersede the open proposals that `proposal_actions` replaces or closes, then store its new ones (proposals.py).

    `steps` (step, awards, due_on) are what the procedure requires of them.
    """
    connection.execute(text("DROP TABLE IF EXISTS required_steps"))
    connection.execute(queries.create_required_steps, {"steps": orjson.dumps(steps).decode()})
    connection.execute(text("ANALYZE required_steps"))
    _act(connection, queries.supersede_replaced, values)
    made = connection.execute(queries.insert_proposals, values).scalar_one()
    connection.execute(queries.insert_steps, values)
    _announce(connection, made, notice_days)


def supersede_lost(connection: Connection, ids: Sequence[str]) -> None:
    """Supersede those of the decisions `ids` that are open: their approvals were published and lost in a restore.

    Approved once more, they would be published under an event id that consumers have seen.
    """
    _act(connection, queries.supersede_lost, {"ids": ids})


def publish(connection: Connection, notice_id: UUID, *, by: str) -> None:
    """Put the picked decisions into a notice."""
    _act(connection, queries.publish_picked, {"notice_id": notice_id, "by": by})


def conclude(connection: Connection, noticed_on: date, *, by: str) -> None:
    """End the notice of the picked decisions; suspended ones stay suspended."""
    _act(connection, queries.conclude_picked, {"noticed_on": noticed_on, "by": by})


def approve(connection: Connection, ids: Sequence[UUID | str], *, by: str, reason: str | None) -> int:
    """Approve those of the decisions `ids` that are proposed, and rest on no proposal or fact of `by`; returns how many.

    The caller has checked whether they may be approved (flags, notice, jurisdiction). Versions are numbered without gaps, the
    version before is superseded, and the events enter the outbox.
    """
    values = {"ids": _as_array(ids), "by": by}
    picked = pick(connection, queries.pick_approvable, values)
    decided = connection.execute(queries.leave_decided).rowcount
    if connection.execute(queries.any_in_force).scalar_one():
        _act(connection, queries.supersede_in_force, values)
    connection.execute(queries.number_versions)
    _act(connection, queries.approve_picked, {"by": by, "reason": reason})
    connection.execute(
        queries.enqueue_events,
        {
            "topic": topics.AWARD_DECISIONS,
            "type": award_decided.TYPE,
            "source": topics.ELIGIBILITY_SOURCE,
            "trace_parent": tracing.current_trace_parent(),
        },
    )
    return picked - decided


def pass_step(connection: Connection, ids: Sequence[UUID | str], step: str, *, by: str, notice_days: int) -> int:
    """Pass a review of those of the decisions `ids` that still wait for it; returns how many."""
    picked = pick(connection, queries.pick_reviewable, {"ids": _as_array(ids), "step": step})
    done = connection.execute(queries.leave_done, {"step": step}).rowcount
    values = {"step": step, "outcome": "passed", "by": by, "reason": None}
    connection.execute(queries.take_step_of_picked, values)
    _act(connection, queries.close_step_of_picked, values, notice_days)
    return picked - done


def decline_silent(connection: Connection, today: date, *, limit: int, by: str, reason: str) -> int:
    """Decline up to `limit` proposals whose payees have not answered in time, where silence declines; returns how many."""
    picked = pick(connection, queries.pick_silent, {"today": today, "limit": limit})
    done = connection.execute(queries.leave_done, {"step": CONFIRMATION}).rowcount
    values = {"step": CONFIRMATION, "outcome": "declined", "by": by, "reason": reason}
    connection.execute(queries.take_step_of_picked, values)
    _act(connection, queries.reject_picked, values)
    return picked - done


def _act(
    connection: Connection, statement: TextClause, values: Mapping[str, Any], notice_days: int = HAS_BEEN_IN_NOTICE
) -> None:
    """Execute a statement that records acts and returns their decisions, and announce how these progress."""
    _announce(connection, connection.execute(statement, values).scalar_one(), notice_days)


def _as_array(ids: Sequence[UUID | str]) -> str:
    """Write ids as an array of the database's: the driver looks at each of thousands whether it has to be quoted."""
    return f"{{{','.join(map(str, ids))}}}"


def _announce(connection: Connection, ids: str | None, notice_days: int) -> None:
    """Write to the outbox how these decisions progress, in one statement however many there are.

    `ids` is the array as the database writes it, null for none: thousands of ids need not become Python's and text again.
    """
    if ids is None:
        return
    values = {
        "ids": ids,
        "notice_days": notice_days,
        "topic": topics.AWARD_PROGRESS,
        "type": award_progressed.TYPE,
        "source": topics.ELIGIBILITY_SOURCE,
        "trace_parent": tracing.current_trace_parent(),
    }
    connection.execute(queries.announce, values)
