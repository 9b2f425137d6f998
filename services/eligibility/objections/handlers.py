"""Use cases of objections, each one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, update

from services.eligibility.decisions import handlers as decisions
from services.eligibility.decisions import repository as decisions_of
from services.eligibility.decisions.domain import Act, State
from services.eligibility.notices import repository as notices
from services.eligibility.objections import repository
from services.eligibility.objections.domain import ObjectionOutcome
from services.eligibility.objections.tables import objections
from shared.authorization import Actor
from shared.errors import Conflict, FieldError, Invalid, SamePerson


def record_objection(
    connection: Connection, notice_id: UUID, decision_id: UUID, actor: Actor, *, objector: str | None, reason: str
) -> dict[str, Any]:
    """Record an objection against a decision in an open notice; that decision alone is suspended.

    Raises Problem: not found, the notice closed, a decision that does not stand in it or has moved on.
    """
    notice = notices.get(connection, notice_id, actor, lock=True)
    if notice.closed_on is not None:
        raise Conflict(
            "Objections are taken until a notice is closed. A decision that proves wrong later is corrected by its facts.",
            extra={"state": "closed", "possible": []},
        )
    if not notices.holds(connection, notice_id, decision_id, actor):
        raise Invalid(errors=[FieldError("/decision_id", "not_in_notice", "does not stand in this notice")])
    row = decisions.ready(connection, decision_id, actor, Act.OBJECT)
    objection_id = connection.execute(
        insert(objections)
        .values(
            notice_id=notice_id,
            decision_id=decision_id,
            objector=objector,
            reason=reason,
            recorded_by=actor.subject,
        )
        .returning(objections.c.id)
    ).scalar_one()
    told = f"objection {objection_id}"  # what was said, and by whom, stays with the objection
    decisions.settle(connection, row, Act.OBJECT, State.SUSPENDED, by=actor.subject, reason=told)
    return repository.view(repository.get(connection, objection_id, actor))


def decide_objection(
    connection: Connection, objection_id: UUID, actor: Actor, *, outcome: ObjectionOutcome, reason: str
) -> dict[str, Any]:
    """Reject or uphold an objection.

    Rejected, its decision resumes its course unless something else holds it. Upheld, the decision stays suspended until a
    corrected fact or reading and another evaluation change it. One that an evaluation has replaced meanwhile, or an officer
    rejected, stays what it is. Raises Problem: not found, decided already, recorded by the same person.
    """
    objection = repository.get(connection, objection_id, actor, lock=True)
    if objection.outcome is not None:
        raise Conflict("It is decided already.", extra={"state": objection.outcome, "possible": []})
    if objection.recorded_by == actor.subject:
        raise SamePerson("Another person than the one who recorded it has to decide it.")
    row = decisions_of.get(connection, objection.decision_id, actor, lock=True)
    connection.execute(
        update(objections)
        .where(objections.c.id == objection_id)
        .values(outcome=outcome.value, decided_by=actor.subject, decided_at=func.now(), decision_reason=reason)
    )
    if State(row.state) is State.SUSPENDED:
        upheld = outcome is ObjectionOutcome.UPHELD
        held = upheld or repository.standing(connection, row.id).holds
        state = State.SUSPENDED if held else decisions.resumed(row)
        act = Act.UPHOLD if upheld else Act.DISMISS
        decisions.settle(connection, row, act, state, by=actor.subject, reason=reason)
    return repository.view(repository.get(connection, objection_id, actor))
