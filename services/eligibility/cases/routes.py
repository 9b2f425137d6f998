"""The route of a case."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.eligibility.cases import handlers
from services.eligibility.decisions import repository
from services.eligibility.decisions.schemas import DecisionDetail
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import NotFound
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.negotiation import language_of
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])


@router.get("/{decision_id}", operation_id="get_decision", response_model=DecisionDetail, responses=refusals(NotFound))
def get_decision(
    actor: Annotated[Actor, needs(Scope.DECISIONS_READ, own=Scope.OWN_READ)], decision_id: UUID, request: Request
) -> Response:
    """Read a decision with everything that was done to it, and what the caller can do with it now."""
    state = request.app.state
    with state.database.reading() as connection:
        row = repository.read_told(connection, decision_id, actor, state.notice_working_days)
        case = handlers.Case(connection, row, actor, calendar_date(state.clock.now()))
        allowed = possible_acts(request, actor, handlers.OPERATIONS)
        shown = repository.view(row, language_of(request)) | {
            "steps": repository.steps(row),
            "acts": repository.acts(row, language_of(request)),
            "possible_acts": [operation for operation in allowed if handlers.is_possible(operation, case)],
        }
    return json_response(shown, headers={"ETag": repository.etag(row)})
