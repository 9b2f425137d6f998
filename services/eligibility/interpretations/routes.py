"""Routes of policies and their official interpretations."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.eligibility.interpretations import handlers
from services.eligibility.interpretations.domain import policy_in_path
from services.eligibility.interpretations.schemas import (
    CoveredSentence,
    InterpretationChange,
    InterpretationChangeRequest,
    Interpretations,
    Policy,
    PolicySummary,
)
from services.eligibility.rules.library import load_policy
from shared import two_persons
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound, SamePerson
from shared.policies import POLICIES
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import language_of
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/policies", tags=["policies"])

Reader = Annotated[Actor, needs(Scope.EVALUATIONS_READ, own=Scope.OWN_READ)]
_READER = [needs(Scope.EVALUATIONS_READ, own=Scope.OWN_READ)]
_ON_A_POLICY = (
    "start_evaluation",
    "open_round",
    "start_simulation",
    "preview_impact",
    "read_scenario_facts",
    "propose_interpretation_change",
    "propose_procedure",
)
"""Operations that a policy allows at any time."""


@router.get("", operation_id="list_policies", response_model=list[PolicySummary], dependencies=_READER)
def list_policies(request: Request) -> Response:
    """List the policies that this service applies."""
    shown = [handlers.policy_view(load_policy(code), language_of(request)) for code in POLICIES]
    return json_response([{name: value for name, value in each.items() if name != "parameters"} for each in shown])


@router.get(
    "/{policy}",
    operation_id="get_policy",
    response_model=Policy,
    responses=refusals(NotFound),
)
def get_policy(actor: Reader, policy: str, request: Request) -> Response:
    """Read a policy with all its parameters: dated values, unit and article."""
    shown = handlers.policy_view(policy_in_path(policy), language_of(request))
    return json_response(shown | {"possible_acts": possible_acts(request, actor, _ON_A_POLICY)})


@router.get(
    "/{policy}/coverage",
    operation_id="list_coverage",
    response_model=list[CoveredSentence],
    responses=refusals(NotFound),
    dependencies=_READER,
)
def list_coverage(policy: str, request: Request) -> Response:
    """List every sentence of the document and how it is applied, then the criteria that the document does not state."""
    return json_response(handlers.coverage_view(policy_in_path(policy), language_of(request)))


@router.get(
    "/{policy}/interpretations",
    operation_id="get_interpretations",
    response_model=Interpretations,
    responses=refusals(NotFound),
)
def get_interpretations(actor: Reader, policy: str, request: Request) -> Response:
    """Read the official interpretations and every change ever proposed."""
    found = policy_in_path(policy)
    with request.app.state.database.reading() as connection:
        shown = handlers.interpretations_view(connection, found, language_of(request))
    for change in shown["changes"]:
        on_it = two_persons.allowed(change, actor.subject, confirm="confirm_interpretation_change")
        change["possible_acts"] = possible_acts(request, actor, on_it)
    return json_response(shown | {"possible_acts": possible_acts(request, actor, ["propose_interpretation_change"])})


@router.post(
    "/{policy}/interpretations",
    operation_id="propose_interpretation_change",
    status_code=201,
    response_model=InterpretationChange,
    responses=refusals(NotFound, InFlight),
)
def propose_interpretation_change(
    actor: Annotated[Actor, needs(Scope.READINGS_PROPOSE, city_wide=True)],
    command: IdempotentCommand,
    policy: str,
    body: InterpretationChangeRequest,
) -> Response:
    """Propose a change of the official interpretations; it takes effect once another person has confirmed it."""
    found = policy_in_path(policy)
    return command.run(
        lambda connection: handlers.propose_change(
            connection, found, body.interpretations, body.reason, by=actor.subject
        ),
        status=201,
    )


@router.post(
    "/{policy}/interpretations/{change_id}/confirm",
    operation_id="confirm_interpretation_change",
    response_model=InterpretationChange,
    responses=refusals(NotFound, Conflict, SamePerson, InFlight),
)
def confirm_interpretation_change(
    actor: Annotated[Actor, needs(Scope.READINGS_CONFIRM, city_wide=True)],
    command: IdempotentCommand,
    policy: str,
    change_id: UUID,
) -> Response:
    """Make a proposed change official; evaluations from now on use it."""
    found = policy_in_path(policy)
    return command.run(lambda connection: handlers.confirm_change(connection, found, change_id, by=actor.subject))
