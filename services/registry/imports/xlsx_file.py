"""XLSX: one sheet of a workbook, or one sheet per dataset. Cells become the text that a CSV would hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, XmlError, ZipError

from services.registry.datasets.catalogue import CATALOGUE
from services.registry.datasets.checks import check_cells
from services.registry.datasets.domain import TEXTS, Dataset, Kind
from services.registry.datasets.mistakes import error_frame
from services.registry.imports.domain import PART_ROWS, Part, refused
from services.registry.imports.headings import read_headings
from services.registry.imports.xlsx_guard import SheetFacts, inspect

_EXACT = 1e15  # beyond 15 digits a number cell has lost some
_NOTES = frozenset({"说明", "填写说明", "readme", "notes"})

Mistakes = list[tuple[int, str | None, str, str | None]]


class XlsxSheet:
    """One sheet with rows of one dataset, its headings in its first row that is not blank."""

    def __init__(self, read: Callable[[], CalamineSheet], facts: SheetFacts, dataset: Dataset, number: int) -> None:
        """Recognise the headings; raises Problem for a sheet that cannot be read."""
        self.dataset = dataset
        self.sheet = number
        self._read = read
        self._facts = facts
        first = next(self._lines(), None)
        if first is None:
            raise refused("empty_file", "The sheet is empty: its first row must hold the headings.")
        self._heading_row, cells = first
        self._refuse_merged(read())
        while cells and cells[-1] == "":
            cells.pop()
        self.headings = [_text(cell) for cell in cells]
        self._columns = read_headings(dataset, self.headings)

    def parts(self) -> Iterator[Part]:
        """Read and check the rows, PART_ROWS at a time."""
        lines = self._lines()
        next(lines)
        total = max(self._read().total_height, 1)
        while part := list(islice(lines, PART_ROWS)):
            yield self._part(part, total)

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Give the cells of the rows at `lines` as text."""
        for line, cells in self._lines():
            if line in lines:
                yield line, [_text(cell) for cell in cells[: len(self.headings)]]

    def _part(self, part: list[tuple[int, list[Any]]], total: int) -> Part:
        width = len(self.headings)
        numbers = [line for line, _ in part]
        errors: Mistakes = [
            (line, None, "column_count", str(len(cells)))
            for line, cells in part
            if len(cells) > width and any(cell != "" for cell in cells[width:])
        ]
        columns = list(zip(*(cells[:width] + [""] * (width - len(cells)) for _, cells in part), strict=True))
        texts: list[list[str | None]] = []
        for place, item in enumerate(self._columns.fields):
            cells = columns[place]
            if item is None:
                texts.append([None] * len(cells))
                if place not in self._columns.ignored:
                    errors += [
                        (n, None, "column_count", str(width)) for n, c in zip(numbers, cells, strict=True) if c != ""
                    ]
                continue
            texts.append(_column(cells, numbers, item.name, item.kind, errors))
        self._unfit(numbers, texts, errors)
        frame = self._columns.frame(self.dataset, numbers, texts)
        checked = check_cells(self.dataset, frame, hundredths=self._columns.hundredths, errors=error_frame(errors))
        return Part(checked, numbers[-1], total)

    def _unfit(self, numbers: Sequence[int], texts: list[list[str | None]], errors: Mistakes) -> None:
        """Tell cells that have no value of their own: the reader gives a formula's last result, or nothing at all."""
        if not self._facts.unfit:
            return
        places = {line: place for place, line in enumerate(numbers)}
        for (row, column), code in sorted(self._facts.unfit.items()):
            if row in places and column <= len(self.headings):
                item = self._columns.fields[column - 1]
                if item is not None:
                    errors.append((row, item.name, code, None))
                    texts[column - 1][places[row]] = None

    def _refuse_merged(self, sheet: CalamineSheet) -> None:
        for (top, _), (bottom, _) in sheet.merged_cell_ranges or []:
            if top <= self._heading_row - 1 <= bottom:
                raise refused(
                    "merged_headings", "The headings are merged cells; give each column a heading of its own."
                )

    def _lines(self) -> Iterator[tuple[int, list[Any]]]:
        sheet = self._read()
        if sheet.start is None:
            return
        margin = [""] * sheet.start[1]  # rows are given from the first one, columns only from the first that is used
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if any(cell != "" for cell in cells):
                yield number, [*margin, *cells]


class XlsxFile:
    """A workbook."""

    def __init__(self, file: IO[bytes], max_bytes: int) -> None:
        """Open it; raises Problem if it must not or cannot be opened."""
        self._facts = inspect(file, max_bytes)
        file.seek(0)
        try:
            self._book = CalamineWorkbook.from_filelike(file)
        except PasswordError as error:
            raise refused("encrypted", "The workbook is protected by a password; save it without.") from error
        except (CalamineError, ZipError, XmlError) as error:
            raise refused("not_a_workbook", "The file is not an XLSX workbook, or it is damaged.") from error

    def table(self, dataset: Dataset, sheet: str | None) -> XlsxSheet:
        """Return the first sheet, or the one named, as rows of `dataset`."""
        names = self._book.sheet_names
        if sheet is not None and sheet not in names:
            raise refused("no_such_sheet", f"There is no such sheet; the workbook has {len(names)}.", pointer="sheet")
        return self._sheet(dataset, names.index(sheet) if sheet is not None else 0)

    def tables(self) -> list[XlsxSheet]:
        """Return the sheets of a workbook with one sheet per dataset, named by the dataset's name or Chinese title."""
        by_title = {title: item for item in CATALOGUE.values() for title in (item.name, item.zh)}
        found: dict[str, XlsxSheet] = {}
        for number, name in enumerate(self._book.sheet_names):
            plain = name.strip()
            if plain.lower() in _NOTES:
                continue
            dataset = by_title.get(plain)
            if dataset is None:
                meaning = f"Sheet {number + 1} is not named after a dataset; `GET /v1/datasets` lists their names."
                raise refused("unknown_sheet", meaning, pointer=str(number + 1))
            if dataset.name in found:
                raise refused("duplicate_sheet", f"Two sheets hold {dataset.name}.", pointer=str(number + 1))
            if self._read(number).start is not None:
                found[dataset.name] = self._sheet(dataset, number)
        if not found:
            raise refused("empty_file", "The workbook is empty.")
        return list(found.values())

    def _sheet(self, dataset: Dataset, number: int) -> XlsxSheet:
        facts = self._facts.get(self._book.sheet_names[number], SheetFacts({}))
        return XlsxSheet(lambda: self._read(number), facts, dataset, number)

    def _read(self, number: int) -> CalamineSheet:
        try:
            return self._book.get_sheet_by_index(number)
        except (CalamineError, XmlError, ZipError) as error:
            raise refused("not_a_workbook", f"Sheet {number + 1} is damaged.") from error


def _column(cells: Sequence[Any], lines: Sequence[int], field: str, kind: Kind, errors: Mistakes) -> list[str | None]:
    """Return a column's cells as text; a code that lost digits is told in `errors`."""
    types = set(map(type, cells))
    if types == {str}:
        texts: list[str | None] = list(cells)
    else:
        texts = [_text(cell) for cell in cells]
        if kind in TEXTS and float in types:
            for place, cell in enumerate(cells):
                if isinstance(cell, float) and abs(cell) >= _EXACT:
                    errors.append((lines[place], field, "digits_lost", None))
                    texts[place] = None
    return texts


def _text(cell: Any) -> str:
    """Write a cell as the text that a person sees who widens the column."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell == (whole := int(cell)):
            return str(whole)
        return f"{Decimal(format(cell, '.15g')):f}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time.min else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
