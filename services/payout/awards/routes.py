"""Awards over HTTP: the timeline, and previews of restatements."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.payout.awards import timeline
from services.payout.awards.domain import Restatement
from services.payout.awards.preview import preview
from services.payout.awards.schemas import AwardTimeline, RestatementPreviews, RestatementQuery
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import NotFound
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

router = APIRouter(prefix="/v1/awards", tags=["awards"])


@router.get(
    "/{award_id}", operation_id="get_award_timeline", response_model=AwardTimeline, responses=refusals(NotFound)
)
def get_award_timeline(
    award_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ, own=Scope.OWN_READ)],
    eligibility: Annotated[bool, Query(description="Begin with who proposed and approved its decisions")] = True,
) -> Response:
    """Give an award from decisions to shares, instalments, orders, payments and recoveries: each step, when, who, how much.

    An enterprise is given what is its own, without the offices' steps and postings.
    """
    state = request.app.state
    with state.database.reading_at_one_instant() as connection:
        today = calendar_date(state.clock.now())
        found = timeline.read(connection, award_id, actor, state.decisions if eligibility else None, today)
    if found is None:
        raise NotFound("There is no such award here; a decision arrives within seconds of its approval.")
    shown, allowed = found
    return json_response(shown | {"possible_acts": possible_acts(request, actor, allowed)})


@router.post("/previews", operation_id="preview_restatements", response_model=RestatementPreviews)
def preview_restatements(
    body: RestatementQuery, request: Request, actor: Annotated[Actor, needs(Scope.MONEY_READ)]
) -> Response:
    """Show what restated entitlements would do to orders and payments, under the difference law; nothing is changed."""
    restated = [
        Restatement(str(each.award_id), each.jurisdiction.value, each.payee_uscc, tuple(each.instalments_fen))
        for each in body.awards
    ]
    with request.app.state.database.reading_at_one_instant() as connection:
        return json_response({"items": preview(connection, restated, actor.jurisdiction)})
