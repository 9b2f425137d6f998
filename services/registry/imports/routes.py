"""Routes of imports: upload a file, watch its job, list its errors."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from services.registry.cipher import AccountCipher
from services.registry.imports import corrections, handlers, repository
from services.registry.imports.domain import MAX_KEPT_ROWS, ImportOptions, Mode, Upload
from services.registry.imports.schemas import ImportCorrection, ImportDetail, ImportJob, ImportMistake, RejectedRow
from services.registry.imports.uploads import UploadTooSlow, receive
from services.registry.revisions.domain import Clearing
from services.registry.revisions.route_parameters import CityWideReader, MayClear, Writer
from shared.authorization import Scope
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.validation_errors import MESSAGES, parameters_of
from shared.errors import (
    Conflict,
    FieldError,
    InFlight,
    Invalid,
    KeyReused,
    NotFound,
    TooLarge,
    UnsupportedMediaType,
)
from shared.files.refused_rows import RefusedTable
from shared.free_text import masked, strike_optional
from shared.i18n import CHINESE, translate
from shared.media_types import CSV, JSON, NDJSON, XLSX
from shared.web.files import FILE_CONTENT, refused_rows_response, warnings_in
from shared.web.idempotency import Command, IdempotentCommand, json_response
from shared.web.jobs import job_response, shown_job
from shared.web.negotiation import Accept, language_of, negotiate
from shared.web.openapi import BINARY
from shared.web.pagination import Cursor, Limit, Page, decode_cursor, decode_id, page
from shared.web.possible_acts import possible_acts
from shared.web.problems import refusals

_DIGIT = re.compile(r"[0-9０-９]")

router = APIRouter(prefix="/v1/imports", tags=["imports"])

# Clients generated from the document declare the last of these: bytes, which are recognised by their beginning.
_CONTENT = {CSV: BINARY, NDJSON: BINARY, **FILE_CONTENT}


@router.post(
    "",
    operation_id="start_import",
    status_code=202,
    response_model=ImportJob,
    responses=refusals(UploadTooSlow, InFlight, KeyReused, UnsupportedMediaType, TooLarge),
    openapi_extra={"requestBody": {"required": True, "content": _CONTENT}},
)
def start_import(
    request: Request,
    actor: Writer,
    upload: Annotated[Upload, Depends(receive)],
    dataset: Annotated[str | None, Query(description="Dataset; leave out for a workbook with one sheet each")] = None,
    mode: Annotated[
        Mode, Query(description="What becomes of the good rows of a file with bad ones")
    ] = Mode.ALL_OR_NOTHING,
    dry_run: Annotated[bool, Query(description="Check and report, store nothing")] = False,
    clearing: MayClear = Clearing.REFUSE,
    sheet: Annotated[
        str | None,
        Query(max_length=100, description="Sheet of a workbook; the first visible one with the headings if left out"),
    ] = None,
    source: Annotated[str | None, Query(max_length=500, description="Where the file comes from")] = None,
    reason: Annotated[str | None, Query(max_length=1_000, description="Why it is imported")] = None,
    idempotency_key: Annotated[
        str | None,
        Header(min_length=1, max_length=255, description="Same key and request: the first answer again, done once"),
    ] = None,
) -> Response:
    """Take a file (CSV, TSV, NDJSON, or a workbook as .xlsx, .xls, .xlsb or .ods); import it in the background as one revision.

    What it is, is recognised by its beginning; only NDJSON has to be declared, unless it is sent as `application/octet-stream`.
    """
    if dataset is None and upload.media_type != XLSX:
        raise _invalid(FieldError("dataset", "missing", "name the dataset; only a workbook may hold several"))
    if dataset is not None and dataset not in CATALOGUE:
        error = FieldError("dataset", "unknown_dataset", "there is no such dataset; `GET /v1/datasets` lists them")
        raise _invalid(error)
    options = ImportOptions(
        dataset, mode, dry_run, upload.media_type, clearing, sheet, strike_optional(source), strike_optional(reason)
    )
    command = Command(request, idempotency_key, upload.request_hash)
    state = request.app.state

    def act(connection: Connection) -> dict[str, Any]:
        return handlers.start_import(
            connection, options, upload, by=actor.subject, clock=state.clock, cipher=state.cipher
        )

    return command.run(act, status=202, headers=lambda body: {"Location": f"/v1/imports/{body['id']}"})


@router.get("", operation_id="list_imports", response_model=Page[ImportJob])
def list_imports(
    request: Request,
    actor: CityWideReader,  # noqa: ARG001 - asks for the scope
    created_by: Annotated[str | None, Query(max_length=200, description="Only those that this client sent")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """List imports, the newest first: how far each is, and what became of its rows."""
    after, language = decode_id(cursor), language_of(request)
    with request.app.state.database.reading() as connection:
        found = handlers.find(connection, by=created_by, after=after, limit=limit + 1)
    shown = [shown_job(request, {**each, "warnings": warnings_in(language, each["warnings"])}) for each in found]
    return json_response(page(shown, limit, "id"))


@router.get(
    "/{import_id}",
    operation_id="get_import",
    response_model=ImportDetail,
    responses=refusals(NotFound),
)
def get_import(request: Request, actor: CityWideReader, import_id: UUID) -> Response:
    """Return how far an import is, and what became of its rows."""
    with request.app.state.database.reading() as connection:
        view = handlers.view(connection, import_id)
        again = handlers.corrections_of(connection, import_id)
    possible = possible_acts(request, actor, corrections.possible(view))
    warnings = warnings_in(language_of(request), view["warnings"])
    return job_response(request, {**view, "warnings": warnings, "possible_acts": possible, "corrections": again})


@router.get(
    "/{import_id}/errors",
    operation_id="list_import_errors",
    response_model=Page[ImportMistake],
    responses={200: {"content": {CSV: BINARY, XLSX: BINARY}}, **refusals(NotFound)},
)
def list_import_errors(
    request: Request,
    actor: CityWideReader,
    import_id: UUID,
    limit: Limit = 100,
    cursor: Cursor = None,
    sheet: Annotated[int | None, Query(ge=0, le=9_999, description="CSV or XLSX: sheet of a workbook, from 0")] = None,
    accept: Accept = None,
) -> Response:
    """List each mistake: line, field, code, message. As CSV or XLSX: just the rejected rows as they were sent, with a column
    that gives the reasons, to correct and send again.
    """
    language = language_of(request)
    media_type = negotiate(accept, (JSON, CSV, XLSX))
    with request.app.state.database.reading() as connection:
        handlers.view(connection, import_id)
        sheets = repository.get_upload(connection, import_id).headings or {}
        if media_type != JSON:
            wanted = list(map(int, sheets)) if sheet is None else [sheet]
            shown = str if actor.may(Scope.ACCOUNTS_READ) else _without_digits
            tables = _refused_tables(connection, request.app.state.cipher, import_id, sheets, wanted, language, shown)
            return refused_rows_response(tables, media_type, language, sheets[str(min(wanted))]["dataset"])
        rows = repository.errors_after(connection, import_id, decode_cursor(cursor, int, int, int), limit)
    body = page(rows, limit, "sheet", "line", "number")
    return json_response({**body, "items": [_error_view(row, sheets, language) for row in body["items"]]})


@router.get(
    "/{import_id}/rejected-rows",
    operation_id="list_rejected_rows",
    response_model=Page[RejectedRow],
    responses=refusals(NotFound),
)
def list_rejected_rows(
    request: Request, actor: CityWideReader, import_id: UUID, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """List the rejected rows as they were sent, each with what is wrong beside its cells."""
    language = language_of(request)
    after = decode_cursor(cursor, int, int)
    with request.app.state.database.reading() as connection:
        handlers.view(connection, import_id)
        sheets = repository.get_upload(connection, import_id).headings or {}
        rows = repository.rejected_rows_after(connection, import_id, after, limit, request.app.state.cipher)
    body = page(rows, limit, "sheet", "line")
    whole = actor.may(Scope.ACCOUNTS_READ)
    return json_response({**body, "items": [_row_view(row, sheets, language, whole=whole) for row in body["items"]]})


@router.post(
    "/{import_id}/corrections",
    operation_id="correct_import",
    status_code=202,
    response_model=ImportJob,
    responses=refusals(NotFound, Conflict, InFlight, KeyReused),
)
def correct_import(
    request: Request, actor: Writer, command: IdempotentCommand, import_id: UUID, body: ImportCorrection
) -> Response:
    """Import rejected rows again with some cells corrected, in the background as one revision; the good ones are accepted."""
    state, language = request.app.state, language_of(request)
    rows = [(row.line, [(cell.column, cell.value) for cell in row.cells]) for row in body.rows]

    def act(connection: Connection) -> dict[str, Any]:
        return corrections.correct(
            connection,
            import_id,
            body.sheet,
            rows,
            by=actor.subject,
            clock=state.clock,
            cipher=state.cipher,
            language=language,
        )

    return command.run(act, status=202, headers=lambda made: {"Location": f"/v1/imports/{made['id']}"})


def _row_view(row: dict[str, Any], sheets: Mapping[str, Any], language: str, *, whole: bool) -> dict[str, Any]:
    outline = sheets[str(row["sheet"])]
    shown = _without_digits if CATALOGUE[outline["dataset"]].sensitive and not whole else str
    places, cells = outline.get("places", {}), row["cells"]
    beside: dict[int | None, list[str]] = defaultdict(list)
    for error in row["errors"]:
        beside[places.get(error["field"])].append(_error_view(error, sheets, language)["message"])
    return {
        "sheet": row["sheet"],
        "sheet_name": outline.get("sheet_name"),
        "dataset": outline["dataset"],
        "line": row["line"],
        "cells": [
            {
                "column": place,
                "heading": outline["headings"][place],
                "value": shown(cells[place]) if place < len(cells) else "",
                "mistakes": beside[place],
            }
            for place in RefusedTable(outline, (), {}).places
        ],
        "mistakes": beside[None],
    }


def _refused_tables(
    connection: Connection,
    cipher: AccountCipher,
    import_id: UUID,
    sheets: Mapping[str, Any],
    wanted: list[int],
    language: str,
    shown: Callable[[str], str],
) -> list[RefusedTable]:
    reasons: dict[tuple[int, int], list[str]] = defaultdict(list)
    for row in repository.errors_after(connection, import_id, None, MAX_KEPT_ROWS * 20):
        reasons[row["sheet"], row["line"]].append(_error_view(row, sheets, language)["message"])
    separator = "；" if language == CHINESE else "; "
    tables = []
    for number in sorted(wanted):
        if str(number) not in sheets:
            raise NotFound("This import has no rejected rows there.")
        joined = {line: separator.join(found) for (sheet, line), found in reasons.items() if sheet == number}
        rows = list(repository.rejected_rows(connection, import_id, number, cipher))
        if CATALOGUE[sheets[str(number)]["dataset"]].sensitive:
            rows = [(line, list(map(shown, cells))) for line, cells in rows]
        tables.append(RefusedTable(sheets[str(number)], rows, joined))
    if not tables:
        raise NotFound("This import has no rejected rows there.")
    return tables


def _without_digits(cell: str) -> str:
    """Mask a cell with digits: the number of an account may stand in any column."""
    return masked(cell) if _DIGIT.search(cell) else cell


def _error_view(row: dict[str, Any], sheets: Mapping[str, Any], language: str) -> dict[str, Any]:
    dataset = CATALOGUE[row["dataset"]]
    outline = sheets.get(str(row["sheet"]), {})
    column = outline.get("columns", {}).get(row["field"])
    return {
        "line": row["line"],
        "sheet": row["sheet"],
        "sheet_name": outline.get("sheet_name"),
        "cell": f"{column}{row['line']}" if column else None,
        "dataset": row["dataset"],
        "field": row["field"],
        "code": row["code"],
        "message": translate(MESSAGES[row["code"]], language, parameters_of(dataset, row["field"], row["detail"])),
    }


def _invalid(error: FieldError) -> Invalid:
    return Invalid("See `errors` for each mistake.", errors=[error])
