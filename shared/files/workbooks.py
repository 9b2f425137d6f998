"""Open a workbook of any kind, and lay its sheets out in blocks of rows."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from shared import spreadsheets
from shared.files import biff, xlsb
from shared.files.allowance import SECONDS_PER_VALUE, VALUES_EARNED_AT_ONCE, Allowance
from shared.files.cells import Book, Row, SheetName, shown
from shared.files.domain import MAX_EXAMPLES, PART_ROWS, FileRefused, RowError, Table, Warnings, letters, refused
from shared.files.ods import OdsBook
from shared.files.rows import Block
from shared.files.text import not_a_table
from shared.files.vocabulary import SEARCHED_ROWS
from shared.files.vocabulary import Row as Cells
from shared.files.xlsx import XlsxBook
from shared.i18n import N_

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08\x08\x00", b"\x09\x08\x10\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00", b"\x09\x00\x04\x00")
_ENCRYPTED, _ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le"), b"encryption-data"
"""Where a password is needed: in the directory of an OLE file, and in the index of an OpenDocument one."""
_MAX_ENTRIES = 2_000
_SLICE_ROWS = 500
_CELL_MISTAKES = ("formula", "cell_error", "scaled", "percent")


def is_workbook(start: bytes) -> bool:
    """Return whether a file that begins with `start` is meant to be a workbook."""
    return start.startswith((ZIP, OLE, *_BIFF))


class CalamineBook:
    """A workbook of a kind that only calamine reads: .xls and .xlsb."""

    def __init__(self, file: IO[bytes], allowance: Allowance, archive: zipfile.ZipFile | None = None) -> None:
        """Open it, an .xlsb also as an `archive`; raises FileRefused for one that is damaged or protected."""
        self._file, self._archive, self._allowance = file, archive, allowance
        self._facts: dict[int, biff.SheetFacts] = {}
        self._book = open_with_calamine(file)
        self.sheets = [
            SheetName(sheet.name, sheet.visible == SheetVisibleEnum.Visible) for sheet in self._book.sheets_metadata
        ]

    def rows(self, number: int, *, marked: bool = True) -> Iterator[Row]:
        """Yield the rows of a sheet."""
        sheet = _sheet(self._book, number)
        if sheet.start is None:
            return
        facts = self._facts_of(number) if marked else biff.SheetFacts()
        margin = [""] * sheet.start[1]  # rows are given from the first one, columns only from the first that is used
        for line, cells in enumerate(sheet.iter_rows(), 1):
            marks = [(len(margin) + place, "digits_lost") for place in spreadsheets.inexact_numbers(cells)]
            for place in range(len(margin) + len(cells)) if facts.formulas or facts.errors or facts.shown else ():
                marks += [(place, "formula_value")] if (line, place) in facts.formulas else []
                marks += [(place, "cell_error")] if (line, place) in facts.errors else []
                kind = facts.shown.get((line, place))
                if kind == "year":
                    cells[place - len(margin)] = shown(cells[place - len(margin)])[:4]
                elif kind is not None:
                    marks.append((place, kind))
            if marks or cells.count("") < len(cells):
                yield Row(line, [*margin, *map(shown, cells)], marks, line in facts.hidden)

    def merged(self, number: int) -> list[tuple[int, int, int, int]]:
        """Return the merged ranges of a sheet: first and last row (from 1), first and last column (from 0)."""
        if self._archive is not None:
            return self._facts_of(number).merged
        return _ranges(_sheet(self._book, number))

    def stored_bytes(self, number: int) -> int:
        """Return how many bytes of the file, packed as they are, hold a sheet with its strings."""
        if self._archive is None:
            return len(biff.workbook_stream(self._file))
        return xlsb.stored_bytes(self._archive, number)

    def _facts_of(self, number: int) -> biff.SheetFacts:
        if number not in self._facts:
            self._facts[number] = (
                xlsb.facts(self._archive, number, self._allowance)
                if self._archive is not None
                else biff.facts(self._file, number, self._allowance)
            )
        return self._facts[number]


def _sheet(book: CalamineWorkbook, number: int) -> CalamineSheet:
    """Lay out a sheet; raises FileRefused for one whose part ends amid a record."""
    try:
        return book.get_sheet_by_index(number)
    except OSError as error:
        if error.errno is not None:  # the disk's, not the workbook's
            raise
        raise damaged() from error


def _ranges(sheet: CalamineSheet) -> list[tuple[int, int, int, int]]:
    return [(top + 1, bottom + 1, left, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or []]


def open_with_calamine(file: IO[bytes]) -> CalamineWorkbook:
    """Open a workbook with calamine; raises FileRefused for one that is damaged or protected."""
    file.seek(0)
    try:
        return CalamineWorkbook.from_filelike(file)
    except PasswordError as error:
        raise encrypted() from error
    except (CalamineError, OSError, ValueError) as error:
        file.seek(0)
        raise encrypted() if _ENCRYPTED in file.read() else damaged() from error


def encrypted() -> FileRefused:
    """Return the refusal of a workbook with a password."""
    return refused("encrypted", "The workbook is protected by a password; save it without.")


def damaged() -> FileRefused:
    """Return the refusal of a file that is not what it seems to be."""
    return refused("not_a_workbook", "The file is not a workbook, or it is damaged. Open it and save it as .xlsx.")


def open_book(file: IO[bytes], max_bytes: int, allowance: Allowance) -> Book:
    """Open a workbook; raises FileRefused for one that must not or cannot be opened."""
    file.seek(0)
    if not file.read(len(ZIP)).startswith(ZIP):
        return CalamineBook(file, allowance)
    try:
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
        # The sizes are the archive's own word, but no more than them is ever unpacked, and a lie fails the checksum.
        if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > max_bytes:
            raise refused(
                "workbook_too_large",
                "Unpacked, the workbook may have at most {limit:,} bytes; send CSV instead.",
                limit=max_bytes,
            )
        names = {name.replace("\\", "/").lower() for name in archive.namelist()}
        if "content.xml" in names:
            return _ods(archive)
        if not any(name.startswith("xl/") or name.endswith("workbook.xml") for name in names):
            raise not_a_table()
        return CalamineBook(file, allowance, archive) if "xl/workbook.bin" in names else XlsxBook(archive)
    except UNREADABLE as error:
        raise damaged() from error


def _ods(archive: zipfile.ZipFile) -> OdsBook:
    if "META-INF/manifest.xml" in archive.NameToInfo and _ENCRYPTED_PART in archive.read("META-INF/manifest.xml"):
        raise encrypted()
    return OdsBook(archive)


UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, CalamineError),
    *(LookupError, ValueError, NotImplementedError, RuntimeError, EOFError),
)
"""What the libraries raise for damaged files."""


def first_rows(book: Book, number: int) -> list[Cells]:
    """Return the first rows of a sheet that are not blank, among its first SEARCHED_ROWS."""
    found = []
    for row in book.rows(number, marked=False):
        if row.number > SEARCHED_ROWS:
            break
        if any(map(str.strip, row.cells)):
            found.append((row.number, row.cells))
    return found


def blocks(file: IO[bytes], book: Book, table: Table, warnings: Warnings, allowance: Allowance) -> Iterator[Block]:
    """Yield the rows of a sheet below its headings, PART_ROWS at a time."""
    allowance.hold(book.stored_bytes(table.sheet))
    if isinstance(book, XlsxBook) and book.is_plain(table.sheet):
        return _quick_blocks(_sheet(open_with_calamine(file), table.sheet), table, allowance)
    return _streamed_blocks(book, table, warnings, allowance)


def rows(book: Book, table: Table, allowance: Allowance) -> Iterator[Row]:
    """Yield the rows of a table's sheet; the values in its columns earn time for the next."""
    allowance.hold(book.stored_bytes(table.sheet))
    values, places = 0, [*table.places, *table.ignored]
    for row in book.rows(table.sheet):
        cells = row.cells
        for place in places:
            values += place < len(cells) and cells[place] != ""
        if values > VALUES_EARNED_AT_ONCE:
            allowance.earn(values * SECONDS_PER_VALUE)
            values = 0
        yield row


