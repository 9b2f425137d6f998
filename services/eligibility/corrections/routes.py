"""Recalls over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.eligibility.corrections.recalls import recall
from services.eligibility.corrections.schemas import Recall, RecallBody
from shared.authorization import Actor, Scope
from shared.errors import InFlight, NotFound
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/recalls", tags=["events"])


@router.post("", operation_id="recall_versions", response_model=Recall, responses=refusals(NotFound, InFlight))
def recall_versions(
    actor: Annotated[Actor, needs(Scope.EVALUATIONS_WRITE, city_wide=True)],
    command: IdempotentCommand,
    body: RecallBody,
    request: Request,
) -> Response:
    """Recall versions that payout has and that were not decided here: reconciliation names their awards.

    Evaluate afterwards: each award is proposed as it should be, even if unchanged, and another person approves it.
    """
    actor.require_city_wide()
    payout = request.app.state.payout
    return command.run(
        lambda connection: recall(
            connection, [payout.held(award_id) for award_id in body.award_ids], by=actor.subject, reason=body.reason
        )
    )
