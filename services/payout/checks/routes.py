"""Checks before payment over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.payout.checks import handlers, repository
from services.payout.checks.schemas import OrderChecks, PaymentFinding, ReleaseBody
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1", tags=["checks before payment"])

Reader = Annotated[Actor, needs(Scope.MONEY_READ)]


@router.get("/payment-findings", operation_id="list_payment_findings", response_model=Page[PaymentFinding])
def list_payment_findings(
    request: Request,
    actor: Reader,
    open_only: Annotated[bool, Query(alias="open", description="Only those that hold their order")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List what checks before payment found, oldest first."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = repository.findings(
            connection, is_open=open_only, jurisdiction=actor.jurisdiction, after=after, limit=limit + 1
        )
    return json_response(page(rows, limit, "id"))


@router.get(
    "/payment-orders/{order_id}/checks",
    operation_id="check_payment_order",
    response_model=OrderChecks,
    responses=refusals(NotFound),
)
def check_payment_order(order_id: UUID, request: Request, actor: Reader) -> Response:
    """Show what the checks would find about an order today, for whoever approves it, and what was found before."""
    state = request.app.state
    day = calendar_date(state.clock.now())
    with state.database.reading() as connection:
        found = handlers.preview(connection, state.payees, order_id, actor=actor, day=day)
    allowed = handlers.allowed(found["findings"], actor.subject)
    return json_response(found | {"possible_acts": possible_acts(request, actor, allowed)})


@router.post(
    "/payment-orders/{order_id}/release",
    operation_id="release_payment_order",
    response_model=list[PaymentFinding],
    responses=refusals(NotFound, Conflict, SamePerson),
)
def release_payment_order(
    order_id: UUID,
    body: ReleaseBody,
    actor: Annotated[Actor, needs(Scope.HOLDS_RELEASE)],
    command: IdempotentCommand,
) -> Response:
    """Release an order that a check holds, with a reason: the next batch may pay it."""
    return command.run(lambda connection: handlers.release(connection, order_id, reason=body.reason, actor=actor))
