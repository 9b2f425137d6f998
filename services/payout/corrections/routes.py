"""Corrections of bank results over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.payout.corrections import handlers, repository
from services.payout.corrections.domain import Result
from services.payout.corrections.schemas import Correction, CorrectionBody, CorrectionDetail
from shared import two_persons
from shared.authorization import Actor, Scope
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, decode_id, page
from shared.web.possible_acts import PageWithPossibleActs, possible_acts
from shared.web.problems import refusals
from shared.web.two_persons import DiscardBody

router = APIRouter(prefix="/v1/result-corrections", tags=["payment batches"])

Maker = Annotated[Actor, needs(Scope.BATCHES_WRITE)]
Checker = Annotated[Actor, needs(Scope.ORDERS_APPROVE)]


@router.get("", operation_id="list_result_corrections", response_model=PageWithPossibleActs[CorrectionDetail])
def list_result_corrections(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    proposed: Annotated[bool, Query(description="Only those that wait for a second person")] = False,
    order_id: Annotated[UUID | None, Query(description="One payment order")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List corrections of bank results, oldest first.

    With `order_id`, `possible_acts` says whether the result of that order can be corrected.
    """
    after, unit = decode_id(cursor), actor.jurisdiction
    with request.app.state.database.reading_at_one_instant() as connection:
        rows = repository.views(
            connection, after=after, limit=limit + 1, unit=unit, order_id=order_id, open_only=proposed
        )
        allowed = handlers.allowed_of_list(connection, order_id, actor)
    for row in rows:
        own = two_persons.allowed(
            row, actor.subject, confirm="confirm_result_correction", discard="discard_result_correction"
        )
        row["possible_acts"] = possible_acts(request, actor, own)
    return json_response(page(rows, limit, "id") | {"possible_acts": possible_acts(request, actor, allowed)})


@router.post(
    "",
    operation_id="propose_result_correction",
    status_code=201,
    response_model=Correction,
    responses=refusals(NotFound, Conflict),
)
def propose_result_correction(
    body: CorrectionBody, request: Request, actor: Maker, command: IdempotentCommand
) -> Response:
    """Propose another outcome, day or bank reference of an order. It has no effect until another person confirms it."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        if not actor.covers(handlers.unit_of(connection, body.order_id)):
            raise NotFound(handlers.NO_SUCH_ORDER)
        return handlers.propose(
            connection,
            body.order_id,
            Result(body.outcome, body.occurred_on, body.bank_reference),
            bank_reason=body.bank_reason,
            reason=body.reason,
            by=actor.subject,
            now=now,
        )

    return command.run(act, status=201)


@router.post(
    "/{correction_id}/confirm",
    operation_id="confirm_result_correction",
    response_model=Correction,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def confirm_result_correction(
    correction_id: UUID, request: Request, actor: Checker, command: IdempotentCommand
) -> Response:
    """Confirm a correction that another person proposed: the order moves, and the ledger with it. Both results stay stored."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        actor.require_jurisdiction(handlers.get(connection, correction_id)["unit"])
        return handlers.confirm(connection, correction_id, by=actor.subject, now=now)

    return command.run(act)


@router.post(
    "/{correction_id}/discard",
    operation_id="discard_result_correction",
    response_model=Correction,
    responses=refusals(NotFound, Conflict),
)
def discard_result_correction(
    correction_id: UUID, body: DiscardBody, actor: Maker, command: IdempotentCommand
) -> Response:
    """End a proposed correction without effect."""

    def act(connection: Connection) -> object:
        actor.require_jurisdiction(handlers.get(connection, correction_id)["unit"])
        return handlers.discard(connection, correction_id, reason=body.reason, by=actor.subject)

    return command.run(act)
