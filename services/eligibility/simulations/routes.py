"""Routes of simulations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.evaluation_jobs.refusals import Refusals
from services.eligibility.evaluation_jobs.schemas import Result
from services.eligibility.simulations import handlers, repository
from services.eligibility.simulations.schemas import Change, SimulatedOutcome, Simulation, SimulationRequest
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound, Unavailable
from shared.jobs import repository as jobs
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.jobs import job_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/simulations", tags=["simulations"])

Reader = Annotated[Actor, needs(Scope.EVALUATIONS_READ)]


@router.post(
    "",
    operation_id="start_simulation",
    status_code=202,
    response_model=Simulation,
    responses=refusals(InFlight, Unavailable),
)
def start_simulation(
    actor: Annotated[Actor, needs(Scope.SIMULATIONS_WRITE)],
    command: IdempotentCommand,
    body: SimulationRequest,
    request: Request,
) -> Response:
    """Judge all awards with other readings, numbers or facts, and the same without them; nothing is decided."""
    state = request.app.state

    def act(connection: Connection) -> object:
        simulation_id = handlers.start(connection, body, state.registry, actor=actor, now=state.clock.now())
        return handlers.view(connection, simulation_id, actor)

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/simulations/{made['id']}"})


@router.get("/{simulation_id}", operation_id="get_simulation", response_model=Simulation, responses=refusals(NotFound))
def get_simulation(actor: Reader, simulation_id: UUID, request: Request) -> Response:
    """Read a simulation: its progress, and what it would cost per award, jurisdiction and budget beside today's."""
    with request.app.state.database.reading() as connection:
        return job_response(request, handlers.view(connection, simulation_id, actor))


@router.get(
    "/{simulation_id}/outcomes",
    operation_id="list_simulated_outcomes",
    response_model=Page[SimulatedOutcome],
    responses=refusals(NotFound, Conflict),
)
def list_simulated_outcomes(
    actor: Reader,
    simulation_id: UUID,
    request: Request,
    result: Annotated[
        Result | None, Query(description="Only these; most refusals are computed anew when asked for")
    ] = None,
    change: Annotated[Change | None, Query(description="Only awards of which this would become")] = None,
    award: Annotated[str | None, Query(description="Only this award, by its code")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List what a simulation found beside today's.

    Without `result`: what it would grant or leave open, and what today grants and it would not. With `refused`: the latter
    first, then all that is refused today as well.
    """
    database = request.app.state.database
    place = _place(decode_cursor(cursor, str, int))
    with database.reading() as connection:
        row = jobs.get(connection, simulation_id, handlers.SIMULATION)
        if row.state != "succeeded":
            raise Conflict("The simulation is {state}; it has outcomes once it has succeeded.", state=row.state)
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
        each["of"] = ""  # kept: one sequence for all awards
    if result is Result.REFUSED and change in (None, Change.SAME) and len(found) <= limit:
        refusals_of: Refusals = request.app.state.refusals
        computed = refusals_of.page(
            handlers.judged(database, request.app.state.registry, row),
            jurisdiction=actor.jurisdiction,
            after=place if place[0] else ("", 0),
            limit=limit + 1 - len(found),
            award=award,
        )
        found += [each | {"of": each["award"]} for each in computed]
    shown = [handlers.simulated_view(each) | {"of": each["of"]} for each in found]
    paged = page(shown, limit, "of", "number")
    for each in paged["items"]:
        del each["of"]
    return json_response(paged)


def _place(after: list[Any] | None) -> tuple[str, int]:
    """The award among whose refusals to go on (empty: among what is kept) and the number behind which."""
    return (after[0], after[1]) if after else ("", 0)
