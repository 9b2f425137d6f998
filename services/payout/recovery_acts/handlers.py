"""Use cases of acts of recovery: draw up, state, issue, discard; plans of repayment. Two persons issue and agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert
from sqlalchemy.exc import IntegrityError

from services.payout.recoveries import repository as recoveries
from services.payout.recoveries.handlers import NO_SUCH_RECOVERY
from services.payout.recoveries.handlers import allowed as recovery_allows
from services.payout.recovery_acts.domain import KINDS, Cause, PlannedPart, limitation_on, overdue_fen
from services.payout.recovery_acts.tables import recovery_acts, recovery_statements, repayment_plans
from shared import two_persons
from shared.authorization import Actor
from shared.clock import calendar_date
from shared.database.queries import load
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.i18n import N_
from shared.working_days import last_working_day

queries = load(__package__)


def draw_up(
    connection: Connection,
    recovery_id: UUID,
    *,
    cause: Cause,
    reason: str,
    document: str | None,
    term_working_days: int,
    actor: Actor,
    today: date,
) -> dict[str, Any]:
    """Draw up the act that claims a recovery back: it takes effect once another person issues it.

    Raises NotFound, or Conflict if nothing is outstanding or an act is drawn up already.
    """
    recovery = _recovery(connection, recovery_id, actor, lock=True)
    if recovery["outstanding_fen"] == 0:
        raise Conflict("Nothing of this recovery is outstanding.")
    act = insert(recovery_acts).values(
        recovery_id=recovery_id,
        cause=cause.value,
        kind=KINDS[cause].value,
        reason=reason,
        document=document,
        term_working_days=term_working_days,
        proposed_by=actor.subject,
    )
    try:
        connection.execute(act)
    except IntegrityError as error:
        raise Conflict(
            "An act is drawn up for this recovery already. Discard it first, unless it is issued."
        ) from error
    return read(connection, recovery_id, actor, today)


def state(
    connection: Connection, recovery_id: UUID, *, statement: str, document: str | None, actor: Actor, today: date
) -> dict[str, Any]:
    """Keep a statement of the payee with an act that is not issued yet; raises NotFound, or Conflict once it is issued."""
    _recovery(connection, recovery_id, actor, lock=True)
    act = _act(connection, recovery_id)
    if act.confirmed_at is not None:
        raise Conflict("The act is issued already: its letter names the remedies.")
    values = {"act_id": act.id, "statement": statement, "document": document, "made_by": actor.subject}
    connection.execute(insert(recovery_statements).values(**values))
    return read(connection, recovery_id, actor, today)


def issue(connection: Connection, recovery_id: UUID, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Issue the act that another person drew up: its term and limitation begin today.

    Raises NotFound, SamePerson, or Conflict if it is issued already or nothing is outstanding any more.
    """
    recovery = _recovery(connection, recovery_id, actor, lock=True)
    act = _act(connection, recovery_id)
    if recovery["outstanding_fen"] == 0:
        raise Conflict("Nothing of this recovery is outstanding.")
    today = calendar_date(now)
    due_on = last_working_day(today, act.term_working_days)
    days = {"id": act.id, "due_on": due_on, "limitation_on": limitation_on(today)}
    connection.execute(queries.set_days, days)
    two_persons.confirm(connection, recovery_acts, recovery_acts.c.id == act.id, by=actor.subject)
    return read(connection, recovery_id, actor, today)


def discard(connection: Connection, recovery_id: UUID, *, reason: str, actor: Actor) -> dict[str, Any]:
    """End an act that is not issued without effect, and return it; raises NotFound, or Conflict once it is issued."""
    _recovery(connection, recovery_id, actor, lock=True)
    act = _act(connection, recovery_id)
    row = two_persons.discard(connection, recovery_acts, recovery_acts.c.id == act.id, by=actor.subject, reason=reason)
    return two_persons.view(row)


def plan(
    connection: Connection, recovery_id: UUID, parts: Sequence[PlannedPart], *, reason: str, actor: Actor, today: date
) -> dict[str, Any]:
    """Propose that a recovery is repaid in `parts`, which add up to what is outstanding; another person confirms it.

    Raises NotFound, Invalid for days that do not follow each other or are past, Conflict for another sum or an open proposal.
    """
    recovery = _recovery(connection, recovery_id, actor, lock=True)
    days = [part.due_on for part in parts]
    if days != sorted(set(days)) or days[0] < today:
        message = N_("The days must follow each other, and none may be past.")
        raise Invalid(errors=[FieldError("/parts", "days", message)])
    _require_sum(recovery, parts)
    stored = [{"due_on": part.due_on.isoformat(), "amount_fen": part.amount_fen} for part in parts]
    new = insert(repayment_plans).values(
        recovery_id=recovery_id, parts=stored, reason=reason, proposed_by=actor.subject
    )
    try:
        row = connection.execute(new.returning(*repayment_plans.c)).one()
    except IntegrityError as error:
        raise Conflict("Another plan for this recovery waits. Confirm or discard it first.") from error
    return _plan(row)


