"""Reconciliation over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.payout.reconciliation import handlers
from services.payout.reconciliation.schemas import Asked, Reconciliation
from shared.authorization import Actor, Scope
from shared.errors import InFlight
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Limit
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1", tags=["reconciliation"])


@router.get("/reconciliation", operation_id="reconcile_books", response_model=Reconciliation)
def reconcile_books(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ, city_wide=True)],
    limit: Limit = 100,
    eligibility: Annotated[
        bool, Query(description="Compare eligibility's decisions in force with payout's awards")
    ] = True,
) -> Response:
    """Compare everything that is stored in two places, at one instant; name up to `limit` differences of each kind."""
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        decisions = state.decisions if eligibility else None
        found = handlers.reconcile(connection, decisions, state.clock.now(), limit)
    allowed = possible_acts(request, actor, ["ask_for_missing_decisions", "export_for_auditors"])
    return json_response(found | {"possible_acts": allowed})


@router.post(
    "/reconciliation/requests",
    operation_id="ask_for_missing_decisions",
    response_model=Asked,
    responses=refusals(InFlight),
)
def ask_for_missing_decisions(
    request: Request,
    actor: Annotated[Actor, needs(Scope.EVENTS_REPUBLISH, city_wide=True)],  # noqa: ARG001 - asks for the scope
    command: IdempotentCommand,
) -> Response:
    """Request the events of decisions in force that payout lacks. The worker does the same once an hour."""
    state = request.app.state

    def act(connection: Connection) -> object:
        return handlers.ask_for_missing(connection, state.decisions, state.clock.now())

    return command.run(act)
