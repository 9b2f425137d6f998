"""Fiscal arrangements over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.payout.arrangements import handlers, repository
from services.payout.arrangements.schemas import ArrangementDetail, ArrangementDraft, ArrangementView
from shared.authorization import Actor, Scope
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, decode_id, page
from shared.web.possible_acts import PageWithPossibleActs, possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/arrangements", tags=["arrangements"])


@router.post(
    "",
    operation_id="draft_arrangement",
    status_code=201,
    response_model=ArrangementView,
    responses=refusals(Conflict),
)
def draft_arrangement(
    document: ArrangementDraft,
    request: Request,
    actor: Annotated[Actor, needs(Scope.ARRANGEMENTS_WRITE, city_wide=True)],
    command: IdempotentCommand,
) -> Response:
    """Draft a fiscal arrangement. It has no effect until another person confirms it."""
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.draft(connection, document.draft(), by=actor.subject, now=now),
        status=201,
        headers=lambda body: {"Location": f"/v1/arrangements/{body['id']}"},
    )


@router.get("", operation_id="list_arrangements", response_model=PageWithPossibleActs[ArrangementView])
def list_arrangements(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List arrangements, drafts included, in the order in which they were drafted."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = repository.views(connection, after=after, limit=limit + 1)
    may = {"possible_acts": possible_acts(request, actor, ["draft_arrangement"])}
    return json_response(page(rows, limit, "id") | may)


@router.get(
    "/{arrangement_id}",
    operation_id="get_arrangement",
    response_model=ArrangementDetail,
    responses=refusals(NotFound),
)
def get_arrangement(
    arrangement_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
) -> Response:
    """Give one arrangement with its rows."""
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        found = handlers.get(connection, arrangement_id)
        allowed = handlers.allowed(connection, found, by=actor.subject, samples_allowed=state.samples_allowed)
    return json_response(found | {"possible_acts": possible_acts(request, actor, allowed)})


@router.post(
    "/{arrangement_id}/confirm",
    operation_id="confirm_arrangement",
    response_model=ArrangementView,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def confirm_arrangement(
    arrangement_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.ARRANGEMENTS_CONFIRM, city_wide=True)],
    command: IdempotentCommand,
) -> Response:
    """Confirm a draft that another person wrote: it is in force in its period, and is never edited again."""
    state = request.app.state
    return command.run(
        lambda connection: handlers.confirm(
            connection,
            arrangement_id,
            by=actor.subject,
            now=state.clock.now(),
            samples_allowed=state.samples_allowed,
        )
    )
