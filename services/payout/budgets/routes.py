"""Appropriations and budgets over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from services.payout.budgets import handlers, repository
from services.payout.budgets.domain import Classification
from services.payout.budgets.schemas import (
    Appropriation,
    AppropriationDetail,
    AppropriationDraft,
    Budget,
    BudgetDetail,
    BudgetForecasts,
    CarriedOver,
    CarryOver,
)
from services.payout.enums import UNITS, Unit
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, decode_cursor, decode_id, page
from shared.web.possible_acts import PageWithPossibleActs, possible_acts
from shared.web.problems import refusals
from shared.web.two_persons import DiscardBody, ProposalState

router = APIRouter(prefix="/v1", tags=["budgets"])


@router.post(
    "/appropriations",
    operation_id="draft_appropriation",
    status_code=201,
    response_model=Appropriation,
    responses=refusals(Conflict),
)
def draft_appropriation(
    draft: AppropriationDraft,
    actor: Annotated[Actor, needs(Scope.APPROPRIATIONS_WRITE, city_wide=True)],
    command: IdempotentCommand,
) -> Response:
    """Draft an appropriation or, with a negative amount, a reduction. It counts for nothing until another person confirms it."""
    return command.run(
        lambda connection: handlers.propose(
            connection,
            unit=draft.unit.value,
            year=draft.year,
            amount_fen=draft.amount_fen,
            document=draft.document,
            of=Classification.of(draft),
            by=actor.subject,
        ),
        status=201,
    )


@router.get(
    "/appropriations", operation_id="list_appropriations", response_model=PageWithPossibleActs[AppropriationDetail]
)
def list_appropriations(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    unit: Annotated[Unit | None, Query(description="Whose budget")] = None,
    year: Annotated[int | None, Query(ge=2020, le=2100, description="Budget year")] = None,
    state: Annotated[ProposalState | None, Query(description="Whether it counts")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List appropriations, drafts included, in the order of their entry; a district's officer sees those of its budget."""
    if unit is not None:
        actor.require_jurisdiction(unit)
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = repository.appropriations_of(
            connection, unit=unit or actor.jurisdiction, year=year, state=state, after=after, limit=limit + 1
        )
    for row in rows:
        row["possible_acts"] = possible_acts(request, actor, handlers.allowed_of_appropriation(row, actor.subject))
    may = {"possible_acts": possible_acts(request, actor, ["draft_appropriation"])}
    return json_response(page(rows, limit, "id") | may)


@router.post(
    "/appropriations/{appropriation_id}/confirm",
    operation_id="confirm_appropriation",
    response_model=Appropriation,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def confirm_appropriation(
    appropriation_id: UUID,
    actor: Annotated[Actor, needs(Scope.APPROPRIATIONS_CONFIRM, city_wide=True)],
    command: IdempotentCommand,
) -> Response:
    """Confirm an appropriation or a carry-over that another person drafted; no budget goes below what is reserved.

    Orders that wait for money continue by themselves. What is not spent lapses with the year unless a document carries it over
    (`POST /v1/budgets/{unit}/{year}/carry-over`).
    """
    return command.run(lambda connection: handlers.confirm(connection, appropriation_id, by=actor.subject))


@router.post(
    "/appropriations/{appropriation_id}/discard",
    operation_id="discard_appropriation",
    response_model=Appropriation,
    responses=refusals(NotFound, Conflict),
)
def discard_appropriation(
    appropriation_id: UUID,
    body: DiscardBody,
    actor: Annotated[Actor, needs(Scope.APPROPRIATIONS_WRITE, Scope.APPROPRIATIONS_CONFIRM, city_wide=True)],
    command: IdempotentCommand,
) -> Response:
    """End a draft of an appropriation without effect."""
    return command.run(
        lambda connection: handlers.discard(connection, appropriation_id, reason=body.reason, by=actor.subject)
    )


@router.get("/budgets", operation_id="list_budgets", response_model=PageWithPossibleActs[Budget])
def list_budgets(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List the budgets that ever got an appropriation, by year and unit; a district's officer sees its own."""
    this_year = calendar_date(request.app.state.clock.now()).year
    with request.app.state.database.reading() as connection:
        rows = repository.views(
            connection,
            this_year=this_year,
            unit=actor.jurisdiction,
            after=decode_cursor(cursor, int, str),
            limit=limit + 1,
        )
    may = {"possible_acts": possible_acts(request, actor, ["draft_appropriation"])}
    return json_response(page(rows, limit, "year", "unit") | may)


@router.get("/budget-forecasts", operation_id="forecast_budgets", response_model=BudgetForecasts)
def forecast_budgets(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    year: Annotated[int, Query(ge=2020, le=2100, description="Budget year")],
    round_id: Annotated[UUID | None, Query(description="Count only the proposals of this round of eligibility")] = None,
) -> Response:
    """Give the budgets of a year with what will be needed from each; open proposals are read once for all of them."""
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        items = handlers.budgets_with_forecasts(
            connection,
            state.decisions,
            units=[unit for unit in UNITS if actor.jurisdiction in (None, unit)],
            year=year,
            this_year=calendar_date(state.clock.now()).year,
            jurisdiction=actor.jurisdiction,
            round_id=round_id,
        )
    return json_response({"items": items})


@router.get("/budgets/{unit}/{year}", operation_id="get_budget", response_model=BudgetDetail)
def get_budget(
    unit: Unit,
    year: Annotated[int, Path(ge=2020, le=2100)],
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    proposals: Annotated[bool, Query(description="Count eligibility's open proposals into the forecast")] = True,
    round_id: Annotated[UUID | None, Query(description="Count only the proposals of this round of eligibility")] = None,
) -> Response:
    """Give a unit's budget of a year: what was appropriated, what of it is reserved, and what will be needed."""
    actor.require_jurisdiction(unit)
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        found = handlers.budget(
            connection,
            state.decisions if proposals else None,
            unit=unit.value,
            year=year,
            this_year=calendar_date(state.clock.now()).year,
            jurisdiction=actor.jurisdiction,
            round_id=round_id,
        )
    allowed = handlers.allowed_of_budget(found)
    return json_response(found | {"possible_acts": possible_acts(request, actor, allowed)})


@router.post(
    "/budgets/{unit}/{year}/carry-over",
    operation_id="carry_over_budget",
    status_code=201,
    response_model=CarriedOver,
    responses=refusals(Conflict),
)
def carry_over_budget(
    unit: Unit,
    year: Annotated[int, Path(ge=2020, le=2099)],
    body: CarryOver,
    actor: Annotated[Actor, needs(Scope.APPROPRIATIONS_WRITE, city_wide=True)],
    command: IdempotentCommand,
) -> Response:
    """Draft to carry what is free in a budget over to the year after, by a document; one draft for each classification.

    Each counts for nothing until another person confirms it (`POST /v1/appropriations/{appropriation_id}/confirm`). What is not
    carried over lapses with the year.
    """

    def act(connection: Connection) -> object:
        made = handlers.carry_over(
            connection,
            unit=unit.value,
            year=year,
            amount_fen=body.amount_fen,
            document=body.document,
            by=actor.subject,
        )
        return {"items": made}

    return command.run(act, status=201)
