"""Use cases of reviews: one decision in one transaction, or thousands by a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import Act, State, review_step
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.objections import repository as objections
from services.eligibility.reviews import repository
from services.eligibility.reviews.domain import ReviewOutcome, require_reviewer
from services.eligibility.rounds import repository as rounds
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import Conflict, FieldError, Invalid
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob

REVIEW = "review"
CHUNK = 20_000
"""How many are passed in one transaction, at most."""
_SHOWN = ("evaluation_id", "round_id", "reviewer")


def review(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    *,
    reviewer: str,
    outcome: ReviewOutcome,
    reason: str | None,
    notice_days: int,
    language: str,
) -> dict[str, Any]:
    """Pass a decision, or object to it; an objection suspends it until the same reviewer passes it.

    Raises Forbidden for another reviewer, NotFound, Conflict if the decision does not wait for this review, or Invalid for an
    objection without a reason.
    """
    row = decisions.get(connection, decision_id, actor, lock=True)
    require_reviewer(actor, reviewer, transitions.options(row))
    passed = outcome is ReviewOutcome.PASSED
    if not passed and reason is None:
        raise Invalid(errors=[FieldError("/reason", "missing", "An objection needs a reason.")])
    act = Act.PASS if passed else Act.OPPOSE
    step = require_reviewable(connection, row, reviewer, outcome)
    state = _state_after_pass(connection, row, step) if passed else State.SUSPENDED
    transitions.take_step(
        connection,
        row,
        step.step,
        act,
        state,
        outcome=outcome,
        by=actor.subject,
        reason=reason,
        notice_days=notice_days,
    )
    return decisions.view(decisions.read(connection, decision_id, actor, notice_days), language)


def require_reviewable(connection: Connection, row: Row[Any], reviewer: str, outcome: ReviewOutcome) -> Row[Any]:
    """Return the step of a decision that waits for `reviewer`; raises Conflict if it may not be reviewed with `outcome`."""
    transitions.require(row, Act.PASS if outcome is ReviewOutcome.PASSED else Act.OPPOSE)
    step = decisions.step(connection, row.id, review_step(reviewer))
    if step is None or step.outcome in (ReviewOutcome.PASSED, outcome):
        raise Conflict(
            "The decision does not wait for this review." if step is None else "The review is recorded already.",
            extra=transitions.options(row),
        )
    return step


def _state_after_pass(connection: Connection, row: Row[Any], step: Row[Any]) -> State:
    if row.state != State.SUSPENDED:
        return State(row.state)
    holds = objections.holds_on(connection, row.id)
    others = holds.reviews - (step.outcome == ReviewOutcome.OBJECTED)
    held = others or holds.open or holds.upheld or holds.by_officer
    return State.SUSPENDED if held else transitions.resumed_state(row)


def start_bulk_review(
    connection: Connection,
    actor: Actor,
    *,
    evaluation_id: UUID | None,
    round_id: UUID | None,
    reviewer: str,
    excepted: Sequence[UUID],
    now: datetime,
) -> UUID:
    """Queue the passing of what waits for a reviewer; returns the job's id. Raises Forbidden for another one, or NotFound."""
    require_reviewer(actor, reviewer)
    if evaluation_id is not None:
        jobs.get(connection, evaluation_id, EVALUATION)
    if round_id is not None:
        rounds.get(connection, round_id)
    job_input = {
        "evaluation_id": evaluation_id and str(evaluation_id),
        "round_id": round_id and str(round_id),
        "reviewer": reviewer,
        "except": [str(each) for each in excepted],
        "jurisdiction": actor.jurisdiction,
    }
    return jobs.enqueue(connection, REVIEW, job_input, by=actor.subject, now=now)


def run_bulk_review(database: Database, job: RunningJob, *, notice_days: int) -> None:
    """Pass in chunks what waits for the reviewer; the rest stays as it is and is counted. Run again, it continues."""
    step = review_step(job.input["reviewer"])
    with database.reading() as connection:
        selection = repository.select_for_review(connection, job.input, step=step, job_id=job.id, by=job.created_by)
    passed = 0
    for ids in job.in_chunks(selection.ids, CHUNK):
        with database.transaction() as connection:
            passed += transitions.pass_step(connection, ids, step, by=job.created_by, notice_days=notice_days)
    skipped = selection.skipped | {"stale": selection.skipped["stale"] + len(selection.ids) - passed}
    with database.transaction() as connection:
        job.succeed(connection, {"passed": passed + selection.done, "skipped": skipped})


def bulk_review_view(connection: Connection, review_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a bulk review as the API shows it; raises NotFound if there is none that `actor` may see."""
    row = jobs.get(connection, review_id, REVIEW, actor)
    return jobs.view(row) | {name: row.input[name] for name in _SHOWN}
