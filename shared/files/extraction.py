"""What the reading process does with a file: find its tables, read their rows, and give rows back as they were written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from shared.errors import FieldError
from shared.files import text, workbooks
from shared.files.allowance import Allowance
from shared.files.cells import Book
from shared.files.domain import FileRefused, Layout, Table, Warnings, letters, quoted, refused, refused_for, struck
from shared.files.headings import not_recognised, read_headings
from shared.files.rows import RowTaker, Taken
from shared.files.units import NamedUnit, units_named
from shared.files.vocabulary import Row, Vocabulary, fold, heading_row
from shared.i18n import N_

_START_BYTES = 1_024
_NOTES_COLUMNS = 2
_MAX_TITLE = 2_000


@dataclass(frozen=True, slots=True)
class Request:
    """What to find in a file: a table of the only one of `layouts`, or for several layouts a sheet for each."""

    layouts: tuple[Layout, ...]
    sheet: str | None
    by_sheet_name: bool
    max_bytes: int


def find_tables(file: IO[bytes], request: Request, warnings: Warnings, allowance: Allowance) -> list[Table]:
    """Return the tables of a file; raises FileRefused with everything that is wrong with it."""
    start = file.read(_START_BYTES)
    if not start.strip():
        raise refused("empty_file", "The file is empty: it must have a row of headings.")
    if workbooks.is_workbook(start):
        book = workbooks.open_book(file, request.max_bytes, allowance)
        return _sheets_by_name(book, request, warnings) if request.by_sheet_name else [_sheet(book, request, warnings)]
    text.check_is_text(start)
    return [_text_table(file, request.layouts[0], warnings, allowance)]


def read_rows(
    file: IO[bytes], request: Request, table: Table, warnings: Warnings, allowance: Allowance
) -> Iterator[Taken]:
    """Yield the rows of a table that was found, part by part; adds warnings about all of them at the end."""
    layout = next(layout for layout in request.layouts if layout.name == table.layout)
    taker = RowTaker(table, layout)
    if table.format == "csv":
        found = text.blocks(file, table, warnings, allowance)
    else:
        found = workbooks.blocks(
            file, workbooks.open_book(file, request.max_bytes, allowance), table, warnings, allowance
        )
    for block in found:
        yield taker.take(block)
    taker.warn(warnings)


def rows_as_written(
    file: IO[bytes], request: Request, table: Table, lines: frozenset[int], allowance: Allowance
) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of the rows at `lines`, in the order of the table's headings."""
    if table.format == "csv":
        yield from text.rows_at(file, table, lines, allowance)
        return
    for row in workbooks.rows(workbooks.open_book(file, request.max_bytes, allowance), table, allowance):
        if row.number in lines:
            yield row.number, row.cells


def _text_table(file: IO[bytes], layout: Layout, warnings: Warnings, allowance: Allowance) -> Table:
    vocabulary = Vocabulary(layout)
    encoding = text.encoding_of(file, allowance)
    delimiter, rows = text.delimiter_of(file, encoding, vocabulary)
    if encoding == "gb18030":
        warnings.warn("encoding_guessed", N_("The file is not in UTF-8; it was read as GB18030."), [], count=1)
    return _table(vocabulary, rows, warnings, 0, None, format="csv", encoding=encoding, delimiter=delimiter)


def _sheet(book: Book, request: Request, warnings: Warnings) -> Table:
    """Return the table on the sheet that is named, or else on the first visible one whose headings are recognised."""
    vocabulary = Vocabulary(request.layouts[0])
    names = [sheet.name for sheet in book.sheets]
    if request.sheet is not None and request.sheet not in names:
        raise refused(
            "no_such_sheet",
            "There is no sheet of this name; the workbook has: {sheets}.",
            pointer="sheet",
            sheets=[quoted(name) for name in names],
        )
    shown = {number: workbooks.first_rows(book, number) for number, sheet in enumerate(book.sheets) if sheet.visible}
    if request.sheet is not None:
        number = names.index(request.sheet)
        rows = shown.pop(number) if number in shown else workbooks.first_rows(book, number)
    else:
        filled = [each for each, rows in shown.items() if rows]
        headed = [each for each in filled if heading_row(vocabulary, shown[each]) is not None]
        best = max(filled, key=lambda each: max(vocabulary.score(cells) for _, cells in shown[each]), default=None)
        if best is None:
            raise not_recognised(vocabulary, [])
        number = headed[0] if headed else best
        rows = shown.pop(number)
        passed = [name for each, name in enumerate(names) if each != number and shown.get(each, True)]
        warnings.warn("sheets_passed_over", N_("These sheets are not read; name one as `sheet` to read it."), passed)
    try:
        return _table(vocabulary, rows, warnings, number, names[number], notes=_noted(names[number], names, shown))
    except FileRefused as error:
        raise refused_for(_on_sheet(names[number], error) if any(shown.values()) else error.errors) from error


