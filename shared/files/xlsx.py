"""Read the XML of .xlsx: namespace-aware and streamed, in any spelling of the format (prefixes, Strict, no references)."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO
from xml.parsers import expat

from shared.files.cells import Row, SheetName, day_text, number_text
from shared.files.domain import FileRefused, refused
from shared.files.formats import CHINESE_DATES, Shown, shown_by

_PIECE = 1 << 16
_NAMESPACES = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/package/2006/relationships",
)
_RELATION_IDS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_LOCAL = {
    f"{namespace}}}{name}": name
    for namespace in _NAMESPACES
    for name in (
        *("Relationship", "sheet", "workbookPr", "numFmt", "cellXfs", "xf", "si", "t", "rPh"),
        *("sheetData", "row", "c", "v", "f", "is", "mergeCell"),
    )
}
_NUMBERED = re.compile("_x([0-9A-Fa-f]{4})_")
_REFERENCE = re.compile(r"^\$?([A-Z]{1,3})\$?([0-9]{1,7})$")
_SIGNS = {
    b"e": (b'"e"',), b"d": (b"hidden", b'"d"'), b"h": (b"rPh",), b"&": (b"&#",), b"!": (b"<!",), b"'": (b"'",),
    b"\0": (b"\0",),
}  # fmt: skip
"""Where none of these is in a sheet's XML, it cannot hold a formula, an error or a hidden row, however spelled.

Each is looked for only where its rarest byte is found, which is many times as fast.
"""
_FORMULA = re.compile(rb"[<:]f(?!o)")
"""A formula of a cell; those of validations and of conditional formats are spelled out."""
_ONE_CAPITAL = bytes(65 if 65 <= byte <= 90 else byte for byte in range(256))  # noqa: PLR2004 - A to Z
_WIDE = b'r="AA'
"""A cell beyond the column Z, where all capitals are one: found three times as fast as by a pattern."""
_ROW = b'<row r="'
_OVERLAP = 64
_MAX_BLANK_ROWS = 1_000
_MAX_ROWS = 1_048_576
_MAX_GAP = 200
"""Empty cells that a row may have before its next one."""
_MAX_ODD_STYLES = 200
_MAX_QUICK_BYTES = 100 << 20
"""Sheets whose XML is larger are streamed: laid out as a whole they would take too much memory."""


class _Handlers:
    """Where a subclass has them, called for elements by their local names."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element."""

    def end(self, name: str) -> None:
        """End an element."""

    def text(self, data: str) -> None:
        """Take text."""


def parse(stream: IO[bytes], handlers: _Handlers) -> Iterator[None]:
    """Feed `handlers` piece by piece, yielding after each; raises FileRefused for what is no such XML."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    local = _LOCAL.get

    def start(name: str, attributes: dict[str, str]) -> None:
        if found := local(name):
            handlers.start(found, attributes)

    def end(name: str) -> None:
        if found := local(name):
            handlers.end(found)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = handlers.text
    try:
        while piece := stream.read(_PIECE):
            parser.Parse(piece, False)  # noqa: FBT003
            yield
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError) as error:  # LookupError: it names an encoding that does not exist
        raise _damaged() from error
    yield


def _refuse_doctype(*_: object) -> None:
    raise _damaged()


def _damaged() -> FileRefused:
    return refused("not_a_workbook", "The file is not a workbook, or it is damaged. Open it and save it as .xlsx.")


class _Index(_Handlers):
    """The elements of an index with their attributes, in order; formats of cells with the ids of their number formats."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Mapping[str, str]]] = []
        self._in_formats = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "cellXfs":
            self._in_formats = True
        elif name != "xf" or self._in_formats:
            self.found.append((name, attributes))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_formats = False


class _Strings(_Handlers):
    """The shared strings, read as far as they are asked for."""

    def __init__(self, stream: IO[bytes] | None) -> None:
        self._pieces: Iterator[None] = parse(stream, self) if stream else iter(())
        self._found: list[str] = []
        self._parts: list[str] = []
        self._in_text = self._in_sound = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002
        if name == "si":
            self._parts = []
        elif name == "rPh":
            self._in_sound = True
        elif name == "t":
            self._in_text = not self._in_sound

    def end(self, name: str) -> None:
        if name == "si":
            self._found.append(unescaped("".join(self._parts)))
        elif name == "rPh":
            self._in_sound = False
        elif name == "t":
            self._in_text = False

    def text(self, data: str) -> None:
        if self._in_text:
            self._parts.append(data)

    def __getitem__(self, number: int) -> str:
        while number >= len(self._found):
            try:
                next(self._pieces)
            except StopIteration:
                raise _damaged() from None
        return self._found[number]


