"""Acts of recovery over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.payout.recovery_acts import handlers
from services.payout.recovery_acts.domain import PlannedPart
from services.payout.recovery_acts.schemas import (
    ActBody,
    DiscardedAct,
    PlanBody,
    RecoveryAct,
    RecoveryDetail,
    RepaymentPlan,
    StatementBody,
)
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound, SamePerson
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals
from shared.web.two_persons import DiscardBody

router = APIRouter(prefix="/v1/recoveries/{recovery_id}", tags=["recoveries"])

Writer = Annotated[Actor, needs(Scope.RECOVERIES_WRITE)]
Approver = Annotated[Actor, needs(Scope.RECOVERIES_APPROVE)]
Either = Annotated[Actor, needs(Scope.RECOVERIES_WRITE, Scope.RECOVERIES_APPROVE)]


@router.get("", operation_id="get_recovery", response_model=RecoveryDetail, responses=refusals(NotFound))
def get_recovery(
    recovery_id: UUID, request: Request, actor: Annotated[Actor, needs(Scope.MONEY_READ, own=Scope.OWN_READ)]
) -> Response:
    """Give one recovery with its plans of repayment."""
    with request.app.state.database.reading_at_one_instant() as connection:
        recovery, allowed, plans = handlers.read_recovery(connection, recovery_id, actor)
    shown = [plan | {"possible_acts": possible_acts(request, actor, own)} for plan, own in plans]
    return json_response(recovery | {"plans": shown, "possible_acts": possible_acts(request, actor, allowed)})


@router.post(
    "/act",
    operation_id="draw_up_recovery_act",
    status_code=201,
    response_model=RecoveryAct,
    responses=refusals(NotFound, Conflict),
)
def draw_up_recovery_act(
    recovery_id: UUID, body: ActBody, request: Request, actor: Writer, command: IdempotentCommand
) -> Response:
    """Draw up the act that claims money back; it takes effect once another person issues it."""
    today = calendar_date(request.app.state.clock.now())
    return command.run(
        lambda connection: handlers.draw_up(
            connection,
            recovery_id,
            cause=body.cause,
            reason=body.reason,
            document=body.document,
            term_working_days=body.term_working_days,
            actor=actor,
            today=today,
        ),
        status=201,
    )


@router.get("/act", operation_id="get_recovery_act", response_model=RecoveryAct, responses=refusals(NotFound))
def get_recovery_act(
    recovery_id: UUID, request: Request, actor: Annotated[Actor, needs(Scope.MONEY_READ, own=Scope.OWN_READ)]
) -> Response:
    """Give the act of a recovery with the payee's statements, the plans of repayment and what is overdue."""
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        return json_response(handlers.read(connection, recovery_id, actor, calendar_date(state.clock.now())))


@router.post(
    "/act/statements",
    operation_id="state_on_recovery",
    status_code=201,
    response_model=RecoveryAct,
    responses=refusals(NotFound, Conflict),
)
def state_on_recovery(
    recovery_id: UUID,
    body: StatementBody,
    request: Request,
    actor: Annotated[Actor, needs(Scope.RECOVERIES_WRITE, own=Scope.OWN_WRITE)],
    command: IdempotentCommand,
) -> Response:
    """Keep a statement of the payee (陈述申辩) with an act that is not issued yet."""
    today = calendar_date(request.app.state.clock.now())
    return command.run(
        lambda connection: handlers.state(
            connection, recovery_id, statement=body.statement, document=body.document, actor=actor, today=today
        ),
        status=201,
    )


@router.post(
    "/act/issue",
    operation_id="issue_recovery_act",
    response_model=RecoveryAct,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def issue_recovery_act(recovery_id: UUID, request: Request, actor: Approver, command: IdempotentCommand) -> Response:
    """Issue the act that another person drew up: the term and the limitation begin today."""
    now = request.app.state.clock.now()
    return command.run(lambda connection: handlers.issue(connection, recovery_id, actor=actor, now=now))


@router.post(
    "/act/discard",
    operation_id="discard_recovery_act",
    response_model=DiscardedAct,
    responses=refusals(NotFound, Conflict),
)
def discard_recovery_act(recovery_id: UUID, body: DiscardBody, actor: Either, command: IdempotentCommand) -> Response:
    """End an act that is not issued without effect; another may be drawn up."""
    return command.run(lambda connection: handlers.discard(connection, recovery_id, reason=body.reason, actor=actor))


@router.post(
    "/plans",
    operation_id="draft_repayment_plan",
    status_code=201,
    response_model=RepaymentPlan,
    responses=refusals(NotFound, Conflict),
)
def draft_repayment_plan(
    recovery_id: UUID, body: PlanBody, request: Request, actor: Writer, command: IdempotentCommand
) -> Response:
    """Propose that a recovery is repaid in instalments; it holds once another person confirms it."""
    today = calendar_date(request.app.state.clock.now())
    parts = [PlannedPart(part.due_on, part.amount_fen) for part in body.parts]
    return command.run(
        lambda connection: handlers.plan(connection, recovery_id, parts, reason=body.reason, actor=actor, today=today),
        status=201,
    )


@router.post(
    "/plans/{plan_id}/confirm",
    operation_id="confirm_repayment_plan",
    response_model=RepaymentPlan,
    responses=refusals(NotFound, Conflict, SamePerson),
)
def confirm_repayment_plan(recovery_id: UUID, plan_id: UUID, actor: Approver, command: IdempotentCommand) -> Response:
    """Confirm a plan of repayment that another person proposed; it holds in place of the one before."""
    return command.run(lambda connection: handlers.confirm_plan(connection, recovery_id, plan_id, actor=actor))


@router.post(
    "/plans/{plan_id}/discard",
    operation_id="discard_repayment_plan",
    response_model=RepaymentPlan,
    responses=refusals(NotFound, Conflict),
)
def discard_repayment_plan(
    recovery_id: UUID, plan_id: UUID, body: DiscardBody, actor: Either, command: IdempotentCommand
) -> Response:
    """End a proposed plan of repayment without effect."""
    return command.run(
        lambda connection: handlers.discard_plan(connection, recovery_id, plan_id, reason=body.reason, actor=actor)
    )
