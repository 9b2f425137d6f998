"""Use cases of decisions, each one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, text, update

from services.eligibility.decisions import approval, repository
from services.eligibility.decisions.domain import TRANSITIONS, Act, State, possible_acts
from services.eligibility.decisions.tables import decision_acts, decisions
from shared.database.engine import Database
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob
from shared.web.auth import Actor
from shared.web.problems import CONFLICT, SAME_PERSON, STALE, Problem, ProblemType

APPROVAL = "approval"
CHUNK = 20_000

REASON_NEEDED = ProblemType("reason-needed", 409, "A flagged decision needs a reason", "有标记的决定须说明理由")
NOT_NOTICED = ProblemType("not-noticed", 409, "A public notice comes first", "须先公示")


def approve(
    connection: Connection,
    decision_id: UUID,
    actor: Actor,
    *,
    reason: str | None,
    if_match: str | None,
    notice_needed: bool,
) -> dict[str, Any]:
    """Approve one decision: its version is numbered and its event enters the outbox.

    Raises Problem: not found, stale, same person, a move that does not exist, a reason that is lacking, no notice yet.
    """
    row = _ready(connection, decision_id, actor, Act.APPROVE, if_match)
    if row.proposed_by == actor.subject:
        raise Problem(SAME_PERSON, "The person who started the evaluation cannot approve its decisions.")
    if notice_needed:
        raise Problem(NOT_NOTICED, "Open a public notice with this decision and close it after its term.")
    if row.flags and not reason:
        raise Problem(REASON_NEEDED, "Say in `reason` why it is approved all the same.", extra={"flags": row.flags})
    approval.approve(connection, [decision_id], by=actor.subject, reason=reason)
    return repository.view(repository.get(connection, decision_id, actor))


def move(
    connection: Connection, decision_id: UUID, actor: Actor, act: Act, *, reason: str, if_match: str | None
) -> dict[str, Any]:
    """Reject, suspend or resume one decision; raises Problem if it is not found, stale, or there is no such move."""
    row = _ready(connection, decision_id, actor, act, if_match)
    state = TRANSITIONS[State(row.state), act]
    connection.execute(
        update(decisions)
        .where(decisions.c.id == decision_id)
        .values(state=state.value, revision=decisions.c.revision + 1, changed_at=text("now()"))
    )
    connection.execute(
        insert(decision_acts).values(
            decision_id=decision_id, act=act.value, state=state.value, actor=actor.subject, reason=reason
        )
    )
    return repository.view(repository.get(connection, decision_id, actor))


def _ready(connection: Connection, decision_id: UUID, actor: Actor, act: Act, if_match: str | None) -> Row[Any]:
    row = repository.get(connection, decision_id, actor, lock=True)
    if if_match is not None and if_match not in ("*", repository.etag(row)):
        raise Problem(STALE, "Read the decision again, then decide.", extra={"etag": repository.etag(row)})
    if (State(row.state), act) not in TRANSITIONS:
        raise Problem(
            CONFLICT,
            f"A decision that is {row.state} cannot be moved by {act.value}.",
            extra={"state": row.state, "possible": possible_acts(State(row.state))},
        )
    return row


def start_approval(
    connection: Connection,
    actor: Actor,
    *,
    evaluation_id: UUID,
    excepted: Sequence[UUID],
    reason: str | None,
    now: datetime,
) -> UUID:
    """Queue the approval of an evaluation's decisions; returns the job's id."""
    from services.eligibility.evaluations.handlers import EVALUATION  # the kind of job that it refers to

    jobs.get(connection, evaluation_id, EVALUATION)
    job_input = {
        "evaluation_id": str(evaluation_id),
        "except": [str(each) for each in excepted],
        "reason": reason,
        "jurisdiction": actor.jurisdiction,
    }
    return jobs.enqueue(connection, APPROVAL, job_input, by=actor.subject, now=now)


def run_approval(database: Database, job: RunningJob, *, notice_needed: bool) -> None:
    """Approve what can be approved, in chunks; what cannot is left as it is and counted. Run again it goes on."""
    chosen: Mapping[str, Any] = job.input
    with database.reading() as connection:
        selection = approval.select_for_approval(
            connection,
            UUID(chosen["evaluation_id"]),
            [UUID(each) for each in chosen["except"]],
            job_id=job.id,
            by=job.created_by,
            reason=chosen["reason"],
            jurisdiction=chosen["jurisdiction"],
            notice_needed=notice_needed,
        )
    total, approved = len(selection.ids), 0
    job.progress(0, total)
    for start in range(0, total, CHUNK):
        with database.transaction() as connection:
            ids = selection.ids[start : start + CHUNK]
            approved += approval.approve(connection, ids, by=job.created_by, reason=chosen["reason"])
        job.progress(start + len(ids), total)
    skipped = selection.skipped | {"stale": selection.skipped["stale"] + total - approved}
    approved += selection.done
    with database.transaction() as connection:
        job.succeed(connection, {"approved": approved, "skipped": skipped})


def approval_view(connection: Connection, approval_id: UUID) -> dict[str, Any]:
    """Return a bulk approval as its readers see it; raises Problem (404)."""
    row = jobs.get(connection, approval_id, APPROVAL)
    return jobs.view(row) | {"evaluation_id": row.input["evaluation_id"]}
