"""Routes of simulations, impact previews, assessments, and files with facts for them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.awards.handlers import statuses
from services.eligibility.evaluation_jobs.refusals import Refusals
from services.eligibility.evaluation_jobs.schemas import Result
from services.eligibility.interpretations.domain import policy_in_body
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.scenarios import assessments, impact, repository, simulations
from services.eligibility.scenarios.facts_file import read_facts
from services.eligibility.scenarios.inline_facts import MAX_ERRORS
from services.eligibility.scenarios.schemas import (
    Assessment,
    AssessmentRequest,
    Change,
    Impact,
    ImpactRequest,
    ScenarioFacts,
    SimulatedOutcome,
    Simulation,
    SimulationRequest,
)
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, Forbidden, InFlight, NotFound, TooLarge, Unavailable, UnsupportedMediaType
from shared.files.domain import FileRefused
from shared.jobs import repository as jobs
from shared.media_types import CSV, FILE_TYPES, XLSX
from shared.spreadsheets import declared_format
from shared.web.auth import needs
from shared.web.files import FILE_CONTENT, warnings_in
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.jobs import job_response, shown_job
from shared.web.negotiation import language_of
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, decode_id, page
from shared.web.problems import field_errors, refusals

simulations_router = APIRouter(prefix="/v1/simulations", tags=["simulations"])
impact_router = APIRouter(prefix="/v1/impact", tags=["impact"])
assessments_router = APIRouter(prefix="/v1/assessments", tags=["assessments"])

facts_router = APIRouter(prefix="/v1/scenario-facts", tags=["simulations"])

Reader = Annotated[Actor, needs(Scope.EVALUATIONS_READ)]
Simulator = Annotated[Actor, needs(Scope.SIMULATIONS_WRITE, city_wide=True)]


@simulations_router.post(
    "",
    operation_id="start_simulation",
    status_code=202,
    response_model=Simulation,
    responses=refusals(InFlight, Unavailable),
)
def start_simulation(
    actor: Simulator,
    command: IdempotentCommand,
    body: SimulationRequest,
    request: Request,
) -> Response:
    """Evaluate all awards in a scenario (other interpretations, parameters or facts) beside today's; nothing is decided."""
    state = request.app.state

    def act(connection: Connection) -> object:
        scenario = body.scenario(body.facts_revision)
        simulation_id = simulations.start(connection, scenario, state.registry, actor=actor, now=state.clock.now())
        return simulations.view(connection, simulation_id, actor)

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/simulations/{made['id']}"})


