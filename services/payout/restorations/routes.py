"""Restorations over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.payout.enums import Unit
from services.payout.restorations import files, handlers, reentries, repository
from services.payout.restorations.schemas import (
    EnteredFile,
    EnteredFileDetail,
    EnteredFileForCaller,
    Reentry,
    Restoration,
    RestorationBody,
    RestorationDetail,
)
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.days import Day
from shared.errors import Conflict, NotFound, SamePerson, TooLarge, UnsupportedMediaType
from shared.files.domain import FileRefused
from shared.web.auth import needs
from shared.web.files import FILE_CONTENT
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, decode_cursor, decode_id, page
from shared.web.possible_acts import PageWithPossibleActs, possible_acts
from shared.web.problems import refusals
from shared.web.two_persons import DiscardBody

router = APIRouter(prefix="/v1", tags=["restorations"])

Reader = Annotated[Actor, needs(Scope.MONEY_READ)]
Maker = Annotated[Actor, needs(Scope.BATCHES_WRITE)]
CityMaker = Annotated[Actor, needs(Scope.BATCHES_WRITE, city_wide=True)]
CityChecker = Annotated[Actor, needs(Scope.ORDERS_APPROVE, city_wide=True)]


@router.get("/restorations", operation_id="list_restorations", response_model=list[RestorationDetail])
def list_restorations(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
) -> Response:
    """List restorations, oldest first; while one is open no batch is built."""
    with request.app.state.database.reading_at_one_instant() as connection:
        found = handlers.views(connection, actor.subject)
    return json_response(
        [shown | {"possible_acts": possible_acts(request, actor, allowed)} for shown, allowed in found]
    )


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
    "/restorations/{restoration_id}/confirm",
    operation_id="confirm_restoration",
    response_model=Restoration,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def confirm_restoration(restoration_id: UUID, actor: CityChecker, command: IdempotentCommand) -> Response:
    """Confirm that the database was restored, as another person than who opened the restoration; then files are entered again."""
    return command.run(lambda connection: handlers.confirm_restoration(connection, restoration_id, by=actor.subject))


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
    responses=refusals(Conflict, reentries.SentFileRefused, FileRefused, UnsupportedMediaType, TooLarge),
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
    """Enter a batch's file again that went to the bank after the restored point. It counts once another person confirms it.

    Its seal must be payout's, its orders, shares and accounts must fit. Entered twice, it changes nothing.
    """
    actor.require_jurisdiction(unit)
    state, now = request.app.state, request.app.state.clock.now()
    content: bytes = getattr(request, "_body", b"")
    file = files.read(content, request.headers.get("content-type", ""), state.seals, calendar_date(now))
    return command.run(
        lambda connection: reentries.propose_reentry(
            connection, state.accounts, state.decisions, file, unit=unit.value, sent_on=sent_on, by=actor.subject
        )
    )


@router.get(
    "/payment-batches/reentries",
    operation_id="list_reentries",
    response_model=PageWithPossibleActs[EnteredFileForCaller],
)
def list_reentries(
    request: Request,
    actor: Reader,
    proposed: Annotated[bool, Query(description="Only those that wait for a second person")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List files that were entered again, oldest first; its `possible_acts` are those of restorations too."""
    after = decode_id(cursor)
    with request.app.state.database.reading_at_one_instant() as connection:
        rows = repository.proposed(connection, unit=actor.jurisdiction, waiting=proposed, after=after, limit=limit + 1)
        for row in rows:
            allowed = reentries.allowed(connection, row, actor.subject)
            row["possible_acts"] = possible_acts(request, actor, allowed)
        may = {"possible_acts": possible_acts(request, actor, handlers.allowed_of_list(connection))}
    return json_response(page(rows, limit, "id") | may)


@router.get(
    "/payment-batches/reentries/{reentry_id}",
    operation_id="get_reentry",
    response_model=EnteredFileDetail,
    responses=refusals(NotFound),
)
def get_reentry(
    reentry_id: UUID, request: Request, actor: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Give a file that was entered again, row by row, each beside its order as it is now."""
    after = decode_cursor(cursor, int)
    with request.app.state.database.reading_at_one_instant() as connection:
        found = _own(connection, reentry_id, actor)
        rows = repository.proposed_rows(connection, reentry_id, after[0] if after else None, limit + 1)
        may = {"possible_acts": possible_acts(request, actor, reentries.allowed(connection, found, actor.subject))}
    return json_response(found | page(rows, limit, "place") | may)


@router.post(
    "/payment-batches/reentries/{reentry_id}/confirm",
    operation_id="confirm_reentry",
    response_model=Reentry,
    responses=refusals(NotFound, Conflict, SamePerson, reentries.SentFileRefused),
)
def confirm_reentry(
    reentry_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.ORDERS_APPROVE)],
    command: IdempotentCommand,
) -> Response:
    """Confirm a file that another person entered again: its orders count as sent, and orders in their place are cancelled."""
    state, now = request.app.state, request.app.state.clock.now()

    def act(connection: Connection) -> object:
        _own(connection, reentry_id, actor)
        return reentries.confirm_reentry(connection, state.decisions, reentry_id, by=actor.subject, now=now)

    return command.run(act)


@router.post(
    "/payment-batches/reentries/{reentry_id}/discard",
    operation_id="discard_reentry",
    response_model=EnteredFile,
    responses=refusals(NotFound, Conflict),
)
def discard_reentry(
    reentry_id: UUID,
    body: DiscardBody,
    actor: Annotated[Actor, needs(Scope.BATCHES_WRITE, Scope.ORDERS_APPROVE)],
    command: IdempotentCommand,
) -> Response:
    """End a file that was entered again without effect."""

    def act(connection: Connection) -> object:
        _own(connection, reentry_id, actor)
        return reentries.discard_reentry(connection, reentry_id, reason=body.reason, by=actor.subject)

    return command.run(act)


def _own(connection: Connection, reentry_id: UUID, actor: Actor) -> dict[str, Any]:
    found = reentries.get_reentry(connection, reentry_id)
    if not actor.covers(found["unit"]):
        raise NotFound(reentries.NO_SUCH_REENTRY)
    return found
