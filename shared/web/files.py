"""Files that people send, and what comes back of them: media types, warnings, the refused rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from shared.files.refused_rows import RefusedTable, to_csv, to_xlsx
from shared.i18n import translate
from shared.media_types import BYTES, CSV, FILE_TYPES, XLSX
from shared.web.openapi import BINARY

FILE_CONTENT = dict.fromkeys((CSV, XLSX, *FILE_TYPES, BYTES), BINARY)
"""CSV, TSV and workbooks under all their media types, for the OpenAPI `content` of an operation that takes files."""


class FileWarning(BaseModel):
    """Something that was guessed or passed over."""

    code: str = Field(description="Stable code of the warning", examples=["totals_and_notes"])
    count: int = Field(description="How often", examples=[3])
    message: str = Field(description="What was guessed or passed over, in the caller's language")
    examples: list[str] = Field(description="Places in the file, with words from there", examples=[["38 合计"]])


def warnings_in(language: str, warnings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return warnings (`FileWarning`) in `language`."""
    return [{**each, "message": translate(each["message"], language)} for each in warnings]


def refused_rows_response(tables: Sequence[RefusedTable], kind: str, language: str, name: str) -> Response:
    """Answer with refused rows as a file of `kind` (CSV: of the first table; or XLSX), called after `name`."""
    file = f"{name}-rejected.{'csv' if kind == CSV else 'xlsx'}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    if kind == CSV:
        return StreamingResponse(to_csv(tables[0], language), media_type=f"{CSV}; charset=utf-8", headers=headers)
    return Response(to_xlsx(tables, language), media_type=XLSX, headers=headers)
