"""Use cases of officers: approve, reject, suspend or resume a decision, each in one transaction; approve thousands by a job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.eligibility.approvals import repository
from services.eligibility.approvals.repository import ALL, Filters
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import CONFIRMATION, TRANSITIONS, Act, State, is_review
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.notices import repository as notices
from services.eligibility.objections import repository as objections
from services.eligibility.rounds import repository as rounds
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import Conflict, SamePerson
from shared.i18n import N_
from shared.jobs import repository as jobs
from shared.jobs.runner import JobHandler, RunningJob

APPROVAL = "approval"
SELECTED = f"{APPROVAL}:selected"
"""Approvals of a round, or of some decisions of a group: workers of 0.1.0 know neither."""
CHUNK = 20_000
"""How many are approved in one transaction, at most."""
_GROUPS = ("evaluation_id", "notice_id", "round_id")
_RESUME_AFTER = {
    "open": N_("An objection is open. Decide it first."),
    "upheld": N_("An objection was upheld. Correct the fact or the interpretation, then evaluate again."),
    "reviews": N_("A reviewer objects. It passes the decision, or the facts are corrected and evaluated again."),
}


class ReasonNeeded(Conflict):
    """A flagged decision needs a reason."""

    code = "reason-needed"
    title = N_("A flagged decision needs a reason")


class NotConfirmed(Conflict):
    """The payee's confirmation comes first."""

    code = "not-confirmed"
    title = N_("The payee's confirmation comes first")


class NotReviewed(Conflict):
    """Reviews come first."""

    code = "not-reviewed"
    title = N_("Reviews come first")


class NotNoticed(Conflict):
    """A public notice comes first."""

    code = "not-noticed"
    title = N_("A public notice comes first")


def approve(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    *,
    reason: str | None,
    if_match: str | None,
    notice_days: int,
    language: str,
) -> dict[str, Any]:
    """Approve one decision: its version is numbered and its event enters the outbox.

    Raises NotFound, Stale, Conflict, SamePerson, NotConfirmed, NotReviewed, NotNoticed or ReasonNeeded.
    """
    row = transitions.lock_for(connection, decision_id, actor, Act.APPROVE, if_match)
    waiting_for = decisions.read(connection, decision_id, actor, notice_days).waiting_for
    require_approvable(row, actor, waiting_for)
    if row.flags and not reason:
        extra = transitions.options(row) | {"flags": row.flags}
        raise ReasonNeeded("Give in `reason` why it is approved despite its flags.", extra=extra)
    transitions.approve(connection, [decision_id], by=actor.subject, reason=reason)
    return decisions.view(decisions.read(connection, decision_id, actor, notice_days), language)


def require_approvable(row: Row[Any], actor: Actor, waiting_for: Sequence[str]) -> None:
    """Raise what keeps `actor` from approving a decision that waits for these steps, whatever the reason given.

    Conflict, SamePerson, NotConfirmed, NotReviewed or NotNoticed.
    """
    transitions.require(row, Act.APPROVE)
    if row.proposed_by == actor.subject:
        raise SamePerson(
            "The person who started the evaluation cannot approve its decisions.", extra=transitions.options(row)
        )
    if actor.subject in row.fact_authors:
        raise SamePerson(
            "Whoever recorded, confirmed or withdrew a fact that the decision rests on cannot approve it.",
            extra=transitions.options(row),
        )
    first, *_ = waiting_for
    if first == CONFIRMATION:
        raise NotConfirmed(
            "The payee has not confirmed that it wants the award. Record its confirmation first.",
            extra=transitions.options(row),
        )
    if is_review(first):
        raise NotReviewed(
            "{step} is still missing. Have it recorded first.", extra=transitions.options(row), step=first
        )
    if first == "notice":
        raise NotNoticed(
            "Open a public notice with this decision and close it after its term.",
            extra=transitions.options(row, Act.APPROVE),
        )


def reject(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    *,
    reason: str,
    if_match: str | None,
    notice_days: int,
    language: str,
) -> dict[str, Any]:
    """Reject a decision; raises NotFound, Stale or Conflict."""
    return _transition(connection, decision_id, actor, Act.REJECT, reason, if_match, notice_days, language)


def suspend(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    *,
    reason: str,
    if_match: str | None,
    notice_days: int,
    language: str,
) -> dict[str, Any]:
    """Suspend a decision; raises NotFound, Stale or Conflict."""
    return _transition(connection, decision_id, actor, Act.SUSPEND, reason, if_match, notice_days, language)


