"""Give the refused rows back to be corrected and sent again: as they were written, with a column that says what is wrong."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter

from shared.i18n import N_, translate
from shared.spreadsheets import BOM, escape_formula

REASON = N_("problem")
_REASONS = ("问题", "problem", "错误说明", "mistakes")
_PIECE = 1 << 16
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_MAX_NAME = 31


@dataclass(frozen=True, slots=True)
class RefusedTable:
    """The refused rows of one table: `outline` is what was around them in the file, `reasons` what is wrong by line."""

    outline: Mapping[str, Any]
    rows: Iterable[tuple[int, list[str]]]
    reasons: Mapping[int, str]

    @property
    def places(self) -> list[int]:
        """The places of the columns that were sent, without one that says what was wrong before."""
        headings: Sequence[str] = self.outline["headings"]
        return [place for place, heading in enumerate(headings) if heading.strip().lower() not in _REASONS]

    def lines(self, language: str) -> Iterator[list[str]]:
        """Yield the rows above the headings, the headings, and the refused rows."""
        headings: Sequence[str] = self.outline["headings"]
        kept = self.places
        yield from self.outline.get("above", [])
        yield [*(headings[place] for place in kept), translate(REASON, language)]
        for line, cells in self.rows:
            known = [cells[place] if place < len(cells) else "" for place in kept]
            yield [*known, self.reasons.get(line, ""), *cells[len(headings) :]]


def to_csv(table: RefusedTable, language: str) -> Iterator[bytes]:
    """Write a table as CSV in pieces, UTF-8 with BOM."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM.decode())
    for cells in table.lines(language):
        writer.writerow(map(escape_formula, cells))
        if buffer.tell() > _PIECE:
            yield _taken(buffer)
    yield _taken(buffer)


def to_xlsx(tables: Iterable[RefusedTable], language: str) -> bytes:
    """Write a workbook with a sheet for each table, named as it was; all cells are text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        as_text = book.add_format({"num_format": "@"})
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.outline.get("sheet_name"), book.sheetnames))
            for number, cells in enumerate(table.lines(language)):
                for place, cell in enumerate(cells):
                    if cell:
                        sheet.write_string(number, place, cell, as_text)
    return buffer.getvalue()


def _sheet_name(name: str | None, taken: Collection[str]) -> str | None:
    """Return a sheet's name as .xlsx allows it, which is shorter than other programs do; None for the usual one."""
    allowed = _NOT_IN_NAMES.sub(" ", name or "")[:_MAX_NAME].strip(" '")
    used = {each.lower() for each in taken} | {"history"}
    return allowed if allowed and allowed.lower() not in used else None


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data
