"""Payment orders over HTTP: lists, approval, reissue."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.payout.enums import OrderState, Unit, WaitingFor
from services.payout.orders import handlers, repository
from services.payout.orders.export import COLUMNS
from services.payout.orders.schemas import ApprovalBody, ApprovalJob, OrderTotal, PaymentOrder, PaymentOrderDetail
from shared import spreadsheets
from shared.authorization import Actor, Scope
from shared.errors import Conflict, NotFound, SamePerson, TooLarge
from shared.i18n import N_
from shared.jobs import repository as jobs
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.jobs import job_response
from shared.web.negotiation import Accept, language_of
from shared.web.pagination import Cursor, Limit, decode_cursor, page
from shared.web.possible_acts import PageWithPossibleActs, possible_acts
from shared.web.problems import refusals
from shared.web.spreadsheets import SPREADSHEET_CONTENT, requested_format, spreadsheet_response

router = APIRouter(prefix="/v1/payment-orders", tags=["payment orders"])

Approver = Annotated[Actor, needs(Scope.ORDERS_APPROVE)]


@router.get(
    "",
    operation_id="list_payment_orders",
    response_model=PageWithPossibleActs[PaymentOrder],
    responses={200: {"content": SPREADSHEET_CONTENT}, **refusals(TooLarge)},
)
def list_payment_orders(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ, own=Scope.OWN_READ)],
    uscc: Annotated[str | None, Query(max_length=18, description="The payee")] = None,
    award: Annotated[str | None, Query(max_length=60, description="Code of the award")] = None,
    award_id: Annotated[UUID | None, Query(description="One award")] = None,
    unit: Annotated[Unit | None, Query(description="Budget that pays")] = None,
    state: Annotated[OrderState | None, Query(description="State of the order")] = None,
    waiting_for: Annotated[WaitingFor | None, Query(description="What a waiting order lacks")] = None,
    due_year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    batch_id: Annotated[UUID | None, Query(description="One payment batch")] = None,
    changed_after: Annotated[datetime | None, Query(description="Changed after this instant")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    accept: Accept = None,
) -> Response:
    """List payment orders, oldest first; a caller tied to a jurisdiction sees the orders of its awards, an
    enterprise those that pay it.

    As CSV or XLSX (by `Accept`) the answer is one sheet of all orders that match the filters, not a page.
    """
    after = decode_cursor(cursor, int)
    filters = {
        "award": award,
        "award_id": award_id,
        "unit": unit,
        "state": state,
        "waiting_for": waiting_for,
        "due_year": due_year,
        "batch_id": batch_id,
        **actor.restriction,
    }
    kind = requested_format(accept)
    with request.app.state.database.reading() as connection:
        rows = repository.views(
            connection,
            filters,
            uscc=uscc,
            changed_after=changed_after,
            after=after[0] if after else None,
            limit=spreadsheets.MAX_ROWS + 1 if kind else limit + 1,
        )
    if kind:
        return spreadsheet_response(
            rows, COLUMNS, kind, language_of(request), name="payment-orders", title=N_("Payment orders")
        )
    body = page(rows, limit, "number")
    for row in body["items"]:
        del row["number"]
    return json_response(body | {"possible_acts": possible_acts(request, actor, ["approve_payment_orders"])})


@router.get("/totals", operation_id="total_payment_orders", response_model=list[OrderTotal])
def total_payment_orders(request: Request, actor: Annotated[Actor, needs(Scope.MONEY_READ)]) -> Response:
    """Add up live payment orders by budget, years, award, state and what they wait for.

    A caller restricted to a jurisdiction is given those of its awards.
    """
    with request.app.state.database.reading() as connection:
        return json_response(repository.totals(connection, actor.jurisdiction))


@router.post("/approvals", operation_id="approve_payment_orders", status_code=202, response_model=ApprovalJob)
def approve_payment_orders(
    body: ApprovalBody, request: Request, actor: Approver, command: IdempotentCommand
) -> Response:
    """Approve issued orders in bulk: all of a unit (and due year), or those named. Answers with a job.

    Each approval pins the revision of the payee's account. Orders that are held, were issued by the caller or have no account are
    left as they are and counted in `skipped`.
    """
    now = request.app.state.clock.now()
    job_input = {**body.model_dump(mode="json", by_alias=True), "jurisdiction": actor.jurisdiction}

    def act(connection: Connection) -> object:
        kind = handlers.EXCEPTING if body.excepted else handlers.APPROVALS
        job_id = jobs.enqueue(connection, kind, job_input, by=actor.subject, now=now)
        return jobs.view(jobs.get(connection, job_id, handlers.APPROVALS))

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
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
) -> Response:
    """Give the progress of a bulk approval; a caller restricted to a jurisdiction sees those of its own."""
    with request.app.state.database.reading() as connection:
        return job_response(request, jobs.view(jobs.get(connection, job_id, handlers.APPROVALS, actor)))


@router.get(
    "/{order_id}", operation_id="get_payment_order", response_model=PaymentOrderDetail, responses=refusals(NotFound)
)
def get_payment_order(order_id: UUID, request: Request, actor: Annotated[Actor, needs(Scope.MONEY_READ)]) -> Response:
    """Give one order, with the account that approving it would pay to."""
    with request.app.state.database.reading_at_one_instant() as connection:
        found, allowed = handlers.get(connection, order_id, actor)
    return json_response(found | {"possible_acts": possible_acts(request, actor, allowed)})


@router.post(
    "/{order_id}/approve",
    operation_id="approve_payment_order",
    response_model=PaymentOrder,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def approve_payment_order(order_id: UUID, request: Request, actor: Approver, command: IdempotentCommand) -> Response:
    """Approve an issued order, which pins the revision of the payee's account; without an account it waits for one."""
    now, accounts = request.app.state.clock.now(), request.app.state.accounts

    return command.run(lambda connection: handlers.approve(connection, accounts, order_id, actor=actor, now=now))


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
    """Issue an order again whose payment failed or came back, after its account was corrected; it must be approved again."""
    now = request.app.state.clock.now()

    return command.run(lambda connection: handlers.reissue(connection, order_id, actor=actor, now=now), status=201)
