"""Restorations over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.payout.enums import Unit
from services.payout.restorations import files, handlers, repository
from services.payout.restorations.schemas import Reentry, Restoration, RestorationBody
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.days import Day
from shared.errors import Conflict, NotFound, SamePerson, TooLarge, UnsupportedMediaType
from shared.files.domain import FileRefused
from shared.web.auth import needs
from shared.web.files import FILE_CONTENT
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.problems import refusals

router = APIRouter(prefix="/v1", tags=["restorations"])

Maker = Annotated[Actor, needs(Scope.BATCHES_WRITE)]
CityMaker = Annotated[Actor, needs(Scope.BATCHES_WRITE, city_wide=True)]
CityChecker = Annotated[Actor, needs(Scope.ORDERS_APPROVE, city_wide=True)]


@router.get("/restorations", operation_id="list_restorations", response_model=list[Restoration])
def list_restorations(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],  # noqa: ARG001 - asks for the scope
) -> Response:
    """List restorations, oldest first; while one is open no batch is built."""
    with request.app.state.database.reading() as connection:
        return json_response(repository.views(connection))


@router.post(
    "/restorations",
    operation_id="open_restoration",
    status_code=201,
    response_model=Restoration,
    responses=refusals(Conflict),
)
def open_restoration(body: RestorationBody, request: Request, actor: CityMaker, command: IdempotentCommand) -> Response:
    """Hold sending after the database was restored; payout's relay does so automatically if the broker's log shows it."""
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.open_restoration(connection, reason=body.reason, by=actor.subject, now=now),
        status=201,
    )


@router.post(
    "/restorations/{restoration_id}/end",
    operation_id="end_restoration",
    response_model=Restoration,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def end_restoration(
    restoration_id: UUID, body: RestorationBody, request: Request, actor: CityChecker, command: IdempotentCommand
) -> Response:
    """Allow sending again, once every file that went to the bank since the restored point has been entered again."""
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.end_restoration(
            connection, restoration_id, reason=body.reason, by=actor.subject, now=now
        )
    )


@router.post(
    "/payment-batches/reentries",
    operation_id="reenter_payment_batch",
    response_model=Reentry,
    responses=refusals(Conflict, handlers.SentFileRefused, FileRefused, UnsupportedMediaType, TooLarge),
    openapi_extra={
        "requestBody": {"required": True, "content": FILE_CONTENT},
    },
)
def reenter_payment_batch(
    request: Request,
    actor: Maker,
    command: IdempotentCommand,
    unit: Annotated[Unit, Query(description="Budget that paid")],
    sent_on: Annotated[Day, Query(description="Day on which the file went to the bank")],
) -> Response:
    """Enter a batch's file again that went to the bank after the restored point; entered twice, it changes nothing."""
    actor.require_jurisdiction(unit)
    now, accounts = request.app.state.clock.now(), request.app.state.accounts
    content: bytes = getattr(request, "_body", b"")
    rows, checksum = files.read(content, request.headers.get("content-type", ""), calendar_date(now))
    return command.run(
        lambda connection: handlers.reenter(
            connection, accounts, rows, checksum, unit=unit.value, sent_on=sent_on, by=actor.subject, now=now
        )
    )
