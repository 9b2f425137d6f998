"""Routes that read decisions, explain them, and publish them again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.decisions import receipts, repository
from services.eligibility.decisions.domain import State
from services.eligibility.decisions.explanation_schemas import ExplanationView
from services.eligibility.decisions.export import COLUMNS
from services.eligibility.decisions.provenance import with_provenance
from services.eligibility.decisions.schemas import (
    Decision,
    DecisionsInForce,
    InForceQuery,
    Receipt,
    Replay,
    Republication,
    RepublicationRequest,
)
from shared import spreadsheets
from shared.authorization import Actor, Scope
from shared.errors import InFlight, NotFound, TooLarge
from shared.i18n import N_
from shared.messaging import topics
from shared.messaging.outbox import republish_latest
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import Accept, language_of
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.problems import refusals
from shared.web.spreadsheets import SPREADSHEET_CONTENT, requested_format, spreadsheet_response

router = APIRouter(prefix="/v1/decisions", tags=["decisions"])
republications_router = APIRouter(prefix="/v1/republications", tags=["events"])

Reader = Annotated[Actor, needs(Scope.DECISIONS_READ, own=Scope.OWN_READ)]


@router.get(
    "",
    operation_id="list_decisions",
    response_model=Page[Decision],
    responses={200: {"content": SPREADSHEET_CONTENT}, **refusals(TooLarge)},
)
def list_decisions(
    actor: Reader,
    request: Request,
    uscc: Annotated[str | None, Query(description="The payee")] = None,
    award: str | None = None,
    award_id: Annotated[UUID | None, Query(description="One award, all its versions")] = None,
    award_year: Annotated[int | None, Query(ge=0, le=9_999)] = None,
    state: State | None = None,
    jurisdiction: str | None = None,
    evaluation_id: UUID | None = None,
    round_id: UUID | None = None,
    notice_id: UUID | None = None,
    waiting_for: Annotated[
        str | None, Query(max_length=60, description="Only those that wait for this step", examples=["approval"])
    ] = None,
    changed_after: Annotated[datetime | None, Query(description="Only those changed after this instant")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    accept: Accept = None,
) -> Response:
    """List decisions, oldest first. As CSV or XLSX (by `Accept`): all that match the filters, not a page."""
    kind = requested_format(accept)
    after = None if kind else decode_id(cursor)
    filters = {
        "payee_uscc": uscc,
        "award": award,
        "award_id": award_id,
        "award_year": award_year,
        "state": state.value if state else None,
        "jurisdiction": jurisdiction,
        "evaluation_id": evaluation_id,
        "round_id": round_id,
        "notice_id": notice_id,
    }
    most = (spreadsheets.MAX_ROWS if kind else limit) + 1
    with request.app.state.database.reading() as connection:
        found = repository.find(
            connection, actor, most, after, filters, changed_after, waiting_for=waiting_for,
            language=language_of(request), notice_days=request.app.state.notice_working_days,
        )  # fmt: skip
    if kind:
        return spreadsheet_response(found, COLUMNS, kind, language_of(request), name="decisions", title=N_("Decisions"))
    return json_response(page(found, limit, "id"))


@router.post("/in-force", operation_id="query_decisions_in_force", response_model=DecisionsInForce)
def query_decisions_in_force(
    actor: Annotated[Actor, needs(Scope.DECISIONS_READ)], body: InForceQuery, request: Request
) -> Response:
    """Read the decisions in force of some awards; nothing is changed. Payout asks before it sends money."""
    with request.app.state.database.reading() as connection:
        return json_response(
            {"items": repository.find_in_force(connection, actor, body.award_ids, language_of(request))}
        )


@router.get(
    "/{decision_id}/explanation",
    operation_id="get_decision_explanation",
    response_model=ExplanationView,
    responses=refusals(NotFound),
)
def get_decision_explanation(actor: Reader, decision_id: UUID, request: Request) -> Response:
    """Explain a decision from its receipt: each condition, and the amount in steps. `Accept-Language` zh-CN or en.

    Where the rows that decided come from is asked of the registry; `provenance` says whether it answered.
    """
    with request.app.state.database.reading() as connection:
        row = repository.get(connection, decision_id, actor)
        explained = receipts.explanation(connection, row).as_dict(language_of(request))
        shown = receipts.redacted(connection, row, actor, explained)
    return json_response(with_provenance(shown, request.app.state.registry.provenance, row.facts_revision))


@router.get(
    "/{decision_id}/receipt", operation_id="get_decision_receipt", response_model=Receipt, responses=refusals(NotFound)
)
def get_decision_receipt(actor: Reader, decision_id: UUID, request: Request) -> Response:
    """Read everything that a decision was computed from. Rows that the caller may not see are `redacted` and counted."""
    with request.app.state.database.reading() as connection:
        row = repository.get(connection, decision_id, actor)
        return json_response(receipts.redacted(connection, row, actor, receipts.receipt(connection, row)))


@router.post(
    "/{decision_id}/replay", operation_id="replay_decision", response_model=Replay, responses=refusals(NotFound)
)
def replay_decision(
    actor: Annotated[Actor, needs(Scope.DECISIONS_REPLAY)], decision_id: UUID, request: Request
) -> Response:
    """Compute a decision again from its receipt and compare; nothing is stored."""
    with request.app.state.database.reading() as connection:
        return json_response(receipts.replay(connection, repository.get(connection, decision_id, actor)))


@republications_router.post(
    "",
    operation_id="republish_decisions",
    status_code=202,
    response_model=Republication,
    responses=refusals(InFlight),
    dependencies=[needs(Scope.EVENTS_REPUBLISH, city_wide=True)],
)
def republish_decisions(command: IdempotentCommand, body: RepublicationRequest) -> Response:
    """Publish the versions in force again on `award-decisions.v1`; whoever has given effect to them ignores them."""
    keys = None if body.award_ids is None else [str(award_id) for award_id in body.award_ids]

    def act(connection: Connection) -> object:
        return {"events": republish_latest(connection, topics.AWARD_DECISIONS, keys)}

    return command.run(act, status=202)
