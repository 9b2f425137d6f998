"""Lists that an operation offers as CSV and XLSX beside JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Response

from shared.i18n import translate
from shared.media_types import CSV, JSON, XLSX
from shared.spreadsheets import TableColumn, escape_formulas, require_row_limit, to_csv, to_frame, to_xlsx
from shared.web.negotiation import negotiate
from shared.web.openapi import BINARY

SPREADSHEET_CONTENT = {CSV: BINARY, XLSX: BINARY}
"""The two formats, for the OpenAPI `content` of an operation that offers them."""


def requested_format(accept: str | None) -> str | None:
    """Return which of the two formats a caller prefers to JSON, None if neither; raises NotAcceptable."""
    kind = negotiate(accept, (JSON, CSV, XLSX))
    return None if kind == JSON else kind


def spreadsheet_response(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[TableColumn],
    kind: str,
    language: str,
    *,
    name: str,
    title: str,
) -> Response:
    """Answer with `rows` as a file `name` of `kind` (CSV or XLSX) in `language`. Raises TooLarge.

    `title`, a message, names the workbook's sheet.
    """
    frame = escape_formulas(to_frame(require_row_limit(rows), columns, language))
    content = to_xlsx({translate(title, language): frame}) if kind == XLSX else to_csv(frame)
    file = f"{name}.{'xlsx' if kind == XLSX else 'csv'}"
    return Response(content, 200, {"Content-Disposition": f'attachment; filename="{file}"'}, kind)
