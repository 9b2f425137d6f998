"""A workbook in .xlsx: its sheets, what its cell formats show, and which sheets are plain."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping

from shared.files.cells import Row, SheetName
from shared.files.formats import CHINESE_DATES, Shown, shown_by
from shared.files.package import elements, only_filled, open_part, parse, part_name, relations
from shared.files.xlsx_rows import Merges, Sheet, Strings

_RELATION_IDS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)
_SIGNS = {
    byte: re.compile(sign)
    for byte, sign in {
        b"e": b'"e"', b"d": b'hidden|"d"', b"h": b"rPh", b"&": b"&#", b"!": b"<!", b"'": b"'", b"\0": b"\0",
        b"f": b"[<:]f(?!o)",
    }.items()
}  # fmt: skip
"""Where none of these is in a sheet's XML, it cannot hold a formula, an error or a hidden row, however spelled.

Each is looked for only where its rarest byte is found, which is many times as fast. The last is a formula of a cell; those of
validations and of conditional formats are spelled out.
"""
_WIDE = re.compile(b'r="[A-Z][A-Z]')
"""A cell beyond the column Z."""
_ROW = b'<row r="'
_MERGED = b"mergeCell"
_OVERLAP = 64
_MAX_BLANK_ROWS = 1_000
_MAX_ODD_STYLES = 200
_MAX_QUICK_BYTES = 100 << 20
"""Sheets whose XML is larger are streamed: laid out as a whole they would take too much memory."""


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
        self._since_1904 = False
        for name, attributes in elements(archive, self._main):
            if name == "workbookPr":
                self._since_1904 = attributes.get("date1904") in ("1", "true")
            if name == "sheet":
                self.sheets.append(
                    SheetName(attributes.get("name", ""), attributes.get("state", "visible") == "visible")
                )
                relation = next((attributes[key] for key in _RELATION_IDS if key in attributes), "")
                self._paths.append(parts.get(relation, ""))
        self._formats, self._odd_styles = self._cell_formats(self._part(parts, "styles.xml"))
        self._strings_path = self._part(parts, "sharedStrings.xml")
        self._strings = Strings(open_part(archive, self._strings_path) if self._strings_path else None)

    def rows(self, number: int, *, marked: bool = True) -> Iterator[Row]:  # noqa: ARG002
        """Yield the rows of a sheet that are in the file, in its order."""
        if not self._paths[number]:
            return
        handlers = Sheet(self._strings, self._formats, since_1904=self._since_1904)
        with open_part(self._archive, self._paths[number]) as stream:
            for _ in only_filled(parse(stream, handlers), lambda: any(row.cells for row in handlers.rows)):
                yield from handlers.rows
                handlers.rows.clear()

    def merged(self, number: int) -> list[tuple[int, int, int, int]]:
        """Return the merged ranges of a sheet: first and last row, first and last column."""
        handlers = Merges()
        if not self._paths[number] or not self._may_be_merged(self._paths[number]):
            return []
        with open_part(self._archive, self._paths[number]) as stream:
            for _ in parse(stream, handlers):
                pass
        return handlers.found

    def stored_bytes(self, number: int) -> int:
        """Return how many bytes of the file, packed as they are, hold a sheet with its strings."""
        paths = filter(None, (self._paths[number], self._strings_path))
        return sum(self._archive.getinfo(part_name(self._archive, path)).compress_size for path in paths)

    def _may_be_merged(self, path: str) -> bool:
        """Return whether a sheet's XML names merged cells, or is in an encoding in which it cannot be looked for."""
        end = b""
        with open_part(self._archive, path) as stream:
            while piece := stream.read(1 << 20):
                if _MERGED in (data := end + piece) or b"\0" in piece:
                    return True
                end = data[-len(_MERGED) :]
        return False

    def is_plain(self, number: int) -> bool:
        """Return whether a sheet holds nothing but values close together, so that calamine may lay it out as a whole.

        Whoever hides something from this only makes calamine take more memory than it may.
        """
        path = self._paths[number]
        if (
            self._since_1904
            or not path
            or self._archive.getinfo(part_name(self._archive, path)).file_size > _MAX_QUICK_BYTES
        ):
            return False
        if len(self._odd_styles) > _MAX_ODD_STYLES:
            return False
        odd = re.compile(rf'\bs\s*=\s*"(?:{"|".join(map(str, self._odd_styles)) or "none"})"'.encode())
        rows, last, data = 0, b"", b""
        with open_part(self._archive, path) as stream:
            while piece := stream.read(1 << 20):
                data = data[-_OVERLAP:] + piece
                if any(byte in data and sign.search(data) for byte, sign in _SIGNS.items()) or _WIDE.search(data):
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

    def _cell_formats(self, path: str | None) -> tuple[list[Shown], list[int]]:
        """Return what each cell format shows, and the places of those that calamine does not know."""
        own: dict[int, str] = {}
        found: list[Shown] = []
        odd: list[int] = []
        for name, attributes in elements(self._archive, path) if path else ():
            number = int(attributes.get("numFmtId", 0))
            if name == "numFmt":
                own[number] = attributes.get("formatCode", "")
            elif name == "xf":
                shown = shown_by(number, own.get(number))
                if shown not in ("", "date") or (number not in own and number in CHINESE_DATES):
                    odd.append(len(found))
                found.append(shown)
        return found, odd
