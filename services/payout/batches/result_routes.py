"""The bank's results over HTTP: its own channel reports them, a person enters them and another confirms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from services.payout.batches import bank_results, repository
from services.payout.batches import result_handlers as handlers
from services.payout.batches.bank_results import BankAnswer, ResultsBody
from services.payout.batches.domain import CheckedResults, ResultsRefused
from services.payout.batches.handlers import MAX_ERRORS
from services.payout.batches.routes import own_batch
from services.payout.batches.schemas import (
    EnteredResults,
    EnteredResultsDetail,
    EnteredResultsForCaller,
    ResultsReport,
)
from shared import two_persons
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound, SamePerson, TooLarge, UnsupportedMediaType
from shared.files.domain import FileRefused
from shared.media_types import CSV, JSON, XLSX, XML
from shared.web.auth import needs
from shared.web.files import FILE_CONTENT, refused_rows_response, warnings_in
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import Accept, language_of, negotiate
from shared.web.openapi import BINARY, schema_of
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import field_errors, refusals
from shared.web.spreadsheets import SPREADSHEET_CONTENT
from shared.web.two_persons import DiscardBody

router = APIRouter(prefix="/v1/payment-batches/{batch_id}/results", tags=["payment batches"])

Reporter = Annotated[Actor, needs(Scope.BATCHES_WRITE, Scope.RESULTS_BANK)]
Reader = Annotated[Actor, needs(Scope.MONEY_READ)]

ANSWER: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": schema_of(ResultsBody)}, **FILE_CONTENT, XML: BINARY},
    }
}


@router.post(
    "",
    operation_id="record_payment_results",
    response_model=ResultsReport,
    responses=refusals(NotFound, ResultsRefused, FileRefused, UnsupportedMediaType, TooLarge),
    openapi_extra=ANSWER,
)
def record_payment_results(
    batch_id: UUID,
    request: Request,
    actor: Reporter,
    command: IdempotentCommand,
    mode: Annotated[
        Literal["all_or_nothing", "accept_valid"], Query(description="What a refused row does to the others")
    ] = "all_or_nothing",
) -> Response:
    """Report the bank's answer, or a part of it, as JSON, CSV, a workbook, or a message of ISO 20022 (pain.002.001.10,
    camt.053.001.08, camt.054.001.08); the same row again changes nothing.

    From the bank's own channel (`results:bank`) it has effect at once; what a person enters waits for another person.
    A file may be the one that was sent, with results beside its rows. What it is, is recognised by its beginning.
    """
    now, accounts = request.app.state.clock.now(), request.app.state.accounts
    answer = _answer(request, now)

    def act(connection: Connection) -> object:
        own_batch(connection, batch_id, actor)
        own, checked, results_id = handlers.report(
            connection,
            batch_id,
            answer,
            accounts,
            request.app.state.payers,
            all_or_nothing=mode == "all_or_nothing",
            at_once=not actor.may(Scope.BATCHES_WRITE),
            by=actor.subject,
            now=now,
        )
        state = ("proposed" if results_id else "confirmed") if checked.accepted else None
        batch = repository.view(connection, batch_id)
        return {"id": results_id, "state": state} | _report(own, checked, batch, request)

    return command.run(act)


@router.get(
    "", operation_id="list_payment_results", response_model=Page[EnteredResultsForCaller], responses=refusals(NotFound)
)
def list_payment_results(
    batch_id: UUID, request: Request, actor: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """List the results of a batch that persons entered, oldest first; those of the bank's own channel are not among them."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        own_batch(connection, batch_id, actor)
        rows = repository.result_proposals_of(connection, batch_id, after=after, limit=limit + 1)
    for row in rows:
        row["possible_acts"] = _possible(request, actor, row)
    return json_response(page(rows, limit, "id"))


