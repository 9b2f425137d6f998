"""Inspect a workbook before it is opened: its unpacked size, the width of its sheets, cells with formulas and errors.

The library of `XlsxFile` lays a sheet out as a full rectangle, returns a formula's last result or nothing, and nothing for an
error. So these are searched for in the file itself, streamed, in bounded memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO
from xml.etree import ElementTree as ET

from services.registry.imports.domain import refused

MAX_ENTRIES = 2_000
MAX_INDEX_BYTES = 8 << 20
MAX_UNFIT = 100_000
_PIECE = 1 << 20
_TAIL = 512
_WIDE = re.compile(rb'<c r="[A-Z]{2,3}[0-9]+"[^>]*[^/]>')
_UNFIT = (
    (b't="e"', re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]* t="e"'), "cell_error"),
    (b"<f", re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^>]*>\s*<f[ >/]'), "formula"),
)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """`unfit`: (row, column) of cells without a value of their own, both from 1, and why: `formula` or `cell_error`."""

    unfit: Mapping[tuple[int, int], str]


def inspect(file: IO[bytes], max_bytes: int) -> dict[str, SheetFacts]:
    """Look through the workbook's sheets by name; raises FileRefused for one that must not be opened."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check_size(archive, max_bytes)
            return {name: _facts(archive, path) for name, path in _sheets(archive).items()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        ET.ParseError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        EOFError,
    ) as error:
        raise refused("not_a_workbook", "The file is not an XLSX workbook, or it is damaged or encrypted.") from error


def _check_size(archive: zipfile.ZipFile, max_bytes: int) -> None:
    entries = archive.infolist()
    # The sizes are the archive's own word, but no more than them is ever unpacked, and a lie fails the checksum.
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > max_bytes:
        raise refused(
            "workbook_too_large",
            "Unpacked, the workbook may have at most {limit:,} bytes; send CSV instead.",
            limit=max_bytes,
        )


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    book = _index(archive, "xl/workbook.xml")
    relations = {item.get("Id"): item.get("Target", "") for item in _index(archive, "xl/_rels/workbook.xml.rels")}
    found = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = relations[sheet.get(_RELATION)].removeprefix("/")
        found[sheet.get("name", "")] = target if target.startswith("xl/") else f"xl/{target}"
    return found


def _index(archive: zipfile.ZipFile, path: str) -> ET.Element:
    with archive.open(path) as member:
        data = member.read(MAX_INDEX_BYTES + 1)
    if len(data) > MAX_INDEX_BYTES or b"<!DOCTYPE" in data:
        raise refused("not_a_workbook", "The workbook's index is not as spreadsheets write it.")
    return ET.fromstring(data)  # noqa: S314 - small, and without a document type there are no entities


def _facts(archive: zipfile.ZipFile, path: str) -> SheetFacts:
    unfit: dict[tuple[int, int], str] = {}
    with archive.open(path) as member:
        tail = b""
        while piece := member.read(_PIECE):
            data = tail + piece
            if _WIDE.search(data):
                raise refused("sheet_too_wide", "A sheet has values to the right of column Z; delete those columns.")
            for sign, pattern, code in _UNFIT:
                if sign in data:
                    unfit |= {(int(match[2]), _column(match[1])): code for match in pattern.finditer(data)}
            if len(unfit) > MAX_UNFIT:
                raise refused("formula", "The sheet is full of formulas or errors; paste its values instead.")
            tail = data[-_TAIL:]
    return SheetFacts(unfit)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
