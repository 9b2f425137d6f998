"""Use cases of objections, each in one transaction."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, update
from sqlalchemy.dialects.postgresql import insert

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import Act, State
from services.eligibility.notices import repository as notices
from services.eligibility.objections import repository
from services.eligibility.objections.domain import ObjectionOutcome
from services.eligibility.objections.tables import objections
from services.eligibility.refusals import handlers as refusals
from services.eligibility.refusals.handlers import Case
from shared.authorization import Actor
from shared.errors import Conflict, DomainError, FieldError, Forbidden, Invalid, SamePerson


def record_objection(
    connection: Connection, notice_id: UUID, decision_id: UUID, actor: Actor, *, objector: str | None, reason: str
) -> dict[str, Any]:
    """Record an objection against a decision in an open notice; that decision alone is suspended.

    Raises NotFound, Forbidden for an enterprise that is not the payee, Conflict if the notice is closed, the decision's state
    allows no objection, or the enterprise has an open one against it, or Invalid.
    """
    require_open(notices.get(connection, notice_id, actor, lock=True))
    payee = notices.payee_of(connection, notice_id, decision_id, actor)
    if payee is None:
        raise Invalid(errors=[FieldError("/decision_id", "not_in_notice", "The decision is not in this notice.")])
    if actor.uscc not in (None, payee):
        raise _not_its_own()
    row = transitions.lock_for(connection, decision_id, actor, Act.OBJECT)
    values = {"notice_id": notice_id, "decision_id": decision_id, "objector": objector, "reason": reason}
    objection_id = _recorded(connection, values, actor)
    reason = f"objection {objection_id}"  # its text and its author are kept with the objection alone
    transitions.transition(connection, row, Act.OBJECT, State.SUSPENDED, by=actor.subject, reason=reason)
    return repository.view(repository.get(connection, objection_id, actor), actor)


def record_omission(
    connection: Connection,
    registry: RegistryFacts,
    notice_id: UUID,
    uscc: str,
    case: Case,
    actor: Actor,
    *,
    objector: str | None,
    reason: str,
    today: date,
) -> dict[str, Any]:
    """Record an objection against what an open notice omits: the award of an enterprise.

    Raises NotFound, Forbidden for another enterprise or a district, Conflict if the notice is closed or the enterprise has an
    open one about the same case, Invalid for a case that does not exist or is another enterprise's, or Granted for an award that
    is granted or proposed.
    """
    if actor.uscc is None:
        actor.require_city_wide()
    elif uscc != actor.uscc:
        raise _not_its_own()
    notice = notices.get(connection, notice_id, actor, lock=True)
    require_open(notice)
    case = replace(case, policy=notice.policy)
    if refusals.compute(connection, registry, case, actor, today=today).explanation.payee_uscc != uscc:
        raise Invalid(errors=[FieldError("/subject", "not_found", "The enterprise has no case with this subject.")])
    refusals.require_not_decided(connection, case)
    values = {
        "notice_id": notice_id,
        "omitted": {"award": case.award, "subject": case.subject, "award_year": case.award_year},
        "omitted_uscc": uscc,
        "objector": objector,
        "reason": reason,
    }
    return repository.view(repository.get(connection, _recorded(connection, values, actor), actor), actor)


def _recorded(connection: Connection, values: dict[str, Any], actor: Actor) -> UUID:
    """Store an objection and return its id; raises Conflict if the enterprise that makes it has an open one already."""
    own = {"recorded_by": actor.subject, "objector_uscc": actor.uscc}
    stored = insert(objections).values(values | own).on_conflict_do_nothing().returning(objections.c.id)
    objection_id: UUID | None = connection.execute(stored).scalar_one_or_none()
    if objection_id is None:
        raise _open_already()
    return objection_id


def require_none_open(connection: Connection, decision_id: UUID, actor: Actor) -> None:
    """Raise Conflict for an enterprise that has an open objection against a decision."""
    if actor.uscc is not None and repository.has_open(connection, decision_id, actor.uscc):
        raise _open_already()


def _open_already() -> DomainError:
    return Conflict(
        "You have objected to this already, and the objection is open. You can object again once it is decided; until then"
        " hand in what is new at the office that the notice names.",
        extra={"state": "open", "possible": ["decide"]},
    )


def decide_objection(
    connection: Connection,
    registry: RegistryFacts,
    objection_id: UUID,
    actor: Actor,
    *,
    outcome: ObjectionOutcome,
    reason: str,
    today: date,
) -> dict[str, Any]:
    """Reject or uphold an objection.

    The rejection of one about an omission draws up the refusal, unless an official act stopped the award. After an upheld one,
    facts or readings are corrected and the enterprise is evaluated again.

    After a rejection the decision continues unless something else keeps it suspended. After an upheld objection it stays
    suspended until an evaluation on a corrected fact or interpretation replaces it. A decision that was superseded or rejected
    meanwhile does not change. Raises NotFound, Conflict if it is decided already, SamePerson, or Granted for an omitted award
    that the newest facts grant.
    """
    objection = repository.get(connection, objection_id, actor, lock=True)
    if (refusal := _refusal_to_decide(objection, actor)) is not None:
        raise refusal
    decided: dict[str, Any] = {
        "outcome": outcome.value,
        "decided_by": actor.subject,
        "decided_at": func.now(),
        "decision_reason": reason,
    }
    if objection.decision_id is None:
        if outcome is ObjectionOutcome.REJECTED:
            case = Case(notices.policy_of(connection, objection.notice_id), **objection.omitted)
            # Whoever objected asked for an answer: so the one who dismisses the objection may issue the refusal.
            asked_by = objection.recorded_by
            # An official act that stopped the award is the answer itself: there is nothing to refuse.
            with suppress(refusals.Stopped):
                decided["refusal_id"] = refusals.refusal_of(
                    connection, registry, case, actor, today=today, proposed_by=asked_by
                )
        connection.execute(update(objections).where(objections.c.id == objection_id).values(decided))
        return repository.view(repository.get(connection, objection_id, actor), actor)
    row = decisions.get(connection, objection.decision_id, actor, lock=True)
    connection.execute(update(objections).where(objections.c.id == objection_id).values(decided))
    if State(row.state) is State.SUSPENDED:
        upheld = outcome is ObjectionOutcome.UPHELD
        holds = repository.holds_on(connection, row.id)
        state = State.SUSPENDED if upheld or holds.any else transitions.resumed_state(row)
        act = Act.UPHOLD if upheld else Act.DISMISS
        transitions.transition(connection, row, act, state, by=actor.subject, reason=reason)
    return repository.view(repository.get(connection, objection_id, actor), actor)


def possible_operations(objection: Row[Any], actor: Actor) -> list[str]:
    """Return the operations on an objection that its state allows `actor`."""
    return ["decide_objection"] if _refusal_to_decide(objection, actor) is None else []


def _refusal_to_decide(objection: Row[Any], actor: Actor) -> DomainError | None:
    """Return why `actor` may not decide an objection; None if it may."""
    if objection.outcome is not None:
        return Conflict("The objection is decided already.", extra={"state": objection.outcome, "possible": []})
    if objection.recorded_by == actor.subject:
        return SamePerson(
            "Someone other than the person who recorded the objection must decide it.",
            extra={"state": "open", "possible": ["decide"]},
        )
    return None


def _not_its_own() -> DomainError:
    return Forbidden(
        "An enterprise objects here to its own award, or to the omission of it. Object to others in writing, at the office"
        " that the notice names."
    )


def require_open(notice: Row[Any]) -> None:
    """Raise Conflict for a notice that takes no more objections."""
    if notice.closed_on is not None:
        raise Conflict(
            "The notice is closed and takes no more objections. Correct the facts of a decision that proves wrong later.",
            extra={"state": "closed", "possible": []},
        )
