"""The route of impact previews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.eligibility.impact import handlers
from services.eligibility.impact.schemas import Impact, ImpactRequest
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Unavailable
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/impact", tags=["impact"])


@router.post("", operation_id="preview_impact", response_model=Impact, responses=refusals(Unavailable))
def preview_impact(
    actor: Annotated[Actor, needs(Scope.SIMULATIONS_WRITE)], body: ImpactRequest, request: Request
) -> Response:
    """Tell what a correction of facts would change before it is made, and what money would have to come back.

    Only subjects that the corrected rows touch are judged, before and after. Nothing is stored.
    """
    state = request.app.state
    today = calendar_date(state.clock.now())
    return json_response(handlers.impact(state.database, body, state.registry, state.payout, actor, today))
