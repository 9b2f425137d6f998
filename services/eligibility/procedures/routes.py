"""Routes of the official procedure of a policy."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.eligibility.interpretations.domain import policy_in_path
from services.eligibility.procedures import handlers
from services.eligibility.procedures.schemas import OfficialProcedure, ProcedureChange, ProcedureRequest
from shared import two_persons
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import language_of
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/policies/{policy}/procedure", tags=["policies"])


@router.get(
    "",
    operation_id="get_procedure",
    response_model=OfficialProcedure,
    responses=refusals(NotFound),
)
def get_procedure(
    actor: Annotated[Actor, needs(Scope.EVALUATIONS_READ, own=Scope.OWN_READ)], policy: str, request: Request
) -> Response:
    """Read the official procedure of a policy, and every procedure ever proposed."""
    found = policy_in_path(policy)
    with request.app.state.database.reading() as connection:
        shown = handlers.procedure_view(connection, found, language_of(request))
    for change in shown["changes"]:
        on_it = two_persons.allowed(change, actor.subject, confirm="confirm_procedure")
        change["possible_acts"] = possible_acts(request, actor, on_it)
    return json_response(shown | {"possible_acts": possible_acts(request, actor, ["propose_procedure"])})


@router.post(
    "",
    operation_id="propose_procedure",
    status_code=201,
    response_model=ProcedureChange,
    responses=refusals(NotFound, InFlight),
)
def propose_procedure(
    actor: Annotated[Actor, needs(Scope.READINGS_PROPOSE, city_wide=True)],
    command: IdempotentCommand,
    policy: str,
    body: ProcedureRequest,
) -> Response:
    """Propose a procedure; it holds for proposals made after another person has confirmed it."""
    found = policy_in_path(policy)
    return command.run(
        lambda connection: handlers.propose_change(connection, found, body.procedure(), body.reason, by=actor.subject),
        status=201,
    )


@router.post(
    "/{change_id}/confirm",
    operation_id="confirm_procedure",
    response_model=ProcedureChange,
    responses=refusals(NotFound, Conflict, SamePerson, InFlight),
)
def confirm_procedure(
    actor: Annotated[Actor, needs(Scope.READINGS_CONFIRM, city_wide=True)],
    command: IdempotentCommand,
    policy: str,
    change_id: UUID,
) -> Response:
    """Make a proposed procedure official; proposals from now on follow it."""
    found = policy_in_path(policy)
    return command.run(lambda connection: handlers.confirm_change(connection, found, change_id, by=actor.subject))