@router.get(
    "/{results_id}",
    operation_id="get_payment_results",
    response_model=EnteredResultsDetail,
    responses=refusals(NotFound),
)
def get_payment_results(
    batch_id: UUID, results_id: UUID, request: Request, actor: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Give results that a person entered, row by row, each beside its order as it is now."""
    after = decode_cursor(cursor, int)
    with request.app.state.database.reading_at_one_instant() as connection:
        own_batch(connection, batch_id, actor)
        found = handlers.get(connection, batch_id, results_id)
        rows = repository.result_rows(connection, results_id, after[0] if after else None, limit + 1)
    may = {"possible_acts": _possible(request, actor, found)}
    return json_response(found | page(rows, limit, "line") | may)


def _possible(request: Request, actor: Actor, results: Mapping[str, Any]) -> list[str]:
    allowed = two_persons.allowed(
        results, actor.subject, confirm="confirm_payment_results", discard="discard_payment_results"
    )
    return possible_acts(request, actor, allowed)


@router.post(
    "/{results_id}/confirm",
    operation_id="confirm_payment_results",
    response_model=ResultsReport,
    responses=refusals(NotFound, Conflict, SamePerson, ResultsRefused),
)
def confirm_payment_results(
    batch_id: UUID,
    results_id: UUID,
    request: Request,
    actor: Annotated[Actor, needs(Scope.ORDERS_APPROVE)],
    command: IdempotentCommand,
) -> Response:
    """Give effect to results that another person entered, if every row still fits its order."""
    now = request.app.state.clock.now()

    def act(connection: Connection) -> object:
        own_batch(connection, batch_id, actor)
        answer, checked = handlers.confirm(connection, batch_id, results_id, by=actor.subject, now=now)
        batch = repository.view(connection, batch_id)
        return {"id": results_id, "state": "confirmed"} | _report(answer, checked, batch, request)

    return command.run(act)


@router.post(
    "/{results_id}/discard",
    operation_id="discard_payment_results",
    response_model=EnteredResults,
    responses=refusals(NotFound, Conflict),
)
def discard_payment_results(
    batch_id: UUID,
    results_id: UUID,
    body: DiscardBody,
    actor: Annotated[Actor, needs(Scope.BATCHES_WRITE, Scope.ORDERS_APPROVE)],
    command: IdempotentCommand,
) -> Response:
    """End entered results without effect."""

    def act(connection: Connection) -> object:
        own_batch(connection, batch_id, actor)
        return handlers.discard(connection, batch_id, results_id, reason=body.reason, by=actor.subject)

    return command.run(act)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post(
    "/check",
    operation_id="check_payment_results",
    response_model=ResultsReport,
    responses={
        200: {"content": SPREADSHEET_CONTENT},
        **refusals(NotFound, ResultsRefused, FileRefused, UnsupportedMediaType, TooLarge),
    },
    openapi_extra=ANSWER,
)
def check_payment_results(
    batch_id: UUID,
    request: Request,
    actor: Reporter,
    content: Annotated[bytes, Depends(_body)],  # noqa: ARG001 - reads the body, which a command does by itself
    accept: Accept = None,
) -> Response:
    """Check the bank's answer without recording anything.

    As CSV or XLSX: the refused rows of a file as they were sent, with a column that gives the reasons, to correct and send again.
    """
    now, kind, language = request.app.state.clock.now(), negotiate(accept, (JSON, CSV, XLSX)), language_of(request)
    answer = _answer(request, now)
    with request.app.state.database.reading_at_one_instant() as connection:
        batch = own_batch(connection, batch_id, actor)
        state = request.app.state
        own, checked = handlers.check(connection, batch_id, answer, state.accounts, state.payers, now)
    if kind == JSON:
        return json_response({"id": None, "state": None} | _report(own, checked, batch, request))
    if answer.file is None or not checked.mistakes:
        raise NotFound("No row of a file was refused.")
    refused = answer.file.refused_rows(checked.mistakes, language)
    return refused_rows_response([refused], kind, language, f"batch-{batch_id}")


def _answer(request: Request, now: datetime) -> BankAnswer:
    content: bytes = getattr(request, "_body", b"")
    return bank_results.read(content, request.headers.get("content-type", ""), calendar_date(now))


def _report(
    answer: BankAnswer, checked: CheckedResults, batch: Mapping[str, Any], request: Request
) -> dict[str, object]:
    language = language_of(request)
    return {
        "rows": handlers.counts(answer, checked),
        "skipped": answer.skipped,
        "warnings": warnings_in(language, answer.warnings.as_data()),
        "errors": field_errors([mistake for _, mistake in checked.mistakes[:MAX_ERRORS]], language),
        "batch": batch,
    }