@simulations_router.get(
    "", operation_id="list_simulations", response_model=Page[Simulation], dependencies=[needs(Scope.EVALUATIONS_READ)]
)
def list_simulations(request: Request, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """List simulations, the newest first, without their results."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = jobs.find(connection, simulations.SIMULATION, after=after, limit=limit + 1)
    return json_response(page([shown_job(request, simulations.summary(row)) for row in rows], limit, "id"))


@simulations_router.get(
    "/{simulation_id}", operation_id="get_simulation", response_model=Simulation, responses=refusals(NotFound)
)
def get_simulation(actor: Reader, simulation_id: UUID, request: Request) -> Response:
    """Read a simulation: its progress, and what it would cost per award, jurisdiction and budget beside today's."""
    with request.app.state.database.reading() as connection:
        return job_response(request, simulations.view(connection, simulation_id, actor))


@simulations_router.get(
    "/{simulation_id}/outcomes",
    operation_id="list_simulated_outcomes",
    response_model=Page[SimulatedOutcome],
    responses=refusals(NotFound, Conflict),
)
def list_simulated_outcomes(
    actor: Reader,
    simulation_id: UUID,
    request: Request,
    result: Annotated[Result | None, Query(description="Only these; most refusals are computed when asked for")] = None,
    change: Annotated[Change | None, Query(description="Only awards with this change")] = None,
    award: Annotated[str | None, Query(description="Only this award, by its code")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List the outcomes of a simulation beside today's.

    Without `result`: what would be granted or undetermined, and what only today grants. With `refused`: what only today grants,
    then all that is refused today as well.
    """
    database = request.app.state.database
    place = _place(decode_cursor(cursor, str, int))
    with database.reading() as connection:
        row = jobs.get(connection, simulation_id, simulations.SIMULATION)
        if row.state != "succeeded":
            raise Conflict("The simulation is {state}. It has outcomes once it has succeeded.", state=row.state)
        found: list[dict[str, Any]] = []
        if not place[0]:
            found = repository.find(
                connection,
                simulation_id,
                filters={"result": result, "change": change, "award": award},
                jurisdiction=actor.jurisdiction,
                after=place[1],
                limit=limit + 1,
            )
    for each in found:
        each["of"] = ""  # stored: one sequence for all awards
    if result is Result.REFUSED and change in (None, Change.SAME) and len(found) <= limit:
        pages: Refusals = request.app.state.refusals
        computed = pages.page(
            simulations.refusal_source(database, request.app.state.registry, row),
            jurisdiction=actor.jurisdiction,
            after=place if place[0] else ("", 0),
            limit=limit + 1 - len(found),
            award=award,
        )
        found += [each | {"of": each["award"]} for each in computed]
    shown = [repository.simulated_view(each) | {"of": each["of"]} for each in found]
    paged = page(shown, limit, "of", "number")
    for each in paged["items"]:
        del each["of"]
    return json_response(paged)


def _place(after: list[Any] | None) -> tuple[str, int]:
    """Return the award whose refusals the page continues (empty: stored outcomes), and the number after which it continues."""
    return (after[0], after[1]) if after else ("", 0)


@impact_router.post("", operation_id="preview_impact", response_model=Impact, responses=refusals(Unavailable))
def preview_impact(actor: Simulator, body: ImpactRequest, request: Request) -> Response:
    """Preview what a correction of facts would change, and the money to recover.

    Only subjects that the corrected rows concern are evaluated, before and after. Nothing is stored.
    """
    state = request.app.state
    return json_response(
        impact.preview_impact(
            state.database,
            state.registry,
            state.payout,
            actor,
            policy_code=body.policy,
            award_years=body.award_years,
            decided_on=body.decided_on or calendar_date(state.clock.now()),
            facts=body.facts,
            withdrawals=body.withdrawals,
        )
    )


@assessments_router.post("", operation_id="assess_enterprise", response_model=Assessment, responses=refusals(Forbidden))
def assess_enterprise(
    actor: Annotated[Actor, needs(Scope.SIMULATIONS_WRITE, own=Scope.OWN_READ)],
    body: AssessmentRequest,
    request: Request,
) -> Response:
    """Assess what one enterprise would get, why, and what it lacks; nothing is decided or stored."""
    state = request.app.state
    with state.database.reading() as connection:
        policy = policy_in_body(body.policy)
        official = official_interpretations(connection, policy)
        status = statuses(connection, policy, body.decided_on)
    return json_response(
        assessments.assess(
            body.scenario(),
            official,
            state.registry,
            body.uscc,
            language_of(request),
            actor=actor,
            today=calendar_date(state.clock.now()),
            from_registry=body.from_registry,
            only=body.awards,
            status=status,
        )
    )


async def _body(request: Request) -> bytes:
    return await request.body()


@facts_router.post(
    "",
    operation_id="read_scenario_facts",
    response_model=ScenarioFacts,
    responses=refusals(FileRefused, UnsupportedMediaType, TooLarge),
    openapi_extra={"requestBody": {"required": True, "content": FILE_CONTENT}},
)
def read_scenario_facts(
    actor: Simulator,  # noqa: ARG001 - only whoever may simulate
    request: Request,
    content: Annotated[bytes, Depends(_body)],
    dataset: Annotated[str, Query(description="Dataset of the rows")],
    sheet: Annotated[
        str | None,
        Query(max_length=100, description="Sheet of a workbook; the first visible one with the headings if left out"),
    ] = None,
) -> Response:
    """Read a file (CSV or a workbook) as the registry would; return its rows as `facts` of a scenario. Nothing is stored."""
    declared_format(request.headers.get("content-type"), (CSV, XLSX, *FILE_TYPES))
    found, language = (
        read_facts(content, dataset, sheet, calendar_date(request.app.state.clock.now())),
        language_of(request),
    )
    return json_response(
        {
            "facts": {dataset: found.rows},
            "rows": {
                "read": found.read,
                "accepted": len(found.rows),
                "unchanged": found.unchanged,
                "rejected": found.read - len(found.rows) - found.unchanged,
            },
            "skipped": found.skipped,
            "warnings": warnings_in(language, found.warnings.as_data()),
            "errors": field_errors(found.mistakes[:MAX_ERRORS], language),
        }
    )
