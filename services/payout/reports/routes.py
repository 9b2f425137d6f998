"""The year's report over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from services.payout.budgets import repository as budgets
from services.payout.enums import UNITS
from services.payout.reports import audit_export, repository
from services.payout.reports.export import workbook_of
from services.payout.reports.schemas import Report
from shared.authorization import Actor, Scope
from shared.clock import calendar_date
from shared.media_types import JSON, XLSX, ZIP
from shared.web.auth import needs
from shared.web.idempotency import json_response
from shared.web.negotiation import Accept, language_of, negotiate
from shared.web.openapi import BINARY

router = APIRouter(prefix="/v1/reports", tags=["reports"])
_CHUNK_BYTES = 1024 * 1024


@router.get(
    "/audit-export",
    operation_id="export_for_auditors",
    response_class=StreamingResponse,
    responses={200: {"description": "The archive", "content": {ZIP: BINARY}}},
)
def export_for_auditors(
    request: Request, actor: Annotated[Actor, needs(Scope.AUDIT_READ, city_wide=True)]
) -> StreamingResponse:
    """Give postings with their hash chain, payment orders, decisions and shares as one archive.

    `subsidies verify-export` verifies it without the database.
    """
    state = request.app.state
    with ExitStack() as unless_sent:
        target = unless_sent.enter_context(TemporaryFile())
        with state.database.reading_at_one_instant() as connection:
            audit_export.write(connection, target, by=actor.subject, now=state.clock.now())
        target.seek(0)
        unless_sent.pop_all()
    headers = {"Content-Disposition": 'attachment; filename="audit-export.zip"'}
    return StreamingResponse(_chunks(target), 200, headers, ZIP)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


@router.get(
    "/{year}",
    operation_id="get_year_report",
    response_model=Report,
    responses={200: {"content": {XLSX: BINARY}}},
)
def get_year_report(
    year: Annotated[int, Path(ge=2020, le=2100)],
    request: Request,
    actor: Annotated[Actor, needs(Scope.MONEY_READ)],
    accept: Accept = None,
) -> Response:
    """Report a budget year per unit, award and jurisdiction, and per budget indicator; a district's officer sees its own."""
    this_year = calendar_date(request.app.state.clock.now()).year
    with request.app.state.database.reading_at_one_instant() as connection:
        units = [unit for unit in UNITS if actor.covers(unit)]
        report = {
            "year": year,
            "budgets": [budgets.view(connection, unit, year, this_year) for unit in units],
            "rows": repository.rows(connection, year, actor.jurisdiction),
            "indicators": repository.indicators(connection, year, actor.jurisdiction),
        }
    if negotiate(accept, (JSON, XLSX)) == XLSX:
        headers = {"Content-Disposition": f'attachment; filename="year-{year}.xlsx"'}
        return Response(workbook_of(report, language_of(request)), 200, headers, XLSX)
    return json_response(report)
