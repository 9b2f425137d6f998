"""Use cases of decisions, each one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, insert, text, update

from services.eligibility.decisions import approval, repository
from services.eligibility.decisions.approval import Among
from services.eligibility.decisions.domain import TRANSITIONS, Act, State, possible_acts, taken_up
from services.eligibility.decisions.tables import decision_acts, decisions
from services.eligibility.objections import repository as objections
from shared.authorization import Actor
from shared.database.engine import Database
from shared.errors import Conflict, DomainError, NotFound, SamePerson, Stale
from shared.i18n import N_
from shared.jobs import repository as jobs
from shared.jobs.runner import RunningJob

APPROVAL = "approval"
CHUNK = 20_000


class ReasonNeeded(Conflict):
    """A flagged decision needs a reason."""

    code = "reason-needed"
    title = N_("A flagged decision needs a reason")


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
    notice_needed: bool,
) -> dict[str, Any]:
    """Approve one decision: its version is numbered and its event enters the outbox.

    Raises Problem: not found, stale, same person, a move that does not exist, a reason that is lacking, no notice yet.
    """
    row = ready(connection, decision_id, actor, Act.APPROVE, if_match)
    if row.proposed_by == actor.subject:
        raise SamePerson("The person who started the evaluation cannot approve its decisions.")
    if notice_needed and row.noticed_on is None:
        raise NotNoticed(
            "Open a public notice with this decision and close it after its term.",
            extra={
                "state": row.state,
                "possible": [each for each in possible_acts(State(row.state)) if each != "approve"],
            },
        )
    if row.flags and not reason:
        raise ReasonNeeded("Say in `reason` why it is approved all the same.", extra={"flags": row.flags})
    approval.approve(connection, [decision_id], by=actor.subject, reason=reason)
    return repository.view(repository.get(connection, decision_id, actor))


def move(
    connection: Connection, decision_id: UUID, actor: Actor, act: Act, *, reason: str, if_match: str | None
) -> dict[str, Any]:
    """Reject, suspend or resume one decision; raises Problem if it is not found, stale, or there is no such move."""
    row = ready(connection, decision_id, actor, act, if_match)
    if act is Act.RESUME:
        objected = objections.standing(connection, decision_id)
        if objected.bars:
            raise refused_move(
                row,
                "An objection is open: it has to be decided first."
                if objected.open
                else "An objection was upheld: correct the fact or the reading, and evaluate again.",
                without=Act.RESUME,
            )
        settle(connection, row, act, resumed(row), by=actor.subject, reason=reason)
    else:
        [state] = TRANSITIONS[State(row.state), act]
        settle(connection, row, act, state, by=actor.subject, reason=reason)
    return repository.view(repository.get(connection, decision_id, actor))


def ready(connection: Connection, decision_id: UUID, actor: Actor, act: Act, if_match: str | None = None) -> Row[Any]:
    """Lock a decision that `act` is possible for; raises Problem if it is not found, stale, or there is no such move."""
    row = repository.get(connection, decision_id, actor, lock=True)
    if if_match is not None and if_match not in ("*", repository.etag(row)):
        raise Stale("Read the decision again, then decide.", extra={"etag": repository.etag(row)})
    if (State(row.state), act) not in TRANSITIONS:
        raise refused_move(row, f"A decision that is {row.state} cannot be moved by {act.value}.")
    return row


def refused_move(row: Row[Any], detail: str, *, without: Act | None = None) -> DomainError:
    """Return the problem of a move that is not possible: the state that is, and the moves that are possible."""
    possible = [each for each in possible_acts(State(row.state)) if each != without]
    return Conflict(detail, extra={"state": row.state, "possible": possible})


def settle(connection: Connection, row: Row[Any], act: Act, state: State, *, by: str, reason: str | None) -> None:
    """Give a locked decision its new state, and keep who did what and why."""
    connection.execute(
        update(decisions)
        .where(decisions.c.id == row.id)
        .values(state=state.value, revision=decisions.c.revision + 1, changed_at=text("now()"))
    )
    connection.execute(
        insert(decision_acts).values(decision_id=row.id, act=act.value, state=state.value, actor=by, reason=reason)
    )


def resumed(row: Row[Any]) -> State:
    """Return the state in which a suspended decision resumes its course."""
    return taken_up(in_notice=row.notice_id is not None and row.noticed_on is None)


def start_approval(
    connection: Connection,
    actor: Actor,
    *,
    among: Among,
    group_id: UUID,
    excepted: Sequence[UUID],
    reason: str | None,
    now: datetime,
) -> UUID:
    """Queue the approval of the decisions of an evaluation or a notice, which must exist; returns the job's id."""
    job_input = {
        among.value: str(group_id),
        "except": [str(each) for each in excepted],
        "reason": reason,
        "jurisdiction": actor.jurisdiction,
    }
    return jobs.enqueue(connection, APPROVAL, job_input, by=actor.subject, now=now)


def run_approval(database: Database, job: RunningJob, *, notice_needed: bool) -> None:
    """Approve what can be approved, in chunks; what cannot is left as it is and counted. Run again it goes on."""
    chosen: Mapping[str, Any] = job.input
    among = next(each for each in Among if each in chosen)
    with database.reading() as connection:
        selection = approval.select_for_approval(
            connection,
            among,
            UUID(chosen[among]),
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


def approval_view(connection: Connection, approval_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return a bulk approval as its readers see it; raises Problem (404) if there is none that `actor` may see."""
    row = jobs.get(connection, approval_id, APPROVAL)
    if actor.jurisdiction not in (None, row.input["jurisdiction"]):
        raise NotFound("There is no such {approval}.", approval=APPROVAL)
    return jobs.view(row) | {among.value: row.input.get(among) for among in Among}
