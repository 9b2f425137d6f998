"""Approval and reissue of payment orders over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from services.payout.clients.registry import revisions_of
from services.payout.orders import approvals, views
from services.payout.orders.schemas import ApprovalBody, ApprovalJob, PaymentOrder
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound, SamePerson
from shared.jobs import repository as jobs
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand
from shared.web.jobs import job_response
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/payment-orders", tags=["payment orders"])

Approver = Annotated[Actor, needs(Scope.ORDERS_APPROVE)]


@router.post("/approvals", operation_id="approve_payment_orders", status_code=202, response_model=ApprovalJob)
def approve_payment_orders(
    body: ApprovalBody, request: Request, actor: Approver, command: IdempotentCommand
) -> Response:
    """Approve issued orders in bulk: all of a unit (and due year), or those named. Answers with a job.

    Each approval pins the revision of the payee's account. What is held, was issued by the caller or has no account is left
    and counted in `skipped`.
    """
    now = request.app.state.clock.now()
    job_input = {**body.model_dump(mode="json"), "jurisdiction": actor.jurisdiction}

    def act(connection: Connection) -> object:
        job_id = jobs.enqueue(connection, approvals.APPROVALS, job_input, by=actor.subject, now=now)
        return jobs.view(jobs.get(connection, job_id, approvals.APPROVALS))

    return command.run(act, status=202, headers=lambda job: {"Location": f"/v1/payment-orders/approvals/{job['id']}"})


@router.get(
    "/approvals/{job_id}",
    operation_id="get_payment_order_approval",
    response_model=ApprovalJob,
    responses=refusals(NotFound),
)
def get_payment_order_approval(
    job_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],  # noqa: ARG001 - asks for the scope
) -> Response:
    """Give the progress of a bulk approval."""
    with request.app.state.database.reading() as connection:
        return job_response(request, jobs.view(jobs.get(connection, job_id, approvals.APPROVALS)))


@router.post(
    "/{order_id}/approve",
    operation_id="approve_payment_order",
    response_model=PaymentOrder,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def approve_payment_order(order_id: UUID, request: Request, actor: Approver, command: IdempotentCommand) -> Response:
    """Approve an issued order, which pins the revision of the payee's account; without an account it waits for one."""
    now, accounts = request.app.state.clock.now(), request.app.state.accounts

    def act(connection: Connection) -> object:
        order = approvals.check_approval(connection, order_id, actor.subject, actor.jurisdiction)
        revisions = revisions_of(accounts.on(calendar_date(now), {order.payee_uscc}, accounts.latest_revision()))
        if not approvals.approve(connection, [order], revisions, by=actor.subject, now=now) and revisions:
            raise Conflict(approvals.NOT_ISSUED)  # another request came first, since it was looked at
        return views.one(connection, order_id)

    return command.run(act)


@router.post(
    "/{order_id}/reissue",
    operation_id="reissue_payment_order",
    status_code=201,
    response_model=PaymentOrder,
    responses=refusals(NotFound, Conflict),
)
def reissue_payment_order(
    order_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.BATCHES_WRITE)],
    command: IdempotentCommand,
) -> Response:
    """Issue an order anew whose payment failed or came back, after its account was corrected; it has to be approved again."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        issued = approvals.reissue(connection, order_id, by=actor.subject, jurisdiction=actor.jurisdiction, now=now)
        return views.one(connection, UUID(issued))

    return command.run(act, status=201)
