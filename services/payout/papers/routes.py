"""Routes of papers: as a page, or by `Accept` as a document (DOCX) to be edited and stamped."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.payout.papers import handlers
from services.payout.papers.kinds import KINDS
from services.payout.papers.tables import PAPERS
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import NotFound
from shared.web.auth import needs
from shared.web.negotiation import Accept, language_of
from shared.web.papers import PAPER_CONTENT, paper_format, paper_response, template_router
from shared.web.problems import refusals

recoveries_router = APIRouter(prefix="/v1/recoveries", tags=["papers"])
payees_router = APIRouter(prefix="/v1/payees", tags=["papers"])
templates_router = template_router(
    KINDS,
    PAPERS,
    read=Scope.MONEY_READ,
    propose=Scope.ARRANGEMENTS_WRITE,
    confirm=Scope.ARRANGEMENTS_CONFIRM,
)

Reader = Annotated[Actor, needs(Scope.MONEY_READ, own=Scope.OWN_READ)]


@recoveries_router.get(
    "/{recovery_id}/letter",
    operation_id="get_recovery_letter",
    response_class=Response,
    responses={200: {"content": PAPER_CONTENT}, **refusals(NotFound)},
)
def get_recovery_letter(recovery_id: UUID, request: Request, actor: Reader, accept: Accept = None) -> Response:
    """Read the letter of a recovery (追回通知书): a draft until its act is issued, then made once and the same for ever."""
    kind, language = paper_format(accept), language_of(request)
    paper = handlers.recovery_letter(request.app.state.database, recovery_id, actor, language)
    return paper_response(paper, kind, language, f"recovery-{recovery_id}")


@payees_router.get(
    "/{uscc}/statement",
    operation_id="get_payee_statement",
    response_class=Response,
    responses={200: {"content": PAPER_CONTENT}, **refusals(NotFound)},
)
def get_payee_statement(
    uscc: Annotated[str, Path(max_length=18, description="The payee")],
    request: Request,
    actor: Reader,
    accept: Accept = None,
) -> Response:
    """Read the statement of a payee (对账单) as of today: what was assessed and paid, and why the two differ, to the fen.

    A caller restricted to a jurisdiction sees the awards of it.
    """
    kind, language, state = paper_format(accept), language_of(request), request.app.state
    today = calendar_date(state.clock.now())
    paper = handlers.statement(state.database, uscc, actor, language, today=today)
    return paper_response(paper, kind, language, f"statement-{uscc}")
