"""Routes of reviews."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from services.eligibility.decisions.schemas import Decision
from services.eligibility.reviews import handlers
from services.eligibility.reviews.schemas import BulkReview, BulkReviewRequest, ReviewBody
from shared.authorization import Actor, Scope
from shared.errors import Conflict, InFlight, NotFound
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand
from shared.web.jobs import job_response
from shared.web.negotiation import language_of
from shared.web.problems import refusals

decisions_router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
reviews_router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

Reviewer = Annotated[Actor, needs(Scope.REVIEWS_WRITE)]


@decisions_router.post(
    "/{decision_id}/reviews",
    operation_id="review_decision",
    response_model=Decision,
    responses=refusals(NotFound, Conflict, InFlight),
)
def review_decision(
    actor: Reviewer, command: IdempotentCommand, decision_id: UUID, body: ReviewBody, request: Request
) -> Response:
    """Pass a decision for a department or a district, or object to it; an objection suspends this decision alone."""
    days, language = request.app.state.notice_working_days, language_of(request)
    return command.run(
        lambda connection: handlers.review(
            connection,
            decision_id,
            actor,
            reviewer=body.reviewer,
            outcome=body.outcome,
            reason=body.reason,
            notice_days=days,
            language=language,
        )
    )


@reviews_router.post(
    "",
    operation_id="start_review",
    status_code=202,
    response_model=BulkReview,
    responses=refusals(NotFound, InFlight),
)
def start_review(actor: Reviewer, command: IdempotentCommand, body: BulkReviewRequest, request: Request) -> Response:
    """Pass what waits for a reviewer in a round or an evaluation, thousands at once; the rest is left as it is and counted."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> Any:
        review_id = handlers.start_bulk_review(
            connection,
            actor,
            evaluation_id=body.evaluation_id,
            round_id=body.round_id,
            reviewer=body.reviewer,
            excepted=body.excepted,
            now=now,
        )
        return handlers.bulk_review_view(connection, review_id, actor)

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/reviews/{made['id']}"})


@reviews_router.get("/{review_id}", operation_id="get_review", response_model=BulkReview, responses=refusals(NotFound))
def get_review(actor: Annotated[Actor, needs(Scope.DECISIONS_READ)], review_id: UUID, request: Request) -> Response:
    """Read a bulk review: its progress, and what it skipped and why."""
    with request.app.state.database.reading() as connection:
        return job_response(request, handlers.bulk_review_view(connection, review_id, actor))
