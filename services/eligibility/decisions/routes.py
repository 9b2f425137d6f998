"""Routes of decisions and approvals."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.decisions import handlers, receipts, repository
from services.eligibility.decisions.approval import Among
from services.eligibility.decisions.domain import Act, State
from services.eligibility.decisions.export import COLUMNS
from services.eligibility.decisions.schemas import (
    Approval,
    ApprovalBody,
    BulkApprovalRequest,
    Decision,
    DecisionDetail,
    ExplanationView,
    ReasonBody,
    Receipt,
    Replay,
)
from services.eligibility.evaluation_jobs.handlers import EVALUATION
from services.eligibility.notices import repository as notices
from shared import spreadsheets
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound, SamePerson, Stale, TooLarge
from shared.jobs import repository as jobs
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.jobs import job_response
from shared.web.negotiation import Accept, language_of
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.problems import refusals
from shared.web.spreadsheets import SPREADSHEET_CONTENT, requested_format, spreadsheet_response

decisions_router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
approvals_router = APIRouter(prefix="/v1/approvals", tags=["approvals"])

Reader = Annotated[Actor, needs(Scope.DECISIONS_READ)]
Approver = Annotated[Actor, needs(Scope.DECISIONS_APPROVE)]
Suspender = Annotated[Actor, needs(Scope.DECISIONS_SUSPEND)]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag that was read; refused if it has changed")
]

_MOVES = refusals(NotFound, Conflict, SamePerson, InFlight, Stale)
_APPROVAL = refusals(NotFound, Conflict, SamePerson, handlers.NotNoticed, handlers.ReasonNeeded, InFlight, Stale)


@decisions_router.get(
    "",
    operation_id="list_decisions",
    response_model=Page[Decision],
    responses={200: {"content": SPREADSHEET_CONTENT}, **refusals(TooLarge)},
)
def list_decisions(
    actor: Reader,
    request: Request,
    uscc: Annotated[str | None, Query(description="The payee")] = None,
    award: str | None = None,
    award_id: Annotated[UUID | None, Query(description="One award, all its versions")] = None,
    award_year: Annotated[int | None, Query(ge=0, le=9_999)] = None,
    state: State | None = None,
    jurisdiction: str | None = None,
    evaluation_id: UUID | None = None,
    notice_id: UUID | None = None,
    changed_after: Annotated[datetime | None, Query(description="Only those changed after this instant")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    accept: Accept = None,
) -> Response:
    """List decisions, oldest first. As CSV or XLSX (by `Accept`) all that the filters let through, not a page."""
    kind = requested_format(accept)
    after = None if kind else decode_id(cursor)
    filters = {
        "payee_uscc": uscc,
        "award": award,
        "award_id": award_id,
        "award_year": award_year,
        "state": state.value if state else None,
        "jurisdiction": jurisdiction,
        "evaluation_id": evaluation_id,
        "notice_id": notice_id,
    }
    most = (spreadsheets.MAX_ROWS if kind else limit) + 1
    with request.app.state.database.reading() as connection:
        found = repository.find(connection, actor, most, after, filters, changed_after)
    if kind:
        return spreadsheet_response(found, COLUMNS, kind, name="decisions", title="决定")
    return json_response(page(found, limit, "id"))


@decisions_router.get(
    "/{decision_id}", operation_id="get_decision", response_model=DecisionDetail, responses=refusals(NotFound)
)
def get_decision(actor: Reader, decision_id: UUID, request: Request) -> Response:
    """Read a decision with everything that was done to it."""
    with request.app.state.database.reading() as connection:
        row = repository.get(connection, decision_id, actor)
        shown = repository.view(row) | {"acts": repository.acts(connection, decision_id)}
    return json_response(shown, headers={"ETag": repository.etag(row)})


@decisions_router.get(
    "/{decision_id}/explanation",
    operation_id="get_decision_explanation",
    response_model=ExplanationView,
    responses=refusals(NotFound),
)
def get_decision_explanation(actor: Reader, decision_id: UUID, request: Request) -> Response:
    """Explain a decision from its receipt: each condition, and the amount in steps. `Accept-Language` zh-CN or en."""
    with request.app.state.database.reading() as connection:
        row = repository.get(connection, decision_id, actor)
        return json_response(receipts.explanation(connection, row).as_dict(language_of(request)))


@decisions_router.get(
    "/{decision_id}/receipt", operation_id="get_decision_receipt", response_model=Receipt, responses=refusals(NotFound)
)
def get_decision_receipt(actor: Reader, decision_id: UUID, request: Request) -> Response:
    """Read everything that a decision was computed from, whole."""
    with request.app.state.database.reading() as connection:
        return json_response(receipts.receipt(connection, repository.get(connection, decision_id, actor)))


@decisions_router.post(
    "/{decision_id}/replay", operation_id="replay_decision", response_model=Replay, responses=refusals(NotFound)
)
def replay_decision(
    actor: Annotated[Actor, needs(Scope.DECISIONS_REPLAY)], decision_id: UUID, request: Request
) -> Response:
    """Compute a decision again from its receipt and compare; nothing is stored."""
    with request.app.state.database.reading() as connection:
        return json_response(receipts.replay(connection, repository.get(connection, decision_id, actor)))


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
    needed = request.app.state.notice_working_days > 0

    def act(connection: Connection) -> object:
        return handlers.approve(
            connection, decision_id, actor, reason=body.reason, if_match=if_match, notice_needed=needed
        )

    return command.run(act)


def _move(
    act: Act, actor: Actor, command: IdempotentCommand, decision_id: UUID, reason: str, if_match: str | None
) -> Response:
    return command.run(
        lambda connection: handlers.move(connection, decision_id, actor, act, reason=reason, if_match=if_match)
    )


@decisions_router.post(
    "/{decision_id}/reject", operation_id="reject_decision", response_model=Decision, responses=_MOVES
)
def reject_decision(
    actor: Approver, command: IdempotentCommand, decision_id: UUID, body: ReasonBody, if_match: IfMatch = None
) -> Response:
    """Reject a proposal; it is not proposed again until its outcome differs."""
    return _move(Act.REJECT, actor, command, decision_id, body.reason, if_match)


@decisions_router.post(
    "/{decision_id}/suspend", operation_id="suspend_decision", response_model=Decision, responses=_MOVES
)
def suspend_decision(
    actor: Suspender, command: IdempotentCommand, decision_id: UUID, body: ReasonBody, if_match: IfMatch = None
) -> Response:
    """Suspend a proposal until it is resumed."""
    return _move(Act.SUSPEND, actor, command, decision_id, body.reason, if_match)


@decisions_router.post(
    "/{decision_id}/resume", operation_id="resume_decision", response_model=Decision, responses=_MOVES
)
def resume_decision(
    actor: Suspender, command: IdempotentCommand, decision_id: UUID, body: ReasonBody, if_match: IfMatch = None
) -> Response:
    """Take up a suspended proposal again."""
    return _move(Act.RESUME, actor, command, decision_id, body.reason, if_match)


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
    """Approve what an evaluation proposed, or what stood in a notice, thousands at once.

    What cannot be approved is left and counted.
    """
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        among, group_id = body.group
        if among is Among.NOTICE:
            notices.get(connection, group_id, actor)
        else:
            jobs.get(connection, group_id, EVALUATION)
        approval_id = handlers.start_approval(
            connection,
            actor,
            among=among,
            group_id=group_id,
            excepted=body.excepted,
            reason=body.reason,
            now=now,
        )
        return handlers.approval_view(connection, approval_id, actor)

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/approvals/{made['id']}"})


@approvals_router.get(
    "/{approval_id}",
    operation_id="get_approval",
    response_model=Approval,
    responses=refusals(NotFound),
)
def get_approval(actor: Reader, approval_id: UUID, request: Request) -> Response:
    """Read a bulk approval: its progress, and what it skipped and why."""
    with request.app.state.database.reading() as connection:
        return job_response(request, handlers.approval_view(connection, approval_id, actor))
