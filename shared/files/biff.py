"""Find in .xls what calamine does not tell: formulas, errors, hidden rows and number formats, by walking the records of BIFF8."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from shared.files.allowance import SECONDS_PER_VALUE, VALUES_EARNED_AT_ONCE, Allowance
from shared.files.formats import Shown, shown_by

_FREE, _MAX_SECTORS = 0xFFFFFFFA, 1 << 20
_SMALL = 4_096
_BOUNDSHEET, _EOF, _ROW, _FORMULA, _BOOL_OR_ERROR = 0x85, 0x0A, 0x208, 0x06, 0x205
_FORMAT, _XF, _NUMBER, _RK, _MULTIPLE_RK = 0x41E, 0xE0, 0x203, 0x27E, 0xBD
_VALUES = frozenset([0x06, 0x203, 0x204, 0x205, 0x27E, 0xBD, 0xD6, 0xFD])
_HIDDEN = 0x20


@dataclass(slots=True)
class SheetFacts:
    """Cells by row (from 1) and place (from 0), rows, and merged ranges: first and last row, first and last column.

    `shown` are numbers whose formats show something else than themselves or their dates.
    """

    shown: dict[tuple[int, int], Shown] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)
    errors: set[tuple[int, int]] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def facts(file: IO[bytes], number: int, allowance: Allowance) -> SheetFacts:
    """Return the facts of a sheet of an .xls file; raises ValueError, LookupError or struct.error for a damaged one."""
    stream = workbook_stream(file)
    starts: list[int] = []
    codes: dict[int, str] = {}
    formats: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == _BOUNDSHEET:
            starts.append(struct.unpack_from("<I", body)[0])
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", body)[0]] = _format_code(body)
        elif kind == _XF:
            formats.append(struct.unpack_from("<H", body, 2)[0])
    shown = [shown_by(number, codes.get(number)) for number in formats]
    styles = {place: kind for place, kind in enumerate(shown) if kind not in ("", "date")}
    return _sheet(stream, starts[number], styles, allowance)


def _format_code(body: bytes) -> str:
    """Return the code of a number format: in BIFF8 with a flag for its wide letters, before that in a code page."""
    length, wide = struct.unpack_from("<HB", body, 2)
    if len(body) == 5 + length * (1 + (wide & 1)):
        return body[5:].decode("utf-16-le" if wide & 1 else "latin-1", "replace")
    return body[3:].decode("latin-1")


def _sheet(stream: bytes, start: int, styles: Mapping[int, Shown], allowance: Allowance) -> SheetFacts:
    found, values = SheetFacts(), 0
    for kind, body in _records(stream, start):
        values += kind in _VALUES
        if values == VALUES_EARNED_AT_ONCE:
            allowance.earn(values * SECONDS_PER_VALUE)
            values = 0
        if styles and kind in (_NUMBER, _RK, _FORMULA, _MULTIPLE_RK):
            row, place = struct.unpack_from("<HH", body)
            of_cells = range(4, len(body) - 2, 6) if kind == _MULTIPLE_RK else (4,)
            for number, at in enumerate(of_cells, place):
                if (shown := styles.get(struct.unpack_from("<H", body, at)[0])) is not None:
                    found.shown[row + 1, number] = shown
        if kind == _ROW:
            if body[12] & _HIDDEN:
                found.hidden.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind in (_FORMULA, _BOOL_OR_ERROR):
            row, place = struct.unpack_from("<HH", body)
            if kind == _FORMULA:
                found.formulas.add((row + 1, place))
            # The result of a formula is a number, or marked as something else: 2 is an error.
            if body[7] == 1 if kind == _BOOL_OR_ERROR else body[12:14] == b"\xff\xff" and body[6] == 2:
                found.errors.add((row + 1, place))
    return found


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records from `at` to the end of their part."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _EOF:
            return
        at += 4 + length


def workbook_stream(file: IO[bytes]) -> bytes:
    """Return the stream that holds the workbook, from the file system that an .xls file is (MS-CFB); raises as `facts` does."""
    file.seek(0)
    data = file.read()
    if not data.startswith(b"\xd0\xcf\x11\xe0"):
        return data
    size, small_size = 1 << struct.unpack_from("<H", data, 30)[0], 1 << struct.unpack_from("<H", data, 32)[0]
    first_directory, small_fat_start, next_fat = (struct.unpack_from("<I", data, at)[0] for at in (48, 60, 68))
    fat_sectors = [each for each in struct.unpack_from("<109I", data, 76) if each < _FREE]
    while next_fat < _FREE and len(fat_sectors) < _MAX_SECTORS:
        *more, next_fat = struct.unpack_from(f"<{size // 4}I", data, (next_fat + 1) * size)
        fat_sectors += [each for each in more if each < _FREE]
    fat = [link for each in fat_sectors for link in struct.unpack_from(f"<{size // 4}I", data, (each + 1) * size)]

    def chain(start: int) -> bytes:
        return b"".join(data[(each + 1) * size : (each + 2) * size] for each in _chain(fat, start))

    directory = chain(first_directory)
    entries = [directory[at : at + 128] for at in range(0, len(directory), 128)]
    lengths = [max(struct.unpack_from("<H", entry, 64)[0] - 2, 0) for entry in entries]
    names = [entry[:length].decode("utf-16-le", "replace") for entry, length in zip(entries, lengths, strict=True)]
    book = next((entry for entry, name in zip(entries, names, strict=True) if name in ("Workbook", "Book")), None)
    if book is None:
        raise ValueError("no stream with a workbook")
    start, length = struct.unpack_from("<II", book, 116)
    if length >= _SMALL:
        return chain(start)[:length]
    small, table = chain(struct.unpack_from("<I", entries[0], 116)[0]), chain(small_fat_start)
    links = list(struct.unpack(f"<{len(table) // 4}I", table))
    return b"".join(small[each * small_size : (each + 1) * small_size] for each in _chain(links, start))[:length]


def _chain(links: list[int], start: int) -> Iterator[int]:
    for _ in range(len(links)):
        if start >= len(links):
            return
        yield start
        start = links[start]
