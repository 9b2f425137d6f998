"""Read XLSX: one sheet of a workbook, or one sheet per dataset. Cells become the text that a CSV would hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import IO, Any

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, XmlError, ZipError

from services.registry.datasets.checks import Checked, check_cells
from services.registry.datasets.validation_errors import Error, error_frame
from services.registry.imports.domain import PART_ROWS, Part, refused
from services.registry.imports.headings import read_headings
from services.registry.imports.xlsx_guard import SheetFacts, inspect
from shared import spreadsheets
from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.domain import TEXTS, Dataset

_NOTES = frozenset({"说明", "填写说明", "readme", "notes"})

_SLICE_ROWS = 500


class XlsxSheet:
    """One sheet with rows of one dataset, its headings in its first row that is not blank."""

    def __init__(self, sheet: CalamineSheet, facts: SheetFacts, dataset: Dataset, number: int, today: date) -> None:
        """Recognise the headings; raises FileRefused for a sheet that cannot be read."""
        self.dataset = dataset
        self.sheet = number
        self._today = today
        self._cells = sheet
        self._facts = facts
        first = next(self._lines(), None)
        if first is None:
            raise refused("empty_file", "The sheet is empty: its first row must hold the headings.")
        self._heading_row, cells = first
        self._refuse_merged(sheet)
        while cells and cells[-1] == "":
            cells.pop()
        self.headings = [spreadsheets.cell_text(cell) for cell in cells]
        self._columns = read_headings(dataset, self.headings)

    def parts(self) -> Iterator[Part]:
        """Read and check the rows, PART_ROWS at a time."""
        rows = islice(self._cells.iter_rows(), self._heading_row, None)
        number = self._heading_row + 1
        total = max(self._cells.total_height, 1)
        while columns := _columns(rows, PART_ROWS):
            numbers = range(number, number + len(columns[0]))
            checked = self._check(numbers, columns)
            number = numbers.stop
            yield Part(checked, min(number, total), total)

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of the rows at `lines` as text."""
        for line, cells in self._lines():
            if line in lines:
                yield line, [spreadsheets.cell_text(cell) for cell in cells[: len(self.headings)]]

    def _check(self, numbers: range, columns: list[list[Any]]) -> Checked:
        errors: list[Error] = []
        margin = [[""] * len(numbers)] * (self._cells.start or (0, 0))[1]
        texts: list[pl.Series] = []
        for place, cells in enumerate([*margin, *columns]):
            item = self._columns.fields[place] if place < len(self.headings) else None
            if item is not None:
                texts.append(spreadsheets.text_column(cells))
                if item.kind in TEXTS:
                    lost = spreadsheets.inexact_numbers(cells)
                    errors += [(numbers[n], item.name, "digits_lost", None) for n in lost]
                continue
            if place < len(self.headings):
                texts.append(pl.Series([None], dtype=pl.String).new_from_index(0, len(numbers)))
            if place not in self._columns.ignored:
                width = str(len(self.headings))
                errors += [(numbers[n], None, "column_count", width) for n, cell in enumerate(cells) if cell != ""]
        errors += self._unfit(numbers)
        frame = self._columns.frame(self.dataset, numbers, texts)
        marked = pl.Series([line for line, *_ in errors], dtype=pl.Int64)
        filled = pl.any_horizontal((pl.col(name) != "").fill_null(value=False) for name in self.dataset.names)
        frame = frame.filter(filled | pl.col("line").is_in(marked.implode()))
        return check_cells(
            self.dataset,
            frame,
            hundredths=self._columns.hundredths,
            last_days=self._columns.last_days,
            errors=error_frame(errors),
            today=self._today,
        )

    def _unfit(self, numbers: range) -> list[Error]:
        """Return the cells without a value of their own: of a formula the reader returns the last result, or nothing at all."""
        found: list[Error] = []
        for (row, column), code in sorted(self._facts.unfit.items()):
            if row in numbers and column <= len(self.headings):
                item = self._columns.fields[column - 1]
                if item is not None:
                    found.append((row, item.name, code, None))
        return found

    def _refuse_merged(self, sheet: CalamineSheet) -> None:
        for (top, _), (bottom, _) in sheet.merged_cell_ranges or []:
            if top <= self._heading_row - 1 <= bottom:
                raise refused(
                    "merged_headings", "The headings are merged cells; give each column a heading of its own."
                )

    def _lines(self) -> Iterator[tuple[int, list[Any]]]:
        sheet = self._cells
        if sheet.start is None:
            return
        margin = [""] * sheet.start[1]  # rows are given from the first one, columns only from the first that is used
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if cells[0] != "" or cells.count("") < len(cells):
                yield number, [*margin, *cells] if margin else cells


def _columns(rows: Iterator[list[Any]], count: int) -> list[list[Any]]:
    """Take up to `count` rows as columns; empty when there are none.

    Row by row in small slices: held as fifty thousand lists, the rows would be walked by the garbage collector again and again.
    """
    columns: list[list[Any]] = []
    for _ in range(0, count, _SLICE_ROWS):
        part = list(islice(rows, _SLICE_ROWS))
        if not part:
            break
        columns = columns or [[] for _ in part[0]]
        for column, cells in zip(columns, zip(*part, strict=True), strict=True):
            column.extend(cells)
    return columns


class XlsxFile:
    """A workbook."""

    def __init__(self, file: IO[bytes], max_bytes: int, today: date) -> None:
        """Open it; raises FileRefused if it must not or cannot be opened."""
        self._today = today
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
            raise refused(
                "no_such_sheet",
                "There is no sheet of this name; the workbook has {count} sheets.",
                pointer="sheet",
                count=len(names),
            )
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
                raise refused(
                    "unknown_sheet",
                    "Sheet {number} is not named after a dataset; `GET /v1/datasets` lists their names.",
                    pointer=str(number + 1),
                    number=number + 1,
                )
            if dataset.name in found:
                raise refused(
                    "duplicate_sheet", "Two sheets hold {dataset}.", pointer=str(number + 1), dataset=dataset.name
                )
            if self._read(number).start is not None:
                found[dataset.name] = self._sheet(dataset, number)
        if not found:
            raise refused("empty_file", "The workbook is empty.")
        return list(found.values())

    def _sheet(self, dataset: Dataset, number: int) -> XlsxSheet:
        facts = self._facts.get(self._book.sheet_names[number], SheetFacts({}))
        return XlsxSheet(self._read(number), facts, dataset, number, self._today)

    def _read(self, number: int) -> CalamineSheet:
        try:
            return self._book.get_sheet_by_index(number)
        except (CalamineError, XmlError, ZipError) as error:
            raise refused("not_a_workbook", "Sheet {number} is damaged.", number=number + 1) from error
