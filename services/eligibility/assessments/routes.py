"""The route of assessments."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.eligibility.assessments import handlers
from services.eligibility.assessments.schemas import Assessment, AssessmentRequest
from services.eligibility.interpretations.handlers import official_readings, policy_book
from shared.authorization import Scope
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.negotiation import language_of

router = APIRouter(prefix="/v1/assessments", tags=["assessments"])


@router.post(
    "",
    operation_id="assess_enterprise",
    response_model=Assessment,
    dependencies=[needs(Scope.SIMULATIONS_WRITE)],
)
def assess_enterprise(body: AssessmentRequest, request: Request) -> Response:
    """Tell what one enterprise would get and why, or what it lacks; nothing is decided or kept."""
    with request.app.state.database.reading() as connection:
        official = official_readings(connection, policy_book(body.policy))
    return json_response(handlers.assess(body, official, request.app.state.registry, language_of(request)))
