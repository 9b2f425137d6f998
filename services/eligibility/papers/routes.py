"""Routes of papers: as a page, or by `Accept` as a document (DOCX) to be edited and stamped."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection

from services.eligibility.interpretations.domain import policy_in_path
from services.eligibility.papers import batches, handlers
from services.eligibility.papers.kinds import KINDS
from services.eligibility.papers.schemas import LetterBatch, LettersRequest
from services.eligibility.papers.tables import PAPERS
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, InFlight, NotFound, TooLarge, Unavailable
from shared.media_types import DOCX, HTML, ZIP
from shared.web.auth import needs
from shared.web.idempotency import IdempotentCommand
from shared.web.jobs import job_response
from shared.web.negotiation import Accept, language_of
from shared.web.openapi import BINARY
from shared.web.papers import PAPER_CONTENT, paper_format, paper_response, template_router
from shared.web.problems import refusals
from shared.web.streams import Streams

decisions_router = APIRouter(prefix="/v1/decisions", tags=["papers"])
refusals_router = APIRouter(prefix="/v1/refusals", tags=["papers"])
notices_router = APIRouter(prefix="/v1/notices", tags=["papers"])
rounds_router = APIRouter(prefix="/v1/rounds", tags=["papers"])
batches_router = APIRouter(prefix="/v1/letter-batches", tags=["papers"])
guide_router = APIRouter(prefix="/v1/policies/{policy}/guide", tags=["papers"])
templates_router = template_router(
    KINDS,
    PAPERS,
    read=Scope.EVALUATIONS_READ,
    propose=Scope.READINGS_PROPOSE,
    confirm=Scope.READINGS_CONFIRM,
)

Reader = Annotated[Actor, needs(Scope.DECISIONS_READ, own=Scope.OWN_READ)]


@guide_router.get(
    "",
    operation_id="get_application_guide",
    response_class=Response,
    responses={200: {"content": PAPER_CONTENT}, **refusals(NotFound)},
    dependencies=[needs(Scope.EVALUATIONS_READ, own=Scope.OWN_READ)],
)
def get_application_guide(policy: str, request: Request, accept: Accept = None) -> Response:
    """Read the application guide of a policy (申报指南) under its official interpretations, as of today."""
    found, state = policy_in_path(policy), request.app.state
    kind, language = paper_format(accept), language_of(request)
    today = calendar_date(state.clock.now())
    paper = handlers.application_guide(state.database, found, language, today=today)
    return paper_response(paper, kind, language, f"{found.code}-guide")


@decisions_router.get(
    "/{decision_id}/letter",
    operation_id="get_decision_letter",
    response_class=Response,
    responses={200: {"content": PAPER_CONTENT}, **refusals(NotFound, Conflict)},
)
def get_decision_letter(actor: Reader, decision_id: UUID, request: Request, accept: Accept = None) -> Response:
    """Read the letter of a decision (兑现决定书), made once from its sealed receipt and the same for ever.

    Only a decision that was approved has one. It does not show the data of other enterprises.
    """
    kind, language, state = paper_format(accept), language_of(request), request.app.state
    paper = handlers.decision_letter(state.database, state.registry, decision_id, actor, language)
    return paper_response(paper, kind, language, f"decision-{decision_id}")


@refusals_router.get(
    "/{refusal_id}/letter",
    operation_id="get_refusal_letter",
    response_class=Response,
    responses={200: {"content": PAPER_CONTENT}, **refusals(NotFound, Conflict)},
)
def get_refusal_letter(actor: Reader, refusal_id: UUID, request: Request, accept: Accept = None) -> Response:
    """Read the letter of a refusal (不予兑现告知书); a draft that says so while the refusal is not issued."""
    kind, language, state = paper_format(accept), language_of(request), request.app.state
    paper = handlers.refusal_letter(state.database, state.registry, refusal_id, actor, language)
    return paper_response(paper, kind, language, f"refusal-{refusal_id}")


@notices_router.get(
    "/{notice_id}/document",
    operation_id="get_notice_document",
    response_class=Response,
    responses={200: {"content": PAPER_CONTENT}, **refusals(NotFound, TooLarge)},
)
def get_notice_document(
    actor: Annotated[Actor, needs(Scope.NOTICES_READ, own=Scope.OWN_READ)],
    notice_id: UUID,
    request: Request,
    accept: Accept = None,
) -> Response:
    """Read a notice (公示) as a paper with the list as it was published; names and codes of natural persons are masked."""
    kind, language = paper_format(accept), language_of(request)
    paper = handlers.notice(request.app.state.database, notice_id, actor, language)
    return paper_response(paper, kind, language, f"notice-{notice_id}")


@rounds_router.get(
    "/{round_id}/allocation-plan",
    operation_id="get_allocation_plan",
    response_class=Response,
    responses={200: {"content": PAPER_CONTENT}, **refusals(NotFound, Unavailable)},
)
def get_allocation_plan(
    actor: Annotated[Actor, needs(Scope.DECISIONS_READ)], round_id: UUID, request: Request, accept: Accept = None
) -> Response:
    """Read the allocation plan of a round (资金分配方案): approved awards by jurisdiction, award and budget unit, as of today.

    The units' parts follow the fiscal arrangements in force on the awards' first days of decision.
    """
    kind, language, state = paper_format(accept), language_of(request), request.app.state
    paper = handlers.allocation_plan(
        state.database,
        state.payout,
        round_id,
        actor,
        language,
        notice_days=state.notice_working_days,
        today=calendar_date(state.clock.now()),
    )
    return paper_response(paper, kind, language, f"allocation-plan-{round_id}")


@rounds_router.post(
    "/{round_id}/letters",
    operation_id="start_letter_batch",
    status_code=202,
    response_model=LetterBatch,
    responses=refusals(NotFound, InFlight),
)
def start_letter_batch(
    actor: Annotated[Actor, needs(Scope.DECISIONS_READ)],
    command: IdempotentCommand,
    round_id: UUID,
    body: LettersRequest,
    request: Request,
) -> Response:
    """Make the letters of the decisions in force of a round, thousands at once; they are read as one archive."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        batch_id = batches.start(connection, actor, round_id, body.language, now=now)
        return batches.view(connection, batch_id, actor)

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/letter-batches/{made['id']}"})


@batches_router.get(
    "/{letter_batch_id}", operation_id="get_letter_batch", response_model=LetterBatch, responses=refusals(NotFound)
)
def get_letter_batch(
    actor: Annotated[Actor, needs(Scope.DECISIONS_READ)], letter_batch_id: UUID, request: Request
) -> Response:
    """Read how far the letters of a round are."""
    with request.app.state.database.reading() as connection:
        return job_response(request, batches.view(connection, letter_batch_id, actor))


@batches_router.get(
    "/{letter_batch_id}/archive",
    operation_id="get_letter_archive",
    response_class=Response,
    responses={200: {"content": {ZIP: BINARY}}, **refusals(NotFound, Conflict)},
)
def get_letter_archive(
    actor: Annotated[Actor, needs(Scope.DECISIONS_READ)],
    letter_batch_id: UUID,
    request: Request,
    form: Annotated[Literal["docx", "html"], Query(description="Documents or pages")] = "docx",
) -> Response:
    """Read the letters of a round as one ZIP file, a folder for each award."""
    state = request.app.state
    streams: Streams = state.streams
    pieces = batches.archive(state.database, letter_batch_id, actor, DOCX if form == "docx" else HTML)
    headers = {"Content-Disposition": f'attachment; filename="letters-{letter_batch_id}.zip"'}
    return streams.answer(request, pieces, ZIP, headers)
