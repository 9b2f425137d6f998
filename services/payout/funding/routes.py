"""Holds over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from services.payout.funding import handlers, repository
from services.payout.funding.arrangement_preview import preview
from services.payout.funding.domain import HoldTarget
from services.payout.funding.schemas import (
    ArrangementPreview,
    Hold,
    HoldBody,
    HoldDetail,
    InstalmentConfirmation,
    InstalmentConfirmationBody,
)
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1", tags=["holds"])
arrangement_previews = APIRouter(prefix="/v1/arrangements", tags=["arrangements"])

Holder = Annotated[Actor, needs(Scope.HOLDS_WRITE)]
Releaser = Annotated[Actor, needs(Scope.HOLDS_RELEASE)]
CityHolder = Annotated[Actor, needs(Scope.HOLDS_WRITE, city_wide=True)]
CityReleaser = Annotated[Actor, needs(Scope.HOLDS_RELEASE, city_wide=True)]
Payee = Annotated[str, Path(pattern="^[0-9A-Z]{18}$", description="The payee's unified social credit code")]


@router.get("/holds", operation_id="list_holds", response_model=Page[HoldDetail])
def list_holds(
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    in_force: Annotated[bool, Query(description="Only those that are not released")] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List holds on awards and payees, oldest first; a caller restricted to a jurisdiction sees those on its awards."""
    after = decode_cursor(cursor, int)
    with request.app.state.database.reading() as connection:
        rows = repository.holds_after(
            connection, after[0] if after else 0, limit + 1, in_force=in_force, jurisdiction=actor.jurisdiction
        )
    for row in rows:
        allowed = handlers.allowed(row, actor.subject, on_award=row["award_id"] is not None)
        row["possible_acts"] = possible_acts(request, actor, allowed)
    return json_response(page(rows, limit, "id"))


@router.post(
    "/awards/{award_id}/hold",
    operation_id="hold_award",
    status_code=201,
    response_model=Hold,
    responses=refusals(NotFound, Conflict),
)
def hold_award(award_id: UUID, body: HoldBody, request: Request, actor: Holder, command: IdempotentCommand) -> Response:
    """Hold an award: none of its orders is funded or sent until another person releases it."""
    return _run(handlers.hold, HoldTarget(award_id=award_id), body, request, actor, command, status=201)


@router.post(
    "/awards/{award_id}/release",
    operation_id="release_award",
    response_model=Hold,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def release_award(
    award_id: UUID, body: HoldBody, request: Request, actor: Releaser, command: IdempotentCommand
) -> Response:
    """Release an award that another person holds: its orders continue by themselves."""
    return _run(handlers.release, HoldTarget(award_id=award_id), body, request, actor, command)


@router.post(
    "/payees/{uscc}/hold",
    operation_id="hold_payee",
    status_code=201,
    response_model=Hold,
    responses=refusals(Conflict),
)
def hold_payee(
    uscc: Payee, body: HoldBody, request: Request, actor: CityHolder, command: IdempotentCommand
) -> Response:
    """Hold a payee: none of its orders, of whatever award, is funded or sent until another person releases it."""
    return _run(handlers.hold, HoldTarget(uscc=uscc), body, request, actor, command, status=201)


@router.post(
    "/payees/{uscc}/release",
    operation_id="release_payee",
    response_model=Hold,
    responses=refusals(Conflict, SamePerson),
)
def release_payee(
    uscc: Payee, body: HoldBody, request: Request, actor: CityReleaser, command: IdempotentCommand
) -> Response:
    """Release a payee that another person holds: its orders continue by themselves."""
    return _run(handlers.release, HoldTarget(uscc=uscc), body, request, actor, command)


@router.post(
    "/awards/{award_id}/instalments/{instalment}/release",
    operation_id="release_instalment",
    response_model=InstalmentConfirmation,
    responses=refusals(NotFound, Conflict),
)
def release_instalment(
    award_id: UUID,
    instalment: Annotated[int, Path(ge=1, le=20, description="Number of the instalment, from 1")],
    body: InstalmentConfirmationBody,
    request: Request,
    actor: Releaser,
    command: IdempotentCommand,
) -> Response:
    """Confirm that the project still operates, where the procedure asks for it: the instalment after the first continues."""
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.confirm_instalment(
            connection, award_id, instalment, reason=body.reason, document=body.document, actor=actor, now=now
        )
    )


@arrangement_previews.get(
    "/{arrangement_id}/preview",
    operation_id="preview_arrangement",
    response_model=ArrangementPreview,
    responses=refusals(NotFound),
)
def preview_arrangement(
    arrangement_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ, city_wide=True)],  # noqa: ARG001 - asks for the scope
) -> Response:
    """Show how an arrangement would split the awards first decided in its period, beside today's split, and what each way to bear
    a shortage would fund of them with the money that is free this year.
    """
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        return json_response(preview(connection, arrangement_id, calendar_date(state.clock.now()).year))


def _run(
    use_case: Callable[..., object],
    target: HoldTarget,
    body: HoldBody,
    request: Request,
    actor: Actor,
    command: IdempotentCommand,
    status: int = 200,
) -> Response:
    now = request.app.state.clock.now()
    return command.run(
        lambda connection: use_case(connection, target, reason=body.reason, actor=actor, now=now), status=status
    )
