"""Holds over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection, select

from services.payout.authorization import whole_city
from services.payout.awards.tables import awards
from services.payout.holds import handlers
from services.payout.holds.handlers import Held
from services.payout.holds.schemas import Hold, HoldBody
from shared.authorization import Actor, Scope
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand
from shared.web.problems import refusals

router = APIRouter(prefix="/v1", tags=["holds"])

Holder = Annotated[Actor, needs(Scope.HOLDS_WRITE)]
Releaser = Annotated[Actor, needs(Scope.HOLDS_RELEASE)]
Payee = Annotated[str, Path(pattern="^[0-9A-Z]{18}$", description="The payee's unified social credit code")]


@router.post(
    "/awards/{award_id}/hold",
    operation_id="hold_award",
    status_code=201,
    response_model=Hold,
    responses=refusals(NotFound, Conflict),
)
def hold_award(award_id: UUID, body: HoldBody, request: Request, actor: Holder, command: IdempotentCommand) -> Response:
    """Hold an award: none of its orders is funded or sent until another person releases it."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        _require_award(connection, award_id, actor)
        return handlers.hold(connection, Held(award_id=award_id), reason=body.reason, by=actor.subject, now=now)

    return command.run(act, status=201)


@router.post(
    "/awards/{award_id}/release",
    operation_id="release_award",
    response_model=Hold,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def release_award(
    award_id: UUID, body: HoldBody, request: Request, actor: Releaser, command: IdempotentCommand
) -> Response:
    """Release an award that another person holds: its orders go on by themselves."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        _require_award(connection, award_id, actor)
        return handlers.release(connection, Held(award_id=award_id), reason=body.reason, by=actor.subject, now=now)

    return command.run(act)


@router.post(
    "/payees/{uscc}/hold",
    operation_id="hold_payee",
    status_code=201,
    response_model=Hold,
    responses=refusals(Conflict),
)
def hold_payee(uscc: Payee, body: HoldBody, request: Request, actor: Holder, command: IdempotentCommand) -> Response:
    """Hold a payee: none of its orders, of whatever award, is funded or sent until another person releases it."""
    whole_city(actor)
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.hold(connection, Held(uscc=uscc), reason=body.reason, by=actor.subject, now=now),
        status=201,
    )


@router.post(
    "/payees/{uscc}/release",
    operation_id="release_payee",
    response_model=Hold,
    responses=refusals(Conflict, SamePerson),
)
def release_payee(
    uscc: Payee, body: HoldBody, request: Request, actor: Releaser, command: IdempotentCommand
) -> Response:
    """Release a payee that another person holds: its orders go on by themselves."""
    whole_city(actor)
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.release(connection, Held(uscc=uscc), reason=body.reason, by=actor.subject, now=now)
    )


def _require_award(connection: Connection, award_id: UUID, actor: Actor) -> None:
    row = connection.execute(select(awards.c.jurisdiction).where(awards.c.award_id == award_id)).one_or_none()
    if row is None or actor.jurisdiction not in (None, row.jurisdiction):
        raise NotFound("There is no such award here; a decision arrives within seconds of its approval.")
