"""Use cases of confirmations, each in one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.eligibility.confirmations import accounts
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import CONFIRMATION, Act, State
from services.eligibility.decisions.proposals import AUTOMATIC_ACTOR
from services.eligibility.procedures.domain import Silence
from services.eligibility.procedures.repository import stored_procedure
from shared.authorization import Actor
from shared.clock import isoformat
from shared.database.engine import Database
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.i18n import N_

DECLINED = "declined"
CHUNK = 20_000


class TooLate(Conflict):
    """The term for the confirmation is over, and silence declines."""

    code = "too-late"
    title = N_("The term is over")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a payee states with its confirmation: that the account is its own, its commitment, the paper that says so."""

    account_confirmed: bool
    commitment: bool
    document: str | None


def confirm(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    *,
    accept: bool,
    statement: Statement,
    today: date,
    notice_days: int,
    language: str,
) -> dict[str, Any]:
    """Record whether the payee wants the award; without its acceptance the proposal is rejected.

    Raises NotFound, Conflict if the decision needs no confirmation or has one, TooLate, or Invalid for an officer without the
    payee's document and for an acceptance without the commitment.
    """
    _check(actor, accept, statement)
    act = Act.CONFIRM if accept else Act.DECLINE
    row = transitions.lock_for(connection, decision_id, actor, act)
    require_confirmable(connection, row, today)
    transitions.take_step(
        connection,
        row,
        CONFIRMATION,
        act,
        State(row.state) if accept else State.REJECTED,
        outcome="accepted" if accept else "declined",
        by=actor.subject,
        reason=None if accept else DECLINED,
        notice_days=notice_days,
        statement=asdict(statement),
    )
    if accept and statement.account_confirmed:
        accounts.keep(connection, decision_id, row.payee_uscc, by=actor.subject)
    return decisions.view(decisions.read(connection, decision_id, actor, notice_days), language)


def require_confirmable(connection: Connection, row: Row[Any], today: date) -> None:
    """Raise Conflict unless a decision waits for its payee's answer, or TooLate if silence has declined it."""
    transitions.require(row, Act.CONFIRM)
    step = decisions.step(connection, row.id, CONFIRMATION)
    if step is None or step.outcome is not None:
        raise Conflict(
            N_("The decision needs no confirmation.") if step is None else N_("The decision is confirmed already."),
            extra=transitions.options(row),
        )
    if _is_declined_by_silence(connection, row, step, today):
        raise TooLate(
            "The payee could confirm until {due_on}; its silence declines the award.",
            extra=transitions.options(row, Act.CONFIRM, Act.DECLINE) | {"due_on": step.due_on.isoformat()},
            due_on=step.due_on.isoformat(),
        )


def confirmation_view(connection: Connection, decision_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a decision's confirmation, and what became of the account; raises NotFound if it needs none or has none yet."""
    decisions.get(connection, decision_id, actor)
    step = decisions.step(connection, decision_id, CONFIRMATION)
    if step is None or step.outcome is None:
        raise NotFound("There is no confirmation of this decision.")
    return {
        "decision_id": str(decision_id),
        "outcome": step.outcome,
        "statement": step.statement,
        "confirmed_by": step.acted_by,
        "confirmed_at": isoformat(step.acted_at),
        "account": accounts.outcome(connection, decision_id),
    }


def decline_silent(database: Database, today: date) -> bool:
    """Decline proposals whose payees have not answered in time, where silence declines; returns whether there were any."""
    with database.transaction() as connection:
        declined = transitions.decline_silent(connection, today, limit=CHUNK, by=AUTOMATIC_ACTOR, reason=DECLINED)
    return declined > 0


def _check(actor: Actor, accept: bool, statement: Statement) -> None:
    errors = []
    if actor.uscc is None and statement.document is None:
        message = "Name the document by which the enterprise has answered."
        errors.append(FieldError("/document", "missing", message))
    if accept and not statement.commitment:
        errors.append(FieldError("/commitment", "missing", "An acceptance needs the commitment."))
    if errors:
        raise Invalid(errors=errors)


def _is_declined_by_silence(connection: Connection, row: Row[Any], step: Row[Any], today: date) -> bool:
    procedure = stored_procedure(decisions.document(connection, row.procedure_hash))
    return today > step.due_on and procedure.confirmation.silence is Silence.DECLINES