def confirm_plan(connection: Connection, recovery_id: UUID, plan_id: UUID, *, actor: Actor) -> dict[str, Any]:
    """Confirm a plan that another person proposed: it holds in place of the one before.

    Raises NotFound, SamePerson, or Conflict if it is decided or another amount is outstanding now.
    """
    recovery = _recovery(connection, recovery_id, actor, lock=True)
    which = repayment_plans.c.recovery_id == recovery_id, repayment_plans.c.id == plan_id
    row = two_persons.confirm(connection, repayment_plans, *which, by=actor.subject)
    _require_sum(recovery, _parts(row.parts))
    return _plan(row)


def discard_plan(
    connection: Connection, recovery_id: UUID, plan_id: UUID, *, reason: str, actor: Actor
) -> dict[str, Any]:
    """End a proposed plan without effect; raises NotFound, or Conflict if it is decided."""
    _recovery(connection, recovery_id, actor, lock=True)
    which = repayment_plans.c.recovery_id == recovery_id, repayment_plans.c.id == plan_id
    return _plan(two_persons.discard(connection, repayment_plans, *which, by=actor.subject, reason=reason))


def read_recovery(
    connection: Connection, recovery_id: UUID, actor: Actor
) -> tuple[dict[str, Any], list[str], list[tuple[dict[str, Any], list[str]]]]:
    """Return a recovery and its plans, oldest first, each with the operations that its state allows `actor`; raises NotFound."""
    recovery = _recovery(connection, recovery_id, actor)
    outstanding_fen, by = recovery["outstanding_fen"], actor.subject
    act = connection.execute(queries.acts, {"recovery_id": recovery_id}).one_or_none()
    plans = []
    for row in connection.execute(queries.plans, {"recovery_id": recovery_id}):
        plan = _plan(row)
        own = two_persons.allowed(plan, by, confirm="confirm_repayment_plan", discard="discard_repayment_plan")
        if sum(part.amount_fen for part in _parts(row.parts)) != outstanding_fen:
            own = [each for each in own if each != "confirm_repayment_plan"]
        plans.append((plan, own))
    allowed = recovery_allows(connection, recovery, actor)
    if outstanding_fen and all(plan["state"] != "proposed" for plan, _ in plans):
        allowed.append("draft_repayment_plan")
    if act is None:
        return recovery, [*allowed, *(["draw_up_recovery_act"] if outstanding_fen else [])], plans
    own = two_persons.allowed(two_persons.view(act), by, confirm="issue_recovery_act", discard="discard_recovery_act")
    if own:
        own.append("state_on_recovery")
    if not outstanding_fen:
        own = [each for each in own if each != "issue_recovery_act"]
    return recovery, [*allowed, *own], plans


def read(connection: Connection, recovery_id: UUID, actor: Actor, today: date) -> dict[str, Any]:
    """Return everything about the act of a recovery: what its letter says, statements, plans, what is overdue.

    Raises NotFound without an act.
    """
    recovery = _recovery(connection, recovery_id, actor)
    act = _act(connection, recovery_id)
    in_force = connection.execute(queries.plan_in_force, {"recovery_id": recovery_id}).scalar_one_or_none()
    parts = _parts(in_force or [])
    names = ("cause", "kind", "document", "term_working_days", "due_on", "limitation_on")
    shown = two_persons.view(act)
    return (
        shown
        | {name: getattr(act, name) for name in names}
        | {
            "state": "issued" if shown["state"] == "confirmed" else shown["state"],
            "recovery": recovery,
            "statements": [
                dict(each) for each in connection.execute(queries.statements, {"act_id": act.id}).mappings()
            ],
            "plans": [_plan(each) for each in connection.execute(queries.plans, {"recovery_id": recovery_id})],
            "overdue_fen": overdue_fen(recovery["outstanding_fen"], act.due_on, parts, today),
        }
    )


def _recovery(connection: Connection, recovery_id: UUID, actor: Actor, *, lock: bool = False) -> dict[str, Any]:
    if lock:
        recoveries.lock(connection, recovery_id)
    own = {"id": recovery_id, **actor.restriction}
    found = recoveries.views(connection, own, outstanding=None, after=None, limit=1)
    if not found:
        raise NotFound(NO_SUCH_RECOVERY)
    return found[0]


def _act(connection: Connection, recovery_id: UUID) -> Row[Any]:
    act = connection.execute(queries.acts, {"recovery_id": recovery_id}).one_or_none()
    if act is None:
        raise NotFound("No act is drawn up for this recovery.")
    return act


def _require_sum(recovery: dict[str, Any], parts: Sequence[PlannedPart]) -> None:
    outstanding = recovery["outstanding_fen"]
    if sum(part.amount_fen for part in parts) != outstanding:
        raise Conflict(
            "The parts of a plan must add up to what is outstanding, `outstanding_fen`.",
            extra={"outstanding_fen": outstanding},
        )


def _parts(stored: Sequence[dict[str, Any]]) -> list[PlannedPart]:
    return [PlannedPart(date.fromisoformat(part["due_on"]), part["amount_fen"]) for part in stored]


def _plan(row: Row[Any]) -> dict[str, Any]:
    return two_persons.view(row) | {"parts": row.parts}