class _Sheet(_Handlers):
    """The rows of a sheet as they end."""

    def __init__(self, book: XlsxBook) -> None:
        self._book = book
        self.rows: list[Row] = []
        self._number, self._hidden = 0, False
        self._place, self._type, self._style = -1, "n", 0
        self._value: list[str] = []
        self._taking: list[str] | None = None
        self._formula, self._in_sound = False, False
        self._cells: list[str] = []
        self._marks: list[tuple[int, str]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            reference = _REFERENCE.match(attributes.get("r", ""))
            self._place = place_of(reference[1]) if reference else self._place + 1
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0) or 0)
            self._value, self._formula = [], False
        elif name in ("v", "t"):
            self._taking = None if self._in_sound else self._value
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._in_sound = True
        elif name == "row":
            number = int(attributes.get("r", self._number + 1))
            if not self._number < number <= _MAX_ROWS:
                raise _damaged()
            self._number = number
            self._hidden = attributes.get("hidden") in ("1", "true")
            self._place = -1
            self._cells, self._marks = [], []

    def text(self, data: str) -> None:
        if self._taking is not None:
            self._taking.append(data)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._taking = None
        elif name == "rPh":
            self._in_sound = False
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self.rows.append(Row(self._number, self._cells, self._marks, self._hidden))

    def _end_cell(self) -> None:
        text, kind = "".join(self._value), self._type
        if self._formula:
            self._marks.append((self._place, "formula" if not text and kind != "str" else "formula_value"))
        if kind == "s":
            text = self._book.strings[int(text)] if text.strip() else ""
        elif kind in ("str", "inlineStr"):
            text = unescaped(text)
        elif kind == "e":
            self._marks.append((self._place, "cell_error"))
            text = ""
        elif kind == "b":
            text = "true" if text.strip() == "1" else "false"
        elif kind == "d":
            text = text.removesuffix("Z").removesuffix("T00:00:00").replace("T", " ")
        elif kind == "n" and text:
            text = self._number_text(text.strip())
        if text:
            # A cell far to the right must not make all rows wide: the places between are not filled.
            if self._place > len(self._cells) + _MAX_GAP:
                if text.strip():
                    self._marks.append((self._place, "outside"))
                return
            self._cells += [""] * (self._place + 1 - len(self._cells))
            if self._cells[self._place]:
                raise _damaged()
            self._cells[self._place] = text

    def _number_text(self, text: str) -> str:
        try:
            number = float(text)
        except ValueError:
            raise _damaged() from None
        formats = self._book.formats
        kind = formats[self._style] if self._style < len(formats) else ""
        if kind in ("date", "year"):
            day = day_text(number, since_1904=self._book.since_1904)
            return day[:4] if kind == "year" else day
        if kind:
            self._marks.append((self._place, kind))
        shown, exact = number_text(text, number)
        if not exact:
            self._marks.append((self._place, "digits_lost"))
        return shown


