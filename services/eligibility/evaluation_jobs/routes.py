"""Routes of evaluations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import repository as decisions
from services.eligibility.engine.distances import distances, granted_amounts
from services.eligibility.evaluation_jobs import handlers, repository
from services.eligibility.evaluation_jobs.domain import EVALUATION, EvaluationTask
from services.eligibility.evaluation_jobs.refusals import Refusals, RefusalSource
from services.eligibility.evaluation_jobs.schemas import (
    AwardDistances,
    Evaluation,
    EvaluationRequest,
    Outcome,
    Result,
)
from services.eligibility.interpretations.repository import stored_interpretations
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound
from shared.jobs import repository as jobs
from shared.policies import TIERED_AWARDS
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.jobs import job_response
from shared.web.negotiation import language_of
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/evaluations", tags=["evaluations"])


@router.post(
    "", operation_id="start_evaluation", status_code=202, response_model=Evaluation, responses=refusals(InFlight)
)
def start_evaluation(
    actor: Annotated[Actor, needs(Scope.EVALUATIONS_WRITE, city_wide=True)],
    command: IdempotentCommand,
    body: EvaluationRequest,
    request: Request,
) -> Response:
    """Evaluate awards at the registry's newest revision and propose what differs from the versions in force."""
    clock = request.app.state.clock

    def act(connection: Connection) -> object:
        task = EvaluationTask(body.policy, body.award_years, body.scope, body.decided_on, round_id=body.round_id)
        evaluation_id = handlers.start(connection, task, by=actor.subject, now=clock.now())
        return handlers.view(connection, evaluation_id)

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/evaluations/{made['id']}"})


@router.get(
    "/{evaluation_id}",
    operation_id="get_evaluation",
    response_model=Evaluation,
    responses=refusals(NotFound),
    dependencies=[needs(Scope.EVALUATIONS_READ)],
)
def get_evaluation(evaluation_id: UUID, request: Request) -> Response:
    """Read an evaluation: its progress, and how many decisions it proposed."""
    with request.app.state.database.reading() as connection:
        return job_response(request, handlers.view(connection, evaluation_id))


@router.get(
    "/{evaluation_id}/outcomes",
    operation_id="list_outcomes",
    response_model=Page[Outcome],
    responses=refusals(NotFound, Conflict),
)
def list_outcomes(
    actor: Annotated[Actor, needs(Scope.EVALUATIONS_READ)],
    evaluation_id: UUID,
    request: Request,
    result: Annotated[Result | None, Query(description="Only these; refusals are computed when asked for")] = None,
    round_id: Annotated[UUID | None, Query(description="None of them if the evaluation is of another round")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List the outcomes of an evaluation: without `result`, those that are stored (granted and undetermined)."""
    refused = result is Result.REFUSED
    after = decode_cursor(cursor, str, int) if refused else decode_cursor(cursor, int)
    database = request.app.state.database
    with database.reading() as connection:
        row = _ended(connection, evaluation_id)
        if round_id is not None and row.input.get("round_id") != str(round_id):
            return json_response(page([], limit, "number"))
        if not refused:
            stored = repository.find_outcomes(
                connection,
                evaluation_id,
                result=result,
                jurisdiction=actor.jurisdiction,
                after=after[0] if after else 0,
                limit=limit + 1,
            )
            return json_response(page(stored, limit, "number"))
        document = decisions.document(connection, row.result["interpretations_hash"])
    pages: Refusals = request.app.state.refusals
    place = (after[0], after[1]) if after else ("", 0)
    source = _source(request, row, document)
    computed = pages.page(source, jurisdiction=actor.jurisdiction, after=place, limit=limit + 1)
    return json_response(page([repository.outcome_view(each) for each in computed], limit, "award", "number"))


@router.get(
    "/{evaluation_id}/distances",
    operation_id="get_distances",
    response_model=AwardDistances,
    responses=refusals(NotFound, Conflict),
)
def get_distances(
    actor: Annotated[Actor, needs(Scope.EVALUATIONS_READ)],
    evaluation_id: UUID,
    request: Request,
    award: Annotated[str, Query(description="Code of an award of the policy")],
) -> Response:
    """Count the refused cases of an award by the conditions that they fail and by how much they lack, and the granted by amount.

    Both are computed when asked for, on the facts of the evaluation; an officer of a district sees those of the district.
    """
    with request.app.state.database.reading() as connection:
        row = _ended(connection, evaluation_id)
        document = decisions.document(connection, row.result["interpretations_hash"])
    source, language = _source(request, row, document), language_of(request)
    if award not in source.policy.award_titles:
        raise NotFound("There is no such award. Awards: {known}.", known=", ".join(source.policy.award_titles))
    computing: Refusals = request.app.state.refusals
    evaluated = computing.cases(source, award)
    place = actor.jurisdiction
    conditions = [] if evaluated is None else distances(evaluated, jurisdiction=place)
    amounts = {} if evaluated is None else granted_amounts(evaluated, jurisdiction=place)
    is_tiered = award in TIERED_AWARDS
    view = {
        "award": award,
        "title": source.policy.award_titles[award].within(language),
        "granted": sum(amounts.values()),
        "tiers": [{"entitlement_fen": fen, "cases": cases} for fen, cases in amounts.items()] if is_tiered else [],
        "conditions": [
            {
                "name": each.condition.name,
                "title": source.policy.condition_words[each.condition.name].within(language),
                "cases": each.cases,
                "alone": each.alone,
                "bands": [asdict(band) for band in each.bands],
            }
            for each in conditions
        ],
    }
    return json_response(view)


def _ended(connection: Connection, evaluation_id: UUID) -> Any:
    """Return the job of an evaluation that has succeeded; raises NotFound or Conflict."""
    row = jobs.get(connection, evaluation_id, EVALUATION)
    if row.state != "succeeded":
        raise Conflict("The evaluation is {state}. It has outcomes once it has succeeded.", state=row.state)
    return row


def _source(request: Request, row: Any, document: Any) -> RefusalSource:
    """Return what the outcomes of an evaluation were computed from; `document` has its interpretations."""
    task = EvaluationTask.of(row.input)
    policy = load_policy(task.policy)
    registry: RegistryFacts = request.app.state.registry
    return RefusalSource(
        row.id,
        lambda datasets: registry.at(row.result["facts_revision"], datasets),
        policy,
        stored_interpretations(policy, document),
        task.award_years,
        task.decided_on,
        None if task.scope == "all" else task.scope,
    )
