"""Routes of public notices.

What they show is public, but like every route they need a token: the city's website fetches them with a client of its own
that may read nothing else (`notices:read`). An enterprise reads the same with its own token: it has to see what the list omits.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.notices import export, handlers, repository
from services.eligibility.notices.domain import NoticeState
from services.eligibility.notices.page import page
from services.eligibility.notices.schemas import Notice, NoticeDetail, NoticeRequest, OpenedNotice
from services.eligibility.rules.library import load_policy
from shared import spreadsheets
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, Forbidden, InFlight, NotFound, TooLarge
from shared.i18n import N_
from shared.media_types import CSV, HTML, JSON, XLSX
from shared.web import pagination
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import Accept, language_of, negotiate
from shared.web.pages import page_response
from shared.web.pagination import Cursor, Limit, Page, decode_id
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals
from shared.web.spreadsheets import SPREADSHEET_CONTENT, requested_format, spreadsheet_response

router = APIRouter(prefix="/v1/notices", tags=["notices"])

Reader = Annotated[Actor, needs(Scope.NOTICES_READ, own=Scope.OWN_READ)]
Writer = Annotated[Actor, needs(Scope.NOTICES_WRITE)]


@router.post(
    "",
    operation_id="open_notice",
    status_code=201,
    response_model=OpenedNotice,
    responses=refusals(NotFound, Conflict, handlers.NothingToNotice, InFlight),
)
def open_notice(actor: Writer, command: IdempotentCommand, body: NoticeRequest, request: Request) -> Response:
    """Open a public notice of what an evaluation or a round proposed and was not noticed yet, or of the named decisions.

    What still waits for a confirmation or a review is skipped and counted.
    """
    state = request.app.state

    def act(connection: Connection) -> object:
        return handlers.open_notice(
            connection,
            actor,
            evaluation_id=body.evaluation_id,
            round_id=body.round_id,
            decision_ids=body.decision_ids or (),
            document_number=body.document_number,
            working_days=state.notice_working_days,
            today=calendar_date(state.clock.now()),
        )

    return command.run(act, status=201, headers=lambda made: {"Location": f"/v1/notices/{made['id']}"})


@router.get(
    "",
    operation_id="list_notices",
    response_model=Page[Notice],
    responses={200: {"content": SPREADSHEET_CONTENT}, **refusals(TooLarge)},
)
def list_notices(
    actor: Reader,
    request: Request,
    state: NoticeState | None = None,
    round_id: Annotated[UUID | None, Query(description="Only notices with decisions of this round")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
    accept: Accept = None,
) -> Response:
    """List notices, oldest first. As CSV or XLSX (by `Accept`): all of them, not a page."""
    kind = requested_format(accept)
    after = None if kind else decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = repository.find(
            connection,
            actor,
            state=state,
            round_id=round_id,
            after=after,
            limit=(spreadsheets.MAX_ROWS if kind else limit) + 1,
        )
    shown = [repository.view(row) for row in rows]
    if kind:
        return spreadsheet_response(
            shown, export.NOTICES, kind, language_of(request), name="notices", title=N_("Notices")
        )
    return json_response(pagination.page(shown, limit, "id"))


@router.get(
    "/{notice_id}",
    operation_id="get_notice",
    response_model=NoticeDetail,
    responses={
        200: {"content": {HTML: {"schema": {"type": "string"}}, **SPREADSHEET_CONTENT}},
        **refusals(NotFound, TooLarge),
    },
)
def get_notice(
    actor: Reader,
    notice_id: UUID,
    request: Request,
    limit: Limit = 100,
    cursor: Cursor = None,
    accept: Accept = None,
) -> Response:
    """Read a notice and, page by page, its decisions, an enterprise as the public does; natural persons are masked.

    As HTML, CSV or XLSX (by `Accept`): the whole notice, not a page.
    """
    language = language_of(request)
    kind = negotiate(accept, (JSON, HTML, CSV, XLSX))
    paged = kind == JSON
    after = decode_id(cursor) if paged else None
    with request.app.state.database.reading_at_one_instant() as connection:
        row = repository.get(connection, notice_id, actor)
        shown = repository.view(row)
        today = calendar_date(request.app.state.clock.now())
        allowed = handlers.possible_operations(connection, row, actor, today=today)
        entries = repository.entries(
            connection,
            notice_id,
            actor,
            language=language,
            after=after,
            limit=(limit if paged else spreadsheets.MAX_ROWS) + 1,
        )
    shown |= {
        "contact": load_policy(shown["policy"]).offices.contact(language),
        "possible_acts": possible_acts(request, actor, allowed),
    }
    if paged:
        return json_response(shown | pagination.page(entries, limit, "decision_id"))
    if kind == HTML:
        return page_response(page(shown, spreadsheets.require_row_limit(entries), language), language)
    numbered = [entry | {"document_number": shown["document_number"]} for entry in entries]
    return spreadsheet_response(
        numbered, export.ENTRIES, kind, language, name=f"notice-{notice_id}", title=N_("Public notice")
    )


@router.post(
    "/{notice_id}/close",
    operation_id="close_notice",
    response_model=Notice,
    responses=refusals(NotFound, Forbidden, Conflict, handlers.TermNotOver, InFlight),
)
def close_notice(actor: Writer, command: IdempotentCommand, notice_id: UUID, request: Request) -> Response:
    """Close a notice after its term; decisions without an objection may be approved from then on."""
    today = calendar_date(request.app.state.clock.now())
    return command.run(lambda connection: handlers.close_notice(connection, notice_id, actor, today=today))
