"""Import: drop a file, see what is wrong beside each row, correct it and send it again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.desk.desk import OwnDesk, together
from services.desk.downloads import passed_on
from services.desk.rendering import page
from shared.media_types import CSV, XLSX

TableForm = Literal["csv", "xlsx"]
_TABLE_FORMS: Mapping[TableForm, str] = {"csv": CSV, "xlsx": XLSX}

router = APIRouter()
ROWS_SHOWN = 20
"""Refused rows on a page: more are quicker to correct in the file."""
_IMPORTS_SHOWN = 20
_DRAFTS_SHOWN = 20


@router.get("/imports")
async def show_imports(request: Request, desk: OwnDesk, own: bool = False, cursor: str = "") -> Response:
    """Show the form that takes a file, and what became of the files that were sent, the newest first; `own`: by oneself."""
    found = await together(
        catalogue=desk.registry.list_datasets(),
        imports=desk.registry.list_imports(
            created_by=desk.person.subject if own else None, limit=_IMPORTS_SHOWN, cursor=cursor
        ),
        drafts=desk.registry.list_drafts(state="proposed", limit=_DRAFTS_SHOWN),
    )
    possible = found["catalogue"]["possible_acts"] if found["catalogue"] else []
    return page(request, "imports.html", possible=possible, own=own, **found)


@router.get("/imports/{import_id}")
async def show_import(request: Request, desk: OwnDesk, import_id: str, cursor: str = "") -> Response:
    """Show what became of a file's rows, and the refused ones with what is wrong beside each."""
    found = await together(
        job=desk.registry.get_import(import_id),
        rejected=desk.registry.list_rejected_rows(import_id, limit=ROWS_SHOWN, cursor=cursor),
    )
    if not found["job"]:
        return page(request, "not_found.html", status=404)
    rejected = found["rejected"] or {"items": [], "next_cursor": None}
    return page(request, "import.html", job=found["job"], rejected=rejected, sheets=_by_sheet(rejected["items"]))


@router.get("/imports/{import_id}/errors")
async def download_refused_rows(desk: OwnDesk, import_id: str, form: TableForm, sheet: str = "") -> Response:
    """Pass on the refused rows as a file, as they were sent, with a column that says what is wrong."""
    return passed_on(
        await desk.registry.list_import_errors_file(import_id, sheet=sheet or None, accept=_TABLE_FORMS[form])
    )


def _by_sheet(rows: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    return [list(found) for _, found in groupby(rows, key=lambda row: row["sheet"])]
