"""Routes of approvals, and of what else officers do with a decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from sqlalchemy import Connection

from services.eligibility.approvals import handlers
from services.eligibility.approvals.repository import Filters
from services.eligibility.approvals.schemas import Approval, ApprovalBody, BulkApprovalRequest, ReasonBody
from services.eligibility.decisions.schemas import Decision
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound, SamePerson, Stale
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand
from shared.web.jobs import job_response
from shared.web.negotiation import language_of
from shared.web.problems import refusals

decisions_router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
approvals_router = APIRouter(prefix="/v1/approvals", tags=["approvals"])

Approver = Annotated[Actor, needs(Scope.DECISIONS_APPROVE)]
Suspender = Annotated[Actor, needs(Scope.DECISIONS_SUSPEND)]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag that was read; refused if it has changed")
]

_TRANSITION = refusals(NotFound, Conflict, SamePerson, InFlight, Stale)
_APPROVAL = refusals(
    NotFound,
    Conflict,
    SamePerson,
    handlers.NotConfirmed,
    handlers.NotReviewed,
    handlers.NotNoticed,
    handlers.ReasonNeeded,
    InFlight,
    Stale,
)


@decisions_router.post(
    "/{decision_id}/approve", operation_id="approve_decision", response_model=Decision, responses=_APPROVAL
)
def approve_decision(
    actor: Approver,
    command: IdempotentCommand,
    decision_id: UUID,
    body: ApprovalBody,
    request: Request,
    if_match: IfMatch = None,
) -> Response:
    """Approve a decision: its version is numbered, and its event published."""
    days, language = request.app.state.notice_working_days, language_of(request)

    def act(connection: Connection) -> object:
        return handlers.approve(
            connection,
            decision_id,
            actor,
            reason=body.reason,
            if_match=if_match,
            notice_days=days,
            language=language,
        )

    return command.run(act)


@decisions_router.post(
    "/{decision_id}/reject", operation_id="reject_decision", response_model=Decision, responses=_TRANSITION
)
def reject_decision(
    actor: Approver,
    command: IdempotentCommand,
    decision_id: UUID,
    body: ReasonBody,
    request: Request,
    if_match: IfMatch = None,
) -> Response:
    """Reject a proposal; it is not proposed again until its outcome differs."""
    return command.run(_act(handlers.reject, decision_id, actor, body, request, if_match))


@decisions_router.post(
    "/{decision_id}/suspend", operation_id="suspend_decision", response_model=Decision, responses=_TRANSITION
)
def suspend_decision(
    actor: Suspender,
    command: IdempotentCommand,
    decision_id: UUID,
    body: ReasonBody,
    request: Request,
    if_match: IfMatch = None,
) -> Response:
    """Suspend a proposal until it is resumed."""
    return command.run(_act(handlers.suspend, decision_id, actor, body, request, if_match))


@decisions_router.post(
    "/{decision_id}/resume", operation_id="resume_decision", response_model=Decision, responses=_TRANSITION
)
def resume_decision(
    actor: Suspender,
    command: IdempotentCommand,
    decision_id: UUID,
    body: ReasonBody,
    request: Request,
    if_match: IfMatch = None,
) -> Response:
    """Take up a suspended proposal again."""
    return command.run(_act(handlers.resume, decision_id, actor, body, request, if_match))


def _act(
    handler: Callable[..., object],
    decision_id: UUID,
    actor: Actor,
    body: ReasonBody,
    request: Request,
    if_match: str | None,
) -> Callable[[Connection], object]:
    days, language = request.app.state.notice_working_days, language_of(request)
    return lambda connection: handler(
        connection, decision_id, actor, reason=body.reason, if_match=if_match, notice_days=days, language=language
    )


@approvals_router.post(
    "",
    operation_id="start_approval",
    status_code=202,
    response_model=Approval,
    responses=refusals(NotFound, InFlight),
)
def start_approval(
    actor: Approver, command: IdempotentCommand, body: BulkApprovalRequest, request: Request
) -> Response:
    """Approve what an evaluation proposed, or the decisions of a notice or a round, thousands at once.

    What cannot be approved is left as it is and counted.
    """
    now = request.app.state.clock.now()

    def act(connection: Connection) -> Any:
        approval_id = handlers.start_bulk_approval(
            connection,
            actor,
            evaluation_id=body.evaluation_id,
            notice_id=body.notice_id,
            round_id=body.round_id,
            excepted=body.excepted,
            only=Filters(body.awards, body.jurisdictions, body.up_to_fen),
            reason=body.reason,
            now=now,
        )
        return handlers.bulk_approval_view(connection, approval_id, actor)

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/approvals/{made['id']}"})


@approvals_router.get(
    "/{approval_id}",
    operation_id="get_approval",
    response_model=Approval,
    responses=refusals(NotFound),
)
def get_approval(actor: Annotated[Actor, needs(Scope.DECISIONS_READ)], approval_id: UUID, request: Request) -> Response:
    """Read a bulk approval: its progress, and what it skipped and why."""
    with request.app.state.database.reading() as connection:
        return job_response(request, handlers.bulk_approval_view(connection, approval_id, actor))