class _Merges(_Handlers):
    """The merged ranges of a sheet: first and last row (from 1), first and last column (from 0)."""

    def __init__(self) -> None:
        self.found: list[tuple[int, int, int, int]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            ends = [_REFERENCE.match(end) for end in (first, last or first)]
            if ends[0] and ends[1]:
                self.found.append((int(ends[0][2]), int(ends[1][2]), place_of(ends[0][1]), place_of(ends[1][1])))


def unescaped(text: str) -> str:
    """Return a text with the characters that it holds as their numbers: `_x000D_` is a carriage return."""
    return _NUMBERED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def place_of(column: str) -> int:
    """Return the place (from 0) of a column named by letters."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number - 1


class XlsxBook:
    """A workbook in .xlsx."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        """Read its index; raises FileRefused for a damaged one."""
        self._archive = archive
        root = relations(archive, "")
        self._main = next((path for path in root.values() if path.endswith("workbook.xml")), "xl/workbook.xml")
        parts = relations(archive, self._main)
        self.sheets: list[SheetName] = []
        self._paths: list[str] = []
        self.since_1904 = False
        for name, attributes in _elements(archive, self._main):
            if name == "workbookPr":
                self.since_1904 = attributes.get("date1904") in ("1", "true")
            if name == "sheet":
                self.sheets.append(
                    SheetName(attributes.get("name", ""), attributes.get("state", "visible") == "visible")
                )
                relation = next((attributes[key] for key in _RELATION_IDS if key in attributes), "")
                self._paths.append(parts.get(relation, ""))
        self.formats, self._odd_styles = self._formats(self._part(parts, "styles.xml"))
        strings = self._part(parts, "sharedStrings.xml")
        self.strings = _Strings(_opened(self._archive, strings) if strings else None)

    def rows(self, number: int) -> Iterator[Row]:
        """Yield the rows of a sheet that are in the file, in its order."""
        if not self._paths[number]:
            return
        handlers = _Sheet(self)
        with _opened(self._archive, self._paths[number]) as stream:
            for _ in parse(stream, handlers):
                yield from handlers.rows
                handlers.rows.clear()

    def merged(self, number: int) -> list[tuple[int, int, int, int]]:
        """Return the merged ranges of a sheet: first and last row, first and last column."""
        handlers = _Merges()
        with _opened(self._archive, self._paths[number]) as stream:
            for _ in parse(stream, handlers):
                pass
        return handlers.found

    def is_plain(self, number: int) -> bool:
        """Return whether a sheet holds nothing but values close together, so that calamine may lay it out as a whole.

        Whoever hides something from this only makes calamine take more memory than it may.
        """
        path = self._paths[number]
        if (
            self.since_1904
            or not path
            or self._archive.getinfo(part_name(self._archive, path)).file_size > _MAX_QUICK_BYTES
        ):
            return False
        if len(self._odd_styles) > _MAX_ODD_STYLES:
            return False
        odd = re.compile(rf'\bs\s*=\s*"(?:{"|".join(map(str, self._odd_styles)) or "none"})"'.encode())
        rows, last, data = 0, b"", b""
        with _opened(self._archive, path) as stream:
            while piece := stream.read(1 << 20):
                data = data[-_OVERLAP:] + piece
                if any(byte in data and any(map(data.__contains__, signs)) for byte, signs in _SIGNS.items()):
                    return False
                if (b"f" in data and _FORMULA.search(data)) or _WIDE in data.translate(_ONE_CAPITAL):
                    return False
                if self._odd_styles and odd.search(data):
                    return False
                rows += piece.count(_ROW)
                if (found := data.rfind(_ROW)) >= 0:
                    last = data[found + len(_ROW) :][:8]
        number_of_last = last.partition(b'"')[0]
        return number_of_last.isdigit() and int(number_of_last) <= 4 * rows + _MAX_BLANK_ROWS

    def _part(self, relations: Mapping[str, str], name: str) -> str | None:
        return next((path for path in relations.values() if path.lower().endswith(name.lower())), None)

    def _formats(self, path: str | None) -> tuple[list[Shown], list[int]]:
        """Return what each cell format shows, and the places of those that calamine does not know."""
        own: dict[int, str] = {}
        found: list[Shown] = []
        odd: list[int] = []
        for name, attributes in _elements(self._archive, path) if path else ():
            number = int(attributes.get("numFmtId", 0))
            if name == "numFmt":
                own[number] = attributes.get("formatCode", "")
            elif name == "xf":
                shown = shown_by(number, own.get(number))
                if shown not in ("", "date") or (number not in own and number in CHINESE_DATES):
                    odd.append(len(found))
                found.append(shown)
        return found, odd


def relations(archive: zipfile.ZipFile, path: str) -> dict[str, str]:
    """Return the parts that a part of a workbook refers to, by the names that it has for them; "" is the whole."""
    folder, name = posixpath.split(path)
    index = part_name(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    if index not in archive.NameToInfo:
        return {}
    return {
        attributes.get("Id", ""): posixpath.normpath(
            attributes.get("Target", "")[1:]
            if attributes.get("Target", "").startswith("/")
            else posixpath.join(folder, attributes.get("Target", ""))
        )
        for tag, attributes in _elements(archive, index)
        if tag == "Relationship"
    }


def _elements(archive: zipfile.ZipFile, path: str) -> list[tuple[str, Mapping[str, str]]]:
    handlers = _Index()
    with _opened(archive, path) as stream:
        for _ in parse(stream, handlers):
            pass
    return handlers.found


def _opened(archive: zipfile.ZipFile, path: str) -> IO[bytes]:
    try:
        return archive.open(part_name(archive, path))
    except KeyError:
        raise _damaged() from None


def part_name(archive: zipfile.ZipFile, path: str) -> str:
    """Return a part's name as the archive spells it: names are the same in capitals, and some programs write `\\` for `/`."""
    if path in archive.NameToInfo:
        return path
    wanted = path.lower()
    return next((name for name in archive.namelist() if name.replace("\\", "/").lower() == wanted), path)