def _on_sheet(name: str, error: FileRefused) -> list[FieldError]:
    """Return the mistakes of a sheet, each with the sheet's name before its place."""
    shown = quoted(name)["en"]
    return [FieldError(f"{shown}!{each.pointer}", each.code, each.message, **each.parameters) for each in error.errors]


def _noted(name: str, names: Sequence[str], others: Mapping[int, Sequence[Row]]) -> list[NamedUnit]:
    """Return the units that a sheet's `name` and the notes on other sheets give: those with text in two columns at most."""
    found = units_named(name, name)
    for number, rows in others.items():
        places = {place for _, cells in rows for place, cell in enumerate(cells) if cell.strip()}
        if len(places) <= _NOTES_COLUMNS:
            for line, cells in rows:
                for place, cell in enumerate(cells):
                    found += units_named(cell, f"{names[number]}!{letters(place)}{line}")
    return found


def _sheets_by_name(book: Book, request: Request, warnings: Warnings) -> list[Table]:
    """Return the tables of a workbook with one sheet per layout, named by the layout."""
    by_name = {fold(name): layout for layout in request.layouts for name in layout.sheet_names}
    found: dict[str, Table] = {}
    others: list[str] = []
    errors: list[FieldError] = []
    names = [sheet.name for sheet in book.sheets]
    layouts = [by_name.get(fold(sheet.name)) if sheet.visible else None for sheet in book.sheets]
    unread = {
        number: workbooks.first_rows(book, number)
        for number, sheet in enumerate(book.sheets)
        if sheet.visible and layouts[number] is None
    }
    for number, (name, layout) in enumerate(zip(names, layouts, strict=True)):
        if layout is None:
            others.append(name)
            continue
        rows = workbooks.first_rows(book, number)
        if not rows:
            continue
        if layout.name in found:
            message = N_("Two sheets hold {dataset}.")
            errors.append(FieldError(quoted(name)["en"], "duplicate_sheet", message, dataset=layout.title))
            continue
        try:
            notes = _noted(name, names, unread)
            found[layout.name] = _table(Vocabulary(layout), rows, warnings, number, name, notes=notes)
        except FileRefused as error:
            errors += _on_sheet(name, error)
    if errors:
        raise refused_for(errors)
    if not found:
        raise refused(
            "unknown_sheet",
            "No sheet is named after a dataset ({known}); name the dataset, or the sheets.",
            known=[layout.title for layout in request.layouts],
        )
    warnings.warn("sheets_passed_over", N_("These sheets are not read; name one as `sheet` to read it."), others)
    return list(found.values())


def _table(
    vocabulary: Vocabulary,
    rows: Sequence[Row],
    warnings: Warnings,
    sheet: int,
    sheet_name: str | None,
    *,
    notes: Sequence[NamedUnit] = (),
    format: str = "workbook",  # noqa: A002
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    place = heading_row(vocabulary, rows)
    if place is None:
        raise not_recognised(vocabulary, rows)
    line, cells = rows[place]
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    found = read_headings(vocabulary, [*rows[:place], (line, cells), *rows[place + 1 :]], place, warnings, notes)
    above = [[struck(cell.strip(), _MAX_TITLE) for cell in row] for _, row in rows[:place]]
    titles = [f"{line} {next(filter(None, row))}" for (line, _), row in zip(rows, above, strict=False)]
    warnings.warn("rows_above", N_("These rows above the headings are not read."), titles)
    return Table(
        layout=vocabulary.layout.name,
        sheet=sheet,
        sheet_name=sheet_name,
        heading_line=line,
        headings=cells,
        above=above,
        places=found.places,
        ignored=found.ignored,
        forms=found.forms,
        shifts=found.shifts,
        format=format,
        encoding=encoding,
        delimiter=delimiter,
    )
