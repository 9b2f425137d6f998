"""Recoveries over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.payout.enums import Unit
from services.payout.recoveries import handlers, repository
from services.payout.recoveries.schemas import (
    NetBody,
    Recovery,
    Repayment,
    RepaymentBody,
    RepaymentDetail,
    WriteOffBody,
)
from shared.authorization import Actor, Scope
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals
from shared.web.two_persons import DiscardBody

router = APIRouter(prefix="/v1/recoveries", tags=["recoveries"])


@router.get("", operation_id="list_recoveries", response_model=Page[Recovery])
def list_recoveries(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ, own=Scope.OWN_READ)],
    uscc: Annotated[str | None, Query(max_length=18, description="The payee")] = None,
    unit: Annotated[Unit | None, Query(description="Budget that paid")] = None,
    award_id: Annotated[UUID | None, Query(description="One award")] = None,
    outstanding: Annotated[bool | None, Query(description="Whether anything is outstanding")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List recoveries, oldest first; a caller restricted to a jurisdiction sees those of its awards, an enterprise its
    own."""
    filters = {
        "uscc": uscc,
        "unit": unit,
        "award_id": award_id,
        **actor.restriction,
    }
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = repository.views(connection, filters, outstanding=outstanding, after=after, limit=limit + 1)
    return json_response(page(rows, limit, "id"))


@router.post(
    "/{recovery_id}/repayments",
    operation_id="draft_repayment",
    status_code=201,
    response_model=Repayment,
    responses=refusals(NotFound, Conflict),
)
def draft_repayment(
    recovery_id: UUID,
    body: RepaymentBody,
    request: Request,
    actor: Annotated[Actor, needs(Scope.RECOVERIES_WRITE)],
    command: IdempotentCommand,
) -> Response:
    """Enter money that was repaid, in full or in part. It counts once another person confirms it.

    The same bank reference again changes nothing.
    """
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.propose_repayment(
            connection,
            recovery_id,
            amount_fen=body.amount_fen,
            received_on=body.received_on,
            bank_reference=body.bank_reference,
            actor=actor,
            now=now,
        ),
        status=201,
    )


@router.get(
    "/{recovery_id}/repayments",
    operation_id="list_repayments",
    response_model=list[RepaymentDetail],
    responses=refusals(NotFound),
)
def list_repayments(recovery_id: UUID, request: Request, actor: Annotated[Actor, needs(Scope.MONEY_READ)]) -> Response:
    """List the repayments of a recovery through the bank, oldest first, those that wait for a second person included."""
    with request.app.state.database.reading() as connection:
        found = handlers.repayments(connection, recovery_id, actor)
    return json_response(
        [shown | {"possible_acts": possible_acts(request, actor, allowed)} for shown, allowed in found]
    )


@router.post(
    "/{recovery_id}/repayments/{repayment_id}/confirm",
    operation_id="confirm_repayment",
    response_model=Repayment,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def confirm_repayment(
    recovery_id: UUID,
    repayment_id: UUID,
    actor: Annotated[Actor, needs(Scope.RECOVERIES_APPROVE)],
    command: IdempotentCommand,
) -> Response:
    """Confirm a repayment that another person entered, if as much is still outstanding."""
    return command.run(
        lambda connection: handlers.confirm_repayment(connection, recovery_id, repayment_id, actor=actor)
    )


@router.post(
    "/{recovery_id}/repayments/{repayment_id}/discard",
    operation_id="discard_repayment",
    response_model=Repayment,
    responses=refusals(NotFound, Conflict),
)
def discard_repayment(
    recovery_id: UUID,
    repayment_id: UUID,
    body: DiscardBody,
    actor: Annotated[Actor, needs(Scope.RECOVERIES_WRITE, Scope.RECOVERIES_APPROVE)],
    command: IdempotentCommand,
) -> Response:
    """End an entered repayment without effect."""
    return command.run(
        lambda connection: handlers.discard_repayment(
            connection, recovery_id, repayment_id, reason=body.reason, actor=actor
        )
    )


@router.post(
    "/{recovery_id}/write-off",
    operation_id="write_off_recovery",
    response_model=Recovery,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def write_off_recovery(
    recovery_id: UUID,
    body: WriteOffBody,
    request: Request,
    actor: Annotated[Actor, needs(Scope.RECOVERIES_WRITE, Scope.RECOVERIES_APPROVE)],
    command: IdempotentCommand,
) -> Response:
    """Propose a write-off of what is outstanding (`recoveries:write`), or confirm another person's (`recoveries:approve`)."""
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.write_off(
            connection, recovery_id, reason=body.reason, amount_fen=body.amount_fen, actor=actor, now=now
        )
    )


@router.post(
    "/{recovery_id}/net",
    operation_id="net_recovery",
    response_model=Recovery,
    responses=refusals(NotFound, Conflict),
)
def net_recovery(
    recovery_id: UUID,
    body: NetBody,
    request: Request,
    actor: Annotated[Actor, needs(Scope.RECOVERIES_WRITE)],
    command: IdempotentCommand,
) -> Response:
    """Net a recovery against an issued order of the same payee and unit; nothing is netted automatically."""
    now = request.app.state.clock.now()
    return command.run(lambda connection: handlers.net(connection, recovery_id, body.order_id, actor, now))
