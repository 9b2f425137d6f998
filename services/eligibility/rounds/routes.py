"""Routes of rounds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.eligibility.rounds import handlers, repository
from services.eligibility.rounds.schemas import RiskyDecision, Round, RoundDetail, RoundRequest
from shared.authorization import Actor, Scope
from shared.errors import InFlight, NotFound
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import language_of
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/rounds", tags=["rounds"])

Reader = Annotated[Actor, needs(Scope.DECISIONS_READ)]


@router.post("", operation_id="open_round", status_code=201, response_model=Round, responses=refusals(InFlight))
def open_round(
    actor: Annotated[Actor, needs(Scope.EVALUATIONS_WRITE, city_wide=True)],
    command: IdempotentCommand,
    body: RoundRequest,
) -> Response:
    """Open a round: proposals of evaluations that name it belong to it."""
    return command.run(
        lambda connection: handlers.open_round(connection, body.model_dump(), by=actor.subject),
        status=201,
        headers=lambda made: {"Location": f"/v1/rounds/{made['id']}"},
    )


@router.get(
    "",
    operation_id="list_rounds",
    response_model=Page[Round],
    dependencies=[needs(Scope.DECISIONS_READ)],
)
def list_rounds(request: Request, policy: str | None = None, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """List rounds, oldest first."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        return json_response(
            page(repository.find(connection, policy=policy, after=after, limit=limit + 1), limit, "id")
        )


@router.get("/{round_id}", operation_id="get_round", response_model=RoundDetail, responses=refusals(NotFound))
def get_round(actor: Reader, round_id: UUID, request: Request) -> Response:
    """Read a round: how many decisions it has, and of what sum, by award, jurisdiction, state and what they wait for."""
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        shown = handlers.round_view(
            connection,
            round_id,
            jurisdiction=actor.jurisdiction,
            notice_days=state.notice_working_days,
            working_days=state.task_working_days,
            language=language_of(request),
        )
        allowed = handlers.possible_operations(connection, round_id, actor)
    return json_response(shown | {"possible_acts": possible_acts(request, actor, allowed)})


@router.get(
    "/{round_id}/risks",
    operation_id="list_round_risks",
    response_model=Page[RiskyDecision],
    responses=refusals(NotFound),
)
def list_round_risks(
    actor: Reader, round_id: UUID, request: Request, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """List what waits for approval in a round and deserves a look before it is approved with the others, the gravest first."""
    days, after = request.app.state.notice_working_days, decode_cursor(cursor, int, int, str)
    with request.app.state.database.reading() as connection:
        repository.get(connection, round_id)
        rows = repository.risks(
            connection, round_id, jurisdiction=actor.jurisdiction, notice_days=days, after=after, limit=limit + 1
        )
    shown = page(rows, limit, "gravity", "entitlement_fen", "id")
    return json_response(
        shown | {"items": [{k: v for k, v in row.items() if k != "gravity"} for row in shown["items"]]}
    )
