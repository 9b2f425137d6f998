"""Workbooks in .xlsb, which nothing else at hand writes: records of BIFF12 in a package."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

BOOK, SHEET, STRINGS = "xl/workbook.bin", "xl/worksheets/sheet1.bin", "xl/sharedStrings.bin"
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{all}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def record(kind: int, body: bytes = b"") -> bytes:
    """Write a record of BIFF12: its kind and length, seven bits a byte, and its body."""
    assert len(body) < 1 << 14
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = bytes([len(body)]) if len(body) < 0x80 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    return head + size + body


def text(words: str) -> bytes:
    """Write a text with its length."""
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def cell(kind: int, place: int, value: bytes) -> bytes:
    """Write a cell of a kind."""
    return record(kind, struct.pack("<II", place, 0) + value)


def row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    """Write a row (its number from 0) and its cells."""
    flags = struct.pack("<IIHBBB", number, 0, 300, 0, 0x10 if hidden else 0, 0)
    return record(0, flags + b"\0" * 4) + b"".join(cells)


def book(*rows: bytes, merged: tuple[int, int, int, int] | None = None) -> bytes:
    """Write a workbook with one sheet."""
    size = record(148, struct.pack("<IIII", 0, len(rows), 0, 3))
    ranges = record(177, b"\1\0\0\0") + record(176, struct.pack("<4I", *merged)) + record(178) if merged else b""
    return parts({SHEET: record(129) + size + record(145) + b"".join(rows) + record(146) + ranges + record(130)})


def parts(content: Mapping[str, bytes]) -> bytes:
    """Write a workbook with one sheet and shared strings from their parts; those that are not in `content` are lacking."""
    main = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + text("r1") + text("表")) + record(144)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("_rels/.rels", RELATIONS.format(all=_relation("r1", "officeDocument", BOOK)))
        related = _relation("r1", "worksheet", "worksheets/sheet1.bin")
        if STRINGS in content:
            related += _relation("r2", "sharedStrings", "sharedStrings.bin")
        archive.writestr("xl/_rels/workbook.bin.rels", RELATIONS.format(all=related))
        archive.writestr(BOOK, main + record(132))
        for path, written in content.items():
            archive.writestr(path, written)
    return file.getvalue()


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def number(place: int, value: float) -> bytes:
    """Write a number cell."""
    return cell(5, place, struct.pack("<d", value))
