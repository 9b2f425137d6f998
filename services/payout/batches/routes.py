"""Payment batches over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from services.payout.batches import bank_results, files, handlers, repository
from services.payout.batches.bank_results import BankAnswer, ResultsBody
from services.payout.batches.domain import CheckedResults
from services.payout.batches.schemas import Batch, BatchDraft, ResultsReport
from services.payout.enums import Unit
from shared.audit import log as audit
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.errors import Conflict, NotFound, TooLarge, UnsupportedMediaType
from shared.files.domain import FileRefused
from shared.media_types import CSV, JSON, XLSX
from shared.web.auth import needs
from shared.web.bodies import BodyLimit
from shared.web.files import FILE_CONTENT, refused_rows_response, warnings_in
from shared.web.idempotency import IdempotentCommand, json_response
from shared.web.negotiation import Accept, language_of, negotiate
from shared.web.openapi import schema_of
from shared.web.pagination import Cursor, Limit, Page, decode_id, page
from shared.web.problems import field_errors, refusals
from shared.web.spreadsheets import SPREADSHEET_CONTENT

router = APIRouter(prefix="/v1/payment-batches", tags=["payment batches"])

Maker = Annotated[Actor, needs(Scope.BATCHES_WRITE)]
Reader = Annotated[Actor, needs(Scope.MONEY_READ)]
BODIES = [
    BodyLimit("/v1/payment-batches/.+", 64 * 1024 * 1024, files=True, seconds=300),
    BodyLimit("/v1/payment-batches"),
]
"""The paths that take files, and the one that takes many identifiers."""

ANSWER: dict[str, Any] = {
    "requestBody": {"required": True, "content": {JSON: {"schema": schema_of(ResultsBody)}, **FILE_CONTENT}}
}


@router.post(
    "",
    operation_id="build_payment_batch",
    status_code=201,
    response_model=Batch,
    responses=refusals(Conflict),
)
def build_payment_batch(draft: BatchDraft, request: Request, actor: Maker, command: IdempotentCommand) -> Response:
    """Make a batch of the approved orders of a unit; orders that are on hold or approved by the caller are left out.

    An order whose payee's account is not the one that was approved goes back to `issued`; one whose award eligibility does not
    have as payout does is left out.
    """
    actor.require_jurisdiction(draft.unit)
    state, now = request.app.state, request.app.state.clock.now()
    return command.run(
        lambda connection: handlers.build(
            connection,
            state.accounts,
            state.decisions,
            unit=draft.unit.value,
            order_ids=draft.order_ids,
            by=actor.subject,
            now=now,
        ),
        status=201,
    )


@router.get("", operation_id="list_payment_batches", response_model=Page[Batch])
def list_payment_batches(
    request: Request,
    actor: Reader,
    unit: Annotated[Unit | None, Query(description="Budget that pays")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List batches, oldest first."""
    after = decode_id(cursor)
    with request.app.state.database.reading() as connection:
        rows = repository.views(connection, after, limit + 1, actor.jurisdiction or unit)
    return json_response(page(rows, limit, "id"))


@router.get("/{batch_id}", operation_id="get_payment_batch", response_model=Batch, responses=refusals(NotFound))
def get_payment_batch(batch_id: UUID, request: Request, actor: Reader) -> Response:
    """Return one batch; its orders are listed by `GET /v1/payment-orders?batch_id=`."""
    with request.app.state.database.reading() as connection:
        return json_response(_own(connection, batch_id, actor))