def _quick_blocks(sheet: CalamineSheet, table: Table, allowance: Allowance) -> Iterator[Block]:
    """Lay out a sheet of plain values."""
    found = islice(sheet.iter_rows(), table.heading_line, None)
    merged = _Merged(_ranges(sheet), table)
    number, total = table.heading_line + 1, max(sheet.total_height, 1)
    margin = (sheet.start or (0, 0))[1]
    while columns := _columns(found, PART_ROWS):
        lines = range(number, number + len(columns[0]))
        number = lines.stop
        errors = list(merged.errors_within(lines))
        texts: list[Any] = []
        for place, cells in enumerate(columns, margin):
            column, inexact = spreadsheets.text_column(cells)
            texts.append(column)
            if (name := table.places.get(place)) is not None:
                errors += [(lines[at], name, "digits_lost", None) for at in inexact]
        blank = pl.Series([""], dtype=pl.String).new_from_index(0, len(lines))
        texts = [blank] * margin + texts + [blank] * (len(table.headings) - margin - len(texts))
        allowance.earn(sum(int((texts[place] != "").sum()) for place in table.places) * SECONDS_PER_VALUE)
        yield Block(lines, texts, errors, min(number, total), total)


def _columns(rows: Iterator[list[Any]], count: int) -> list[list[Any]]:
    """Take up to `count` rows as columns, slice by slice; empty when there are none."""
    columns: list[list[Any]] = []
    for _ in range(0, count, _SLICE_ROWS):
        part = list(islice(rows, _SLICE_ROWS))
        if not part:
            break
        columns = columns or [[] for _ in part[0]]
        for column, cells in zip(columns, zip(*part, strict=True), strict=True):
            column.extend(cells)
    return columns


