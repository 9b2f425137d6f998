"""Find in .xlsb what calamine does not tell: formulas, errors, hidden rows, merged cells, formats, by the records of BIFF12."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Mapping

from shared.files.allowance import SECONDS_PER_VALUE, VALUES_EARNED_AT_ONCE, Allowance
from shared.files.biff import SheetFacts
from shared.files.formats import Shown, shown_by
from shared.files.package import relations

_BOOK = "xl/workbook.bin"
_FORMAT, _CELL_STYLES, _END_OF_CELL_STYLES, _STYLE = 44, 617, 618, 47
_ROW, _ERROR, _SHEET, _MERGED = 0, 3, 156, 176
_FORMULAS, _FORMULA_ERROR = range(8, 12), 11
_NUMBERS, _VALUES = (2, 5, 9), range(2, 12)
_HIDDEN = 0x10


def stored_bytes(archive: zipfile.ZipFile, number: int) -> int:
    """Return how many bytes of the file, packed as they are, hold a sheet with its strings; raises as `facts` does."""
    parts = relations(archive, _BOOK)
    paths = (_sheet_path(archive, parts, number), _part(parts, "sharedstrings.bin"))
    return sum(archive.getinfo(path).compress_size for path in filter(None, paths))


def facts(archive: zipfile.ZipFile, number: int, allowance: Allowance) -> SheetFacts:
    """Return the facts of a sheet; raises ValueError, LookupError or struct.error for a damaged file."""
    parts = relations(archive, _BOOK)
    styles = _styles(archive, _part(parts, "styles.bin"))
    found, row, values = SheetFacts(), 0, 0
    for kind, body in _records(archive.read(_sheet_path(archive, parts, number))):
        values += kind in _VALUES
        if values == VALUES_EARNED_AT_ONCE:
            allowance.earn(values * SECONDS_PER_VALUE)
            values = 0
        if styles and kind in _NUMBERS:
            place, style = struct.unpack_from("<II", body)
            if (shown := styles.get(style & 0xFFFFFF)) is not None:
                found.shown[row, place] = shown
        if kind == _ROW:
            row = struct.unpack_from("<I", body)[0] + 1
            if body[11] & _HIDDEN:
                found.hidden.add(row)
        elif kind in _FORMULAS or kind == _ERROR:
            place = struct.unpack_from("<I", body)[0]
            if kind != _ERROR:
                found.formulas.add((row, place))
            if kind in (_ERROR, _FORMULA_ERROR):
                found.errors.add((row, place))
        elif kind == _MERGED:
            top, bottom, left, right = struct.unpack_from("<4I", body)
            found.merged.append((top + 1, bottom + 1, left, right))
    return found


def _sheet_path(archive: zipfile.ZipFile, parts: Mapping[str, str], number: int) -> str:
    sheets = [body for kind, body in _records(archive.read(_BOOK)) if kind == _SHEET]
    (length,) = struct.unpack_from("<I", sheets[number], 8)
    return parts[sheets[number][12 : 12 + 2 * length].decode("utf-16-le")]


def _part(parts: Mapping[str, str], name: str) -> str | None:
    return next((path for path in parts.values() if path.lower().endswith(name)), None)


def _styles(archive: zipfile.ZipFile, path: str | None) -> dict[int, Shown]:
    """Return what styles of cells show, where it is something else than the number or its date."""
    codes: dict[int, str] = {}
    found: list[Shown] = []
    of_cells = False
    for kind, body in _records(archive.read(path)) if path else ():
        if kind == _FORMAT:
            number, length = struct.unpack_from("<HI", body)
            codes[number] = body[6 : 6 + 2 * length].decode("utf-16-le")
        elif kind in (_CELL_STYLES, _END_OF_CELL_STYLES):
            of_cells = kind == _CELL_STYLES
        elif kind == _STYLE and of_cells:
            (number,) = struct.unpack_from("<H", body, 2)
            found.append(shown_by(number, codes.get(number)))
    return {place: kind for place, kind in enumerate(found) if kind not in ("", "date")}


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        kind, at = _number(data, at, 2)
        length, at = _number(data, at, 4)
        yield kind, data[at : at + length]
        at += length


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return the number that begins at `at`, seven bits a byte and `most` bytes long, and where it ends."""
    number = 0
    for place in range(most):
        byte = data[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    return number, at + most