@router.get(
    "/{batch_id}/file",
    operation_id="get_payment_batch_file",
    response_class=Response,
    responses={
        200: {"content": SPREADSHEET_CONTENT},
        **refusals(NotFound, Conflict),
    },
)
def get_payment_batch_file(
    batch_id: UUID,
    request: Request,
    actor: Maker,
    accept: Accept = None,
) -> Response:
    """Return the file for the treasury: CSV in UTF-8 with BOM, or XLSX, with totals and a checksum line at its end.

    It is always the same, byte for byte (XLSX: cell for cell).
    """
    kind = negotiate(accept, (CSV, XLSX))
    with request.app.state.database.reading_at_one_instant() as connection:
        batch = _own(connection, batch_id, actor)
        if batch["reentered_checksum"] is not None:
            raise Conflict("This batch was entered again after a restore. Its file is the one that the bank has.")
        frame = handlers.file_of(connection, batch, request.app.state.accounts)
    with request.app.state.database.transaction() as connection:  # account numbers leave the system: that is audited
        audit.record(connection, actor=actor.subject, act="get_payment_batch_file", subjects=[batch_id])
    write = files.xlsx_of if kind == XLSX else files.csv_of
    name = f"batch-{batch_id}.{'xlsx' if kind == XLSX else 'csv'}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write(frame, batch["total_fen"]), 200, headers, kind)


@router.post(
    "/{batch_id}/results",
    operation_id="record_payment_results",
    response_model=ResultsReport,
    responses=refusals(NotFound, handlers.ResultsRefused, FileRefused, UnsupportedMediaType, TooLarge),
    openapi_extra=ANSWER,
)
def record_payment_results(
    batch_id: UUID,
    request: Request,
    actor: Maker,
    command: IdempotentCommand,
    mode: Annotated[
        Literal["all_or_nothing", "accept_valid"], Query(description="What a refused row does to the others")
    ] = "all_or_nothing",
) -> Response:
    """Record the bank's answer, or a part of it, as JSON, CSV or a workbook; the same row again changes nothing.

    A file may be the one that was sent, with results beside its rows. What it is, is recognised by its beginning.
    """
    now, accounts = request.app.state.clock.now(), request.app.state.accounts
    answer = _answer(request, now)

    def act(connection: Connection) -> object:
        _own(connection, batch_id, actor)
        checked = handlers.apply_results(
            connection,
            batch_id,
            answer,
            accounts,
            all_or_nothing=mode == "all_or_nothing",
            by=actor.subject,
            now=now,
        )
        return _report(answer, checked, repository.view(connection, batch_id), request)

    return command.run(act)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post(
    "/{batch_id}/results/check",
    operation_id="check_payment_results",
    response_model=ResultsReport,
    responses={
        200: {"content": SPREADSHEET_CONTENT},
        **refusals(NotFound, handlers.ResultsRefused, FileRefused, UnsupportedMediaType, TooLarge),
    },
    openapi_extra=ANSWER,
)
def check_payment_results(
    batch_id: UUID,
    request: Request,
    actor: Maker,
    content: Annotated[bytes, Depends(_body)],  # noqa: ARG001 - reads the body, which a command does by itself
    accept: Accept = None,
) -> Response:
    """Check the bank's answer without recording anything.

    As CSV or XLSX: the refused rows of a file as they were sent, with a column that gives the reasons, to correct and send again.
    """
    now, kind, language = request.app.state.clock.now(), negotiate(accept, (JSON, CSV, XLSX)), language_of(request)
    answer = _answer(request, now)
    with request.app.state.database.reading_at_one_instant() as connection:
        batch = _own(connection, batch_id, actor)
        checked = handlers.check(connection, batch_id, answer, request.app.state.accounts, now)
    if kind == JSON:
        return json_response(_report(answer, checked, batch, request))
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
        "skipped": answer.file.skipped if answer.file else 0,
        "warnings": warnings_in(language, answer.file.warnings.as_data()) if answer.file else [],
        "errors": field_errors([mistake for _, mistake in checked.mistakes[: handlers.MAX_ERRORS]], language),
        "batch": batch,
    }


def _own(connection: Connection, batch_id: UUID, actor: Actor) -> dict[str, Any]:
    batch = repository.view_or_none(connection, batch_id)
    if batch is None or not actor.covers(batch["unit"]):
        raise NotFound(handlers.NO_SUCH_BATCH)
    return batch
