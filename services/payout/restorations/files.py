"""Reading a batch's own file back: the rows that went to the bank, if the checksum proves them unchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

import polars as pl

from services.payout.batches.files import CHECKSUM, HEADINGS, TOTAL, checksum_of, read_cells
from services.payout.restorations.domain import SentRow
from shared import spreadsheets
from shared.errors import FieldError, Invalid
from shared.media_types import CSV, XLSX
from shared.money import NotAnAmountInYuanError, fen_of_yuan

_PURPOSE = re.compile(r"\S+ ([0-9a-f-]{36})/([0-9]{1,2})")


def read(content: bytes, media_type: str) -> tuple[list[SentRow], str]:
    """Return the rows of a batch's file and its checksum.

    Raises UnsupportedMediaType, or Invalid if it is not such a file or was changed.
    """
    kind = spreadsheets.detect_format(spreadsheets.declared_format(media_type, (CSV, XLSX)), content, CSV)
    lines = [[spreadsheets.cell_text(cell).strip() for cell in line] for line in read_cells(content, kind)]
    lines = [line for line in lines if any(line)]
    ends = {line[0]: line for line in lines if line[0] in (TOTAL, CHECKSUM)}
    body = [line[: len(HEADINGS)] for line in lines[1:] if line[0] not in ends]
    if not lines or tuple(lines[0][: len(HEADINGS)]) != HEADINGS or CHECKSUM not in ends or not body:
        raise Invalid("Send the file of a batch as it went to the bank, with its heading and checksum line.")
    checksum = next((cell for cell in ends[CHECKSUM][1:] if cell), "")
    errors: list[FieldError] = []
    rows = [row for place, line in enumerate(body) if (row := _row(line, place, errors)) is not None]
    if errors:
        raise Invalid("See `errors` for each mistake.", errors=errors)
    if checksum_of(_frame(body), sum(row.amount_fen for row in rows)) != checksum:
        error = FieldError("/checksum", "file_changed", "The checksum line does not match the rows.")
        raise Invalid("Send the file of a batch as it went to the bank, unchanged.", errors=[error])
    return rows, checksum


def _row(cells: Sequence[str], place: int, errors: list[FieldError]) -> SentRow | None:
    try:
        purpose = _PURPOSE.fullmatch(cells[7])
        if purpose is None:
            raise ValueError
        UUID(purpose[1])
        return SentRow(str(UUID(cells[1])), cells[3], fen_of_yuan(cells[6]), purpose[1], int(purpose[2]))
    except (ValueError, IndexError, NotAnAmountInYuanError):
        errors.append(FieldError(f"/rows/{place}", "not_of_a_batch", "This is not a row of a batch's file."))
        return None


def _frame(body: Sequence[Sequence[str]]) -> pl.DataFrame:
    frame = pl.DataFrame(list(body), schema=dict.fromkeys(HEADINGS, pl.String), orient="row")
    return frame.with_columns(pl.col(HEADINGS[0]).cast(pl.Float64, strict=False).cast(pl.UInt32))