def _transition(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    act: Act,
    reason: str,
    if_match: str | None,
    notice_days: int,
    language: str,
) -> dict[str, Any]:
    row = transitions.lock_for(connection, decision_id, actor, act, if_match)
    [state] = TRANSITIONS[State(row.state), act]
    transitions.transition(connection, row, act, state, by=actor.subject, reason=reason, notice_days=notice_days)
    return decisions.view(decisions.read(connection, decision_id, actor, notice_days), language)


def resume(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    *,
    reason: str,
    if_match: str | None,
    notice_days: int,
    language: str,
) -> dict[str, Any]:
    """End an officer's suspension; raises NotFound, Stale, or Conflict, also while an objection is open or was upheld."""
    row = transitions.lock_for(connection, decision_id, actor, Act.RESUME, if_match)
    require_resumable(connection, row)
    state = transitions.resumed_state(row)
    transitions.transition(connection, row, Act.RESUME, state, by=actor.subject, reason=reason, notice_days=notice_days)
    return decisions.view(decisions.read(connection, decision_id, actor, notice_days), language)


def require_resumable(connection: Connection, row: Row[Any]) -> None:
    """Raise Conflict unless an officer may end the suspension of a decision: not while an objection is open or was upheld."""
    transitions.require(row, Act.RESUME)
    holds = objections.holds_on(connection, row.id)
    if holds.first is not None:
        raise Conflict(_RESUME_AFTER[holds.first], extra=transitions.options(row, Act.RESUME))


def start_bulk_approval(
    connection: Connection,
    actor: Actor,
    *,
    evaluation_id: UUID | None = None,
    notice_id: UUID | None = None,
    round_id: UUID | None = None,
    excepted: Sequence[UUID] = (),
    only: Filters = ALL,
    reason: str | None,
    now: datetime,
) -> UUID:
    """Queue the approval of the decisions of an evaluation, a notice or a round; returns the job's id. Raises NotFound."""
    if evaluation_id is not None:
        jobs.get(connection, evaluation_id, EVALUATION)
    if notice_id is not None:
        notices.get(connection, notice_id, actor)
    if round_id is not None:
        rounds.get(connection, round_id)
    named = zip(_GROUPS, (evaluation_id, notice_id, round_id), strict=True)
    job_input = {name: str(group_id) for name, group_id in named if group_id is not None} | {
        "except": [str(each) for each in excepted],
        "only": asdict(only),
        "reason": reason,
        "jurisdiction": actor.jurisdiction,
    }
    kind = APPROVAL if round_id is None and only == ALL else SELECTED
    return jobs.enqueue(connection, kind, job_input, by=actor.subject, now=now)


def approval_handlers(database: Database, *, notice_days: int) -> dict[str, JobHandler]:
    """Return what does the jobs of bulk approvals, by kind."""
    return dict.fromkeys((APPROVAL, SELECTED), lambda job: run_bulk_approval(database, job, notice_days=notice_days))


def run_bulk_approval(database: Database, job: RunningJob, *, notice_days: int) -> None:
    """Approve in chunks what can be approved; the rest stays as it is and is counted. Run again, it continues."""
    by, reason = job.created_by, job.input["reason"]
    with database.reading() as connection:
        selection = repository.select_for_approval(
            connection,
            **{name: job.input.get(name) for name in _GROUPS},
            excepted=[UUID(each) for each in job.input["except"]],
            only=Filters(**job.input.get("only", {})),
            job_id=job.id,
            by=by,
            reason=reason,
            jurisdiction=job.input["jurisdiction"],
            notice_days=notice_days,
        )
    approved = 0
    for ids in job.in_chunks(selection.ids, CHUNK):
        with database.transaction() as connection:
            approved += transitions.approve(connection, ids, by=by, reason=reason)
    skipped = selection.skipped | {"stale": selection.skipped["stale"] + len(selection.ids) - approved}
    with database.transaction() as connection:
        job.succeed(connection, {"approved": approved + selection.done, "skipped": skipped})


def bulk_approval_view(connection: Connection, approval_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a bulk approval as the API shows it; raises NotFound if there is none that `actor` may see."""
    row = jobs.get(connection, approval_id, APPROVAL, actor)
    groups = {name: row.input.get(name) for name in _GROUPS}
    return {**jobs.view(row), **groups, **row.input.get("only", asdict(ALL))}
