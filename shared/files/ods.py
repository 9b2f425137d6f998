"""Read OpenDocument spreadsheets (.ods): namespace-aware, streamed, repeated cells only as far as they hold values."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from shared.files.cells import Row, SheetName, number_text
from shared.files.domain import FileRefused, refused
from shared.files.package import only_filled

_PIECE = 1 << 16
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_YEAR = re.compile("^([0-9]{4})年?$")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_MAX_ROWS = 1_048_576
_LEAST_DIVIDED = 1_000
_MAX_REPEATED_VALUES = 1_000
_MAX_ROWS_REPEATED = 10_000
"""Rows of a sheet that are nothing but others said again."""
_MAX_WIDTH = 1_024


class _Content:
    """The sheets of content.xml, and the rows of the one that is asked for, as they end."""

    def __init__(self, wanted: int | None) -> None:
        self.sheets: list[tuple[str, str]] = []  # name, style
        self.hidden_styles: set[str] = set()
        self.rows: list[Row] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self._wanted = wanted
        self._style = ""
        self._row, self._repeated, self._hidden = 0, 1, False
        self._said_again = 0
        self._cells: list[str] = []
        self._marks: list[tuple[int, str]] = []
        self._cell: Mapping[str, str] | None = None
        self._covered, self._texts, self._aside, self._paragraphs = False, list[str](), 0, 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""
        if name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == f"{_STYLE}table-properties":
            if attributes.get(f"{_TABLE}display") == "false":
                self.hidden_styles.add(self._style)
        elif name == f"{_TABLE}table":
            self.sheets.append((attributes.get(f"{_TABLE}name", ""), attributes.get(f"{_TABLE}style-name", "")))
            self._row = 0
        elif self._wanted != len(self.sheets) - 1:
            return
        elif name == f"{_TABLE}table-row":
            self._repeated = max(int(attributes.get(f"{_TABLE}number-rows-repeated", 1)), 1)
            self._hidden = attributes.get(f"{_TABLE}visibility", "visible") != "visible"
            self._cells, self._marks = [], []
        elif name in _CELLS:
            self._cell, self._covered, self._texts = attributes, name == _CELLS[1], []
        elif _is_aside(name):
            self._aside += 1
        elif self._cell is not None and not self._aside:
            self._start_text(name, attributes)

    def _start_text(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == f"{_TEXT}p":
            self._paragraphs += 1
            if self._texts:
                self._texts.append("\n")
        elif name == f"{_TEXT}line-break":
            self._texts.append("\n")
        elif name == f"{_TEXT}s":
            self._texts.append(" " * min(int(attributes.get(f"{_TEXT}c", 1)), 1_000))

    def text(self, data: str) -> None:
        """Take text."""
        if self._paragraphs and not self._aside:
            self._texts.append(data)

    def end(self, name: str) -> None:
        """End an element."""
        if self._wanted != len(self.sheets) - 1:
            return
        if _is_aside(name):
            self._aside -= 1
        elif name == f"{_TEXT}p" and self._cell is not None and not self._aside:
            self._paragraphs -= 1
        elif name in _CELLS and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif name == f"{_TABLE}table-row":
            self._end_row()

    def _end_cell(self, attributes: Mapping[str, str]) -> None:
        place = len(self._cells)
        repeated = max(int(attributes.get(f"{_TABLE}number-columns-repeated", 1)), 1)
        columns = int(attributes.get(f"{_TABLE}number-columns-spanned", 1))
        rows = int(attributes.get(f"{_TABLE}number-rows-spanned", 1))
        if columns > 1 or rows > 1:
            self.merged.append((self._row + 1, self._row + rows, place, place + columns - 1))
        text = "" if self._covered else self._value(attributes, place)
        if f"{_TABLE}formula" in attributes and not self._covered:
            self._marks.append((place, "formula_value" if text or self._texts else "formula"))
        if text and repeated > _MAX_WIDTH:
            raise refused("sheet_too_wide", "A row repeats one value more than {limit} times.", limit=_MAX_WIDTH)
        if place + repeated <= _MAX_WIDTH:
            self._cells += [text] * repeated
        elif text:
            self._marks.append((place, "outside"))

    def _value(self, attributes: Mapping[str, str], place: int) -> str:
        kind = attributes.get(f"{_OFFICE}value-type")
        if attributes.get(f"{_CALCEXT}value-type") == "error":
            self._marks.append((place, "cell_error"))
            return ""
        text = "".join(self._texts)
        if kind in ("float", "currency", "percentage"):
            return self._number(attributes.get(f"{_OFFICE}value", ""), kind, text, place)
        if kind == "date":
            year = _YEAR.match(text)
            day = attributes.get(f"{_OFFICE}date-value", "").removesuffix("T00:00:00").replace("T", " ")
            return year[1] if year else day
        if kind == "boolean":
            return attributes.get(f"{_OFFICE}boolean-value", "")
        if kind == "string" and f"{_OFFICE}string-value" in attributes:
            return attributes[f"{_OFFICE}string-value"]
        return text

    def _number(self, written: str, kind: str, text: str, place: int) -> str:
        number = float(written)
        shown, exact = number_text(written, number)
        if not exact:
            self._marks.append((place, "digits_lost"))
        if kind == "percentage" or _is_divided(number, text):
            self._marks.append((place, "percent" if kind == "percentage" else "scaled"))
        return shown

    def _end_row(self) -> None:
        while self._cells and not self._cells[-1]:
            self._cells.pop()
        if self._cells or self._marks:
            if self._repeated > _MAX_REPEATED_VALUES:
                raise refused(
                    "repeated_rows",
                    "A row repeats the same values more than {limit} times.",
                    limit=_MAX_REPEATED_VALUES,
                )
            self._said_again += self._repeated - 1
            if self._said_again > _MAX_ROWS_REPEATED:
                raise refused(
                    "repeated_rows",
                    "More than {limit:,} rows only repeat the values of others: give each row its own values.",
                    limit=_MAX_ROWS_REPEATED,
                )
            self.rows += [
                Row(self._row + number, self._cells, self._marks, self._hidden)
                for number in range(1, self._repeated + 1)
            ]
        self._row = min(self._row + self._repeated, _MAX_ROWS)


class OdsBook:
    """An OpenDocument spreadsheet."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Read its index; raises FileRefused for a damaged one."""
        self._archive = archive
        content = _Content(None)
        for _ in self._parse(content):
            pass
        hidden = content.hidden_styles
        self.sheets = [SheetName(name, style not in hidden) for name, style in content.sheets]

    def rows(self, number: int, *, marked: bool = True) -> Iterator[Row]:  # noqa: ARG002
        """Yield the rows of a sheet that hold values."""
        content = _Content(number)
        for _ in only_filled(self._parse(content), lambda: bool(content.rows)):
            yield from content.rows
            content.rows.clear()

    def merged(self, number: int) -> list[tuple[int, int, int, int]]:
        """Return the merged ranges of a sheet: first and last row (from 1), first and last column (from 0)."""
        content = _Content(number)
        for _ in self._parse(content):
            content.rows.clear()
        return content.merged

    def stored_bytes(self, number: int) -> int:  # noqa: ARG002
        """Return how many bytes of the file, packed as they are, hold the sheets."""
        return self._archive.getinfo("content.xml").compress_size

    def _parse(self, content: _Content) -> Iterator[None]:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler, parser.EndElementHandler = content.start, content.end
        parser.CharacterDataHandler = content.text
        try:
            with self._archive.open("content.xml") as stream:
                while piece := stream.read(_PIECE):
                    parser.Parse(piece, False)  # noqa: FBT003
                    yield
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise _damaged() from error


def _is_aside(name: str) -> bool:
    """Return whether an element holds text that is not its cell's: a comment, or a shape that lies over it."""
    return name == f"{_OFFICE}annotation" or name.startswith(_DRAWING)


def _is_divided(number: float, text: str) -> bool:
    """Return whether a cell shows a number in thousands or 万: much less than it holds."""
    shown = None if "e" in text.lower() else _NUMBER.search(text.replace(",", ""))
    if shown is None or abs(number) < _LEAST_DIVIDED:
        return False
    return abs(float(shown[0])) * _LEAST_DIVIDED / 2 < abs(number)


def _refuse(*_: object) -> None:
    raise _damaged()


def _damaged() -> FileRefused:
    return refused("not_a_workbook", "The file is not a workbook, or it is damaged. Open it and save it as .xlsx.")
