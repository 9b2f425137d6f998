"""What an uploaded file is: as its content type declares, or, sent as bytes, as its own beginning tells."""

from __future__ import annotations

from collections.abc import Sequence

from shared.errors import UnsupportedMediaType
from shared.web.spreadsheets import BOM, CSV, XLSX

BYTES = "application/octet-stream"
"""For clients that cannot declare what they send: many generated ones send any file as bytes."""

START_BYTES = 1_024
"""So much of a file tells what it is."""

_ZIP = b"PK\x03\x04"


def declared(content_type: str | None, accepted: Sequence[str]) -> str:
    """Return the media type that `content_type` names: BYTES or one of `accepted`; raises Problem (415)."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind != BYTES and kind not in accepted:
        raise UnsupportedMediaType("Send the file as one of: {value}.", value=", ".join([*accepted, BYTES]))
    return kind


def recognised(kind: str, content: bytes, structured: str) -> str:
    """Return `kind`, or what bytes are: a workbook is a ZIP archive, `structured` starts with a brace, the rest is CSV."""
    if kind != BYTES:
        return kind
    start = content[:START_BYTES]
    if start.startswith(_ZIP):
        return XLSX
    return structured if start.removeprefix(BOM).lstrip().startswith(b"{") else CSV
