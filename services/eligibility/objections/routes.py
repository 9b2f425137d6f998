"""Routes of objections."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from services.eligibility.notices import repository as notices
from services.eligibility.objections import handlers, repository
from services.eligibility.objections.schemas import Objection, ObjectionBody, ObjectionDetail, OutcomeBody
from services.eligibility.refusals.handlers import Granted
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, Forbidden, InFlight, NotFound, SamePerson, Unavailable
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1", tags=["objections"])

Reader = Annotated[Actor, needs(Scope.OBJECTIONS_READ, own=Scope.OWN_READ)]


@router.post(
    "/notices/{notice_id}/objections",
    operation_id="record_objection",
    status_code=201,
    response_model=Objection,
    responses=refusals(NotFound, Forbidden, Conflict, Granted, InFlight, Unavailable),
)
def record_objection(
    actor: Annotated[Actor, needs(Scope.OBJECTIONS_WRITE, own=Scope.OWN_WRITE)],
    command: IdempotentCommand,
    notice_id: UUID,
    body: ObjectionBody,
    request: Request,
) -> Response:
    """Record an objection against a decision in an open notice, which alone is suspended, or against what the notice omits."""

    state = request.app.state

    def act(connection: Connection) -> object:
        if body.decision_id is not None:
            return handlers.record_objection(
                connection, notice_id, body.decision_id, actor, objector=body.objector, reason=body.reason
            )
        uscc, case = body.omission()
        today = calendar_date(state.clock.now())
        return handlers.record_omission(
            connection,
            state.registry,
            notice_id,
            uscc,
            case,
            actor,
            objector=body.objector,
            reason=body.reason,
            today=today,
        )

    return command.run(
        act,
        status=201,
        headers=lambda made: {"Location": f"/v1/objections/{made['id']}"},
    )


@router.get(
    "/notices/{notice_id}/objections",
    operation_id="list_objections",
    response_model=Page[Objection],
    responses=refusals(NotFound),
)
def list_objections(
    actor: Reader, notice_id: UUID, request: Request, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """List the objections made in a notice, oldest first."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        notices.get(connection, notice_id, actor)
        found = repository.find(connection, notice_id, actor, after=after, limit=limit + 1)
    return json_response(page(found, limit, "id"))


@router.get(
    "/objections/{objection_id}",
    operation_id="get_objection",
    response_model=ObjectionDetail,
    responses=refusals(NotFound),
)
def get_objection(actor: Reader, objection_id: UUID, request: Request) -> Response:
    """Read an objection and what became of it."""
    with request.app.state.database.reading() as connection:
        row = repository.get(connection, objection_id, actor)
    allowed = possible_acts(request, actor, handlers.possible_operations(row, actor))
    return json_response(repository.view(row, actor) | {"possible_acts": allowed})


@router.post(
    "/objections/{objection_id}/decide",
    operation_id="decide_objection",
    response_model=Objection,
    responses=refusals(NotFound, Conflict, Granted, SamePerson, InFlight, Unavailable),
)
def decide_objection(
    actor: Annotated[Actor, needs(Scope.OBJECTIONS_DECIDE)],
    command: IdempotentCommand,
    objection_id: UUID,
    body: OutcomeBody,
    request: Request,
) -> Response:
    """Reject or uphold an objection.

    After a rejection the decision continues. After an upheld objection it stays suspended until the fact or the official
    interpretation is corrected and the case evaluated again; no amount is entered by hand. The rejection of an objection against
    an omission draws up the refusal.
    """
    state = request.app.state
    today = calendar_date(state.clock.now())
    return command.run(
        lambda connection: handlers.decide_objection(
            connection, state.registry, objection_id, actor, outcome=body.outcome, reason=body.reason, today=today
        )
    )
