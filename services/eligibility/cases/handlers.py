"""What can be done with a decision now, by the laws of the rooms that do it: each refuses by the same check when it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from services.eligibility.approvals import handlers as approvals
from services.eligibility.confirmations import handlers as confirmations
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import Act, reviewers_of
from services.eligibility.notices import repository as notices
from services.eligibility.objections import handlers as objections
from services.eligibility.papers import handlers as papers
from services.eligibility.reviews import handlers as reviews
from services.eligibility.reviews.domain import ReviewOutcome
from shared.authorization import Actor
from shared.errors import Conflict, NotFound, SamePerson


@dataclass(frozen=True, slots=True)
class Case:
    """A decision that was read with what it waits for, who looks at it, and the day in China."""

    connection: Connection
    row: Row[Any]
    actor: Actor
    today: date


def is_possible(operation: str, case: Case) -> bool:
    """Return whether the state of a decision, and what the person did to it before, allow an operation on it."""
    try:
        _REQUIRED[operation](case)
    except (Conflict, SamePerson, NotFound):
        return False
    return True


def _require(act: Act) -> Callable[[Case], None]:
    return lambda case: transitions.require(case.row, act)


def _review(case: Case) -> None:
    """Require a review that `case.actor` may record; whoever may pass a decision may object to it, unless that is done."""
    refused: Exception = NotFound("The token is not that of this reviewer.")
    for reviewer in reviewers_of(case.actor.department, case.actor.jurisdiction):
        try:
            reviews.require_reviewable(case.connection, case.row, reviewer, ReviewOutcome.PASSED)
        except Conflict as error:
            refused = error
        else:
            return
    raise refused


def _objection(case: Case) -> None:
    if case.row.notice_id is None:
        raise NotFound("There is no such notice.")
    transitions.require(case.row, Act.OBJECT)
    objections.require_open(notices.get(case.connection, case.row.notice_id, case.actor))
    objections.require_none_open(case.connection, case.row.id, case.actor)


_REQUIRED: Mapping[str, Callable[[Case], None]] = {
    "confirm_decision": lambda case: confirmations.require_confirmable(case.connection, case.row, case.today),
    "review_decision": _review,
    "approve_decision": lambda case: approvals.require_approvable(case.row, case.actor, case.row.waiting_for),
    "record_objection": _objection,
    "resume_decision": lambda case: approvals.require_resumable(case.connection, case.row),
    "suspend_decision": _require(Act.SUSPEND),
    "reject_decision": _require(Act.REJECT),
    "get_decision_letter": lambda case: papers.require_letter(case.row),
    "replay_decision": lambda _: None,
}
OPERATIONS = tuple(_REQUIRED)
"""What may be done with a decision: operation ids, in the order in which cases go on."""
