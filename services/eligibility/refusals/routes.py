"""Routes of refusals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.decisions import receipts
from services.eligibility.decisions.provenance import with_provenance
from services.eligibility.refusals import handlers, repository
from services.eligibility.refusals.domain import RefusalState
from services.eligibility.refusals.schemas import (
    ExplainedRefusal,
    Refusal,
    RefusalDetail,
    RefusalRequest,
    StatementBody,
)
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, InFlight, NotFound, SamePerson, Unavailable
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import language_of
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/refusals", tags=["refusals"])

Reader = Annotated[Actor, needs(Scope.DECISIONS_READ, own=Scope.OWN_READ)]
Writer = Annotated[Actor, needs(Scope.REFUSALS_WRITE, own=Scope.OWN_WRITE)]


@router.post(
    "",
    operation_id="draw_up_refusal",
    status_code=201,
    response_model=RefusalDetail,
    responses=refusals(Conflict, handlers.Granted, handlers.Stopped, InFlight, Unavailable),
)
def draw_up_refusal(actor: Writer, command: IdempotentCommand, body: RefusalRequest, request: Request) -> Response:
    """Compute why an award is not given, and seal it; another person issues it.

    What is granted or proposed is not refused: the answer names the decision.
    """
    state = request.app.state

    def act(connection: Connection) -> object:
        today = calendar_date(state.clock.now())
        row = handlers.draw_up(connection, state.registry, body.case(), actor, today=today)
        return handlers.detail(connection, row)

    return command.run(act, status=201, headers=lambda made: {"Location": f"/v1/refusals/{made['id']}"})


@router.get("", operation_id="list_refusals", response_model=Page[Refusal])
def list_refusals(
    actor: Reader,
    request: Request,
    uscc: Annotated[str | None, Query(max_length=18, description="The enterprise that is refused")] = None,
    award: Annotated[str | None, Query(max_length=60, description="Code of the award")] = None,
    award_year: Annotated[int | None, Query(ge=0, le=9_999)] = None,
    state: RefusalState | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List refusals, oldest first."""
    filters = {"payee_uscc": uscc, "award": award, "award_year": award_year}
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        found = repository.find(connection, actor, filters=filters, state=state, after=after, limit=limit + 1)
    return json_response(page(found, limit, "id"))


@router.get("/{refusal_id}", operation_id="get_refusal", response_model=ExplainedRefusal, responses=refusals(NotFound))
def get_refusal(actor: Reader, refusal_id: UUID, request: Request) -> Response:
    """Read a refusal, what was stated about it, and why, from its sealed inputs. `Accept-Language` zh-CN or en."""
    with request.app.state.database.reading() as connection:
        row = repository.get(connection, refusal_id, actor)
        explained = repository.explanation(connection, row).as_dict(language_of(request))
        shown = receipts.redacted(connection, row, actor, explained)
        found = handlers.detail(connection, row)
        possible = possible_acts(request, actor, handlers.possible(connection, row, actor))
    explanation = with_provenance(shown, request.app.state.registry.provenance, row.facts_revision)
    return json_response(found | {"explanation": explanation, "possible_acts": possible})


@router.post(
    "/{refusal_id}/statements",
    operation_id="state_on_refusal",
    status_code=201,
    response_model=RefusalDetail,
    responses=refusals(NotFound, Conflict, InFlight),
)
def state_on_refusal(actor: Writer, command: IdempotentCommand, refusal_id: UUID, body: StatementBody) -> Response:
    """Keep a statement of the enterprise (陈述申辩) with a refusal that is not issued yet."""
    return command.run(
        lambda connection: handlers.make_statement(
            connection, refusal_id, actor, statement=body.statement, document=body.document
        ),
        status=201,
    )


@router.post(
    "/{refusal_id}/issue",
    operation_id="issue_refusal",
    response_model=RefusalDetail,
    responses=refusals(NotFound, Conflict, handlers.Granted, SamePerson, InFlight),
)
def issue_refusal(
    actor: Annotated[Actor, needs(Scope.REFUSALS_ISSUE)], command: IdempotentCommand, refusal_id: UUID
) -> Response:
    """Issue a refusal, as another person than the one who proposed it."""
    return command.run(lambda connection: handlers.issue(connection, refusal_id, actor))