def _streamed_blocks(book: Book, table: Table, warnings: Warnings, allowance: Allowance) -> Iterator[Block]:
    merged = _Merged(book.merged(table.sheet), table)
    formulas: list[str] = []
    hidden: list[str] = []
    below = (row for row in rows(book, table, allowance) if row.number > table.heading_line)
    done = 0
    while part := list(islice(below, PART_ROWS)):
        errors: list[RowError] = []
        width = max(len(table.headings), *(len(row.cells) for row in part))
        for row in part:
            hidden += [str(row.number)] if row.hidden and any(row.cells) else []
            errors += _errors_of(row, table, formulas)
            errors += merged.errors_at(row.number)
        columns: list[Sequence[str]] = list(
            zip(*([*row.cells, *[""] * (width - len(row.cells))] for row in part), strict=True)
        )
        done += len(part)
        yield Block([row.number for row in part], columns, errors, done, done)
    warnings.warn(
        "formulas", N_("The last results of these formulas were taken."), formulas[:MAX_EXAMPLES], len(formulas)
    )
    warnings.warn("hidden_rows", N_("These rows are hidden; they were read."), hidden[:MAX_EXAMPLES], len(hidden))


def _errors_of(row: Row, table: Table, formulas: list[str]) -> Iterator[RowError]:
    for place, mark in row.marks:
        name = table.places.get(place)
        at = f"{letters(place)}{row.number}"
        if mark == "formula_value" and place not in table.ignored:
            formulas.append(at)
        elif mark == "outside":
            yield row.number, None, "no_heading", at
        elif mark in _CELL_MISTAKES and name is not None:
            yield row.number, name, mark, at
        elif mark == "digits_lost" and name is not None:
            yield row.number, name, "digits_lost", None


class _Merged:
    """The merged ranges that columns of the table take part in."""

    def __init__(self, ranges: Sequence[tuple[int, int, int, int]], table: Table) -> None:
        self._table = table
        self._ranges = sorted(
            each
            for each in ranges
            if each[1] > table.heading_line and any(each[2] <= place <= each[3] for place in table.places)
        )
        self._next = 0
        self._open: list[tuple[int, int, int, int]] = []

    def errors_within(self, lines: range) -> Iterator[RowError]:
        if self._open or self._next < len(self._ranges):
            for line in lines:
                yield from self.errors_at(line)

    def errors_at(self, line: int) -> Iterator[RowError]:
        while self._next < len(self._ranges) and self._ranges[self._next][0] <= line:
            self._open.append(self._ranges[self._next])
            self._next += 1
        self._open = [each for each in self._open if each[1] >= line]
        for first, last, left, right in self._open:
            name = next(self._table.places[place] for place in self._table.places if left <= place <= right)
            yield line, name, "merged_cells", f"{letters(left)}{first}:{letters(right)}{last}"
