"""Routes of the awards of a policy: their rules and their status."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.eligibility.awards import handlers
from services.eligibility.awards.schemas import (
    AwardRule,
    AwardStatusChange,
    AwardStatusChangeRequest,
    AwardStatusHistory,
)
from services.eligibility.interpretations.domain import policy_in_path
from shared import two_persons
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, InFlight, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import language_of
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/policies/{policy}/awards", tags=["policies"])

_READER = [needs(Scope.EVALUATIONS_READ, own=Scope.OWN_READ)]


@router.get(
    "",
    operation_id="list_award_rules",
    response_model=list[AwardRule],
    responses=refusals(NotFound),
    dependencies=_READER,
)
def list_award_rules(policy: str, request: Request) -> Response:
    """List the awards of a policy under its official interpretations: who, what, conditions, amount, and the data that decide.

    `definition` is the award under any interpretations, as the policy's hash covers it.
    """
    found, today = policy_in_path(policy), calendar_date(request.app.state.clock.now())
    with request.app.state.database.reading() as connection:
        return json_response(handlers.awards_view(connection, found, today, language_of(request)))


@router.get(
    "/{award}/status",
    operation_id="get_award_status",
    response_model=AwardStatusHistory,
    responses=refusals(NotFound),
)
def get_award_status(
    actor: Annotated[Actor, needs(Scope.EVALUATIONS_READ, own=Scope.OWN_READ)],
    policy: str,
    award: str,
    request: Request,
) -> Response:
    """Read whether an award is in force, suspended or ended today, and every act on it."""
    found, today = policy_in_path(policy), calendar_date(request.app.state.clock.now())
    with request.app.state.database.reading() as connection:
        shown = handlers.status_view(connection, found, award, today)
    for change in shown["changes"]:
        on_it = two_persons.allowed(change, actor.subject, confirm="confirm_award_status_change")
        change["possible_acts"] = possible_acts(request, actor, on_it)
    return json_response(shown | {"possible_acts": possible_acts(request, actor, ["propose_award_status_change"])})


@router.post(
    "/{award}/status",
    operation_id="propose_award_status_change",
    status_code=201,
    response_model=AwardStatusChange,
    responses=refusals(NotFound, InFlight),
)
def propose_award_status_change(
    actor: Annotated[Actor, needs(Scope.READINGS_PROPOSE, city_wide=True)],
    command: IdempotentCommand,
    policy: str,
    award: str,
    body: AwardStatusChangeRequest,
) -> Response:
    """Propose to suspend, end or resume an award by an official act.

    Once another person has confirmed it, evaluations whose decision day is `effective_on` or later propose no new award of it.
    Open proposals and awards in force go on, corrections included.
    """
    found = policy_in_path(policy)
    return command.run(
        lambda connection: handlers.propose_change(connection, found, award, body.model_dump(), by=actor.subject),
        status=201,
    )


@router.post(
    "/{award}/status/{change_id}/confirm",
    operation_id="confirm_award_status_change",
    response_model=AwardStatusChange,
    responses=refusals(NotFound, Conflict, SamePerson, InFlight),
)
def confirm_award_status_change(
    actor: Annotated[Actor, needs(Scope.READINGS_CONFIRM, city_wide=True)],
    command: IdempotentCommand,
    policy: str,
    award: str,
    change_id: UUID,
) -> Response:
    """Put a proposed act into effect; another person than its author."""
    found = policy_in_path(policy)
    return command.run(
        lambda connection: handlers.confirm_change(connection, found, award, change_id, by=actor.subject)
    )
