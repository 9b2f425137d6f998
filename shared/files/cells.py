"""Cells of workbooks as the text that their sheet shows: exact numbers, ISO days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from shared import spreadsheets

_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no zone; right from 1 March 1900 on
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_FIRST_DAY, _LAST_DAY = 61, 2_958_465
_DAYS_TO_1904 = 1_462
_SHORT = 15


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: its number from 1, its cells as text, and marks: a place and what is special there.

    A mark is `formula` (without a value), `formula_value`, `cell_error`, `digits_lost` (a number of more than 15 digits),
    `scaled` or `percent` (a number that its format shows as another), or `outside` (a value far from the others, which `cells`
    does not have).
    """

    number: int
    cells: list[str]
    marks: Sequence[tuple[int, str]] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class SheetName:
    """A sheet's name, and whether it is shown."""

    name: str
    visible: bool


class Book(Protocol):
    """A workbook of any kind."""

    sheets: list[SheetName]

    def rows(self, number: int, *, marked: bool = True) -> Iterator[Row]:
        """Yield the rows of a sheet; where only their text is wanted, those that are not `marked` may come sooner."""
        ...

    def stored_bytes(self, number: int) -> int:
        """Return how many bytes of the file, packed as they are, hold a sheet with its strings."""
        ...

    def merged(self, number: int) -> list[tuple[int, int, int, int]]:
        """Return the merged ranges of a sheet: first and last row (from 1), first and last column (from 0)."""
        ...


def number_text(written: str, number: float) -> tuple[str, bool]:
    """Return a number as its cell shows it, and whether it has all its digits."""
    if len(written) <= _SHORT and written.lstrip("-").isdigit():
        return written, True
    return spreadsheets.cell_text(number), spreadsheets.is_exact(number)


def day_text(number: float, *, since_1904: bool) -> str:
    """Return a serial day of Excel in ISO form, with the time if it has one; one that is no day remains a number."""
    epoch, first, last = _EPOCH_1900, _FIRST_DAY, _LAST_DAY
    if since_1904:
        epoch, first, last = _EPOCH_1904, 0, _LAST_DAY - _DAYS_TO_1904
    if not first <= number <= last:
        return spreadsheets.cell_text(number)
    moment = epoch + timedelta(seconds=round(number * 86_400))
    return spreadsheets.cell_text(moment)


def shown(cell: object) -> str:
    """Return a cell that calamine has read as text."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell.isoformat()
    return spreadsheets.cell_text(cell)
