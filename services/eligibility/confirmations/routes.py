"""The route of confirmations."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.eligibility.confirmations import handlers
from services.eligibility.confirmations.schemas import Confirmation, ConfirmationBody
from services.eligibility.decisions.schemas import Decision
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, InFlight, NotFound
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import language_of
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])


@router.post(
    "/{decision_id}/confirmation",
    operation_id="confirm_decision",
    response_model=Decision,
    responses=refusals(NotFound, Conflict, handlers.TooLate, InFlight),
)
def confirm_decision(
    actor: Annotated[Actor, needs(Scope.CONFIRMATIONS_WRITE, own=Scope.OWN_WRITE)],
    command: IdempotentCommand,
    decision_id: UUID,
    body: ConfirmationBody,
    request: Request,
) -> Response:
    """Record whether the payee wants the award: by the enterprise itself, or by an officer with the enterprise's document."""
    state, language = request.app.state, language_of(request)
    return command.run(
        lambda connection: handlers.confirm(
            connection,
            decision_id,
            actor,
            accept=body.accept,
            statement=body.statement(),
            today=calendar_date(state.clock.now()),
            notice_days=state.notice_working_days,
            language=language,
        )
    )


@router.get(
    "/{decision_id}/confirmation",
    operation_id="get_confirmation",
    response_model=Confirmation,
    responses=refusals(NotFound),
)
def get_confirmation(
    actor: Annotated[Actor, needs(Scope.DECISIONS_READ, own=Scope.OWN_READ)], decision_id: UUID, request: Request
) -> Response:
    """Read the confirmation of a decision, and what became of the account that was confirmed with it."""
    with request.app.state.database.reading() as connection:
        return json_response(handlers.confirmation_view(connection, decision_id, actor))
