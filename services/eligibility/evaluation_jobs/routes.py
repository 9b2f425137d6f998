"""Routes of evaluations."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import repository as decisions
from services.eligibility.evaluation_jobs import handlers, repository
from services.eligibility.evaluation_jobs.domain import EVALUATION, EvaluationTask
from services.eligibility.evaluation_jobs.refusals import Refusals, RefusalSource
from services.eligibility.evaluation_jobs.schemas import Evaluation, EvaluationRequest, Outcome, Result
from services.eligibility.interpretations.repository import stored_interpretations
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound
from shared.jobs import repository as jobs
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.jobs import job_response
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
        row = jobs.get(connection, evaluation_id, EVALUATION)
        if row.state != "succeeded":
            raise Conflict("The evaluation is {state}. It has outcomes once it has succeeded.", state=row.state)
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
    task = EvaluationTask.of(row.input)
    policy = load_policy(task.policy)
    registry: RegistryFacts = request.app.state.registry
    source = RefusalSource(
        row.id,
        lambda datasets: registry.at(row.result["facts_revision"], datasets),
        policy,
        stored_interpretations(policy, document),
        task.award_years,
        task.decided_on,
        None if task.scope == "all" else task.scope,
    )
    pages: Refusals = request.app.state.refusals
    place = (after[0], after[1]) if after else ("", 0)
    computed = pages.page(source, jurisdiction=actor.jurisdiction, after=place, limit=limit + 1)
    return json_response(page([repository.outcome_view(each) for each in computed], limit, "award", "number"))
