"""Files that take far more to read than they are: each kind is made when it is needed, into an open file."""

from __future__ import annotations

import io
import os
import struct
import sys
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, repeat
from pathlib import Path
from typing import IO

from tests.support import xlsb
from tests.support.sheets import HEADINGS, A, ods, ods_row, workbook
from tests.support.xlsb import SHEET as BINARY_SHEET
from tests.support.xlsb import STRINGS as BINARY_STRINGS
from tests.support.xlsb import cell, number, record, row, text

MIB = 1 << 20
PADDED_BYTES = 50 * MIB
SHEET, STRINGS, STYLES, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
CONTENT = "content.xml"
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MAIN = b"<worksheet " + NAMESPACE + b"><sheetData>"
END = b"</sheetData></worksheet>"
_GOOD = [A, "2020", "10", ""]
_PLAIN = workbook([HEADINGS, _GOOD])
_HEADED = b'<row r="1">' + b"".join(f'<c t="str"><v>{heading}</v></c>'.encode() for heading in HEADINGS) + b"</row>"
_ODS_HEAD = "<table:table table:name='a'>" + ods_row(*HEADINGS)
_MILLION = 1_000_000

Pieces = Iterable[bytes]
Write = Callable[[IO[bytes]], None]


def archive(
    changed: Mapping[str, Pieces], base: bytes = _PLAIN, *, padding: int = 0, method: int = zipfile.ZIP_DEFLATED
) -> Write:
    """Return what writes a workbook of which some parts are changed; `padding` bytes are in a part that nobody reads."""

    def write(file: IO[bytes]) -> None:
        with zipfile.ZipFile(io.BytesIO(base)) as old, zipfile.ZipFile(file, "w", method, compresslevel=1) as new:
            for name in old.namelist():
                if name not in changed:
                    new.writestr(name, old.read(name))
            for name, pieces in changed.items():
                with new.open(name, "w", force_zip64=True) as member:
                    for piece in pieces:
                        member.write(piece)
            if padding:
                new.writestr("xl/media/image1.png", _noise(padding), zipfile.ZIP_STORED)

    return write


@cache
def _noise(size: int) -> bytes:
    """Return bytes that cannot be packed."""
    return os.urandom(size)


def content(*pieces: bytes) -> Write:
    """Return what writes a file as it is."""

    def write(file: IO[bytes]) -> None:
        file.writelines(pieces)

    return write


def many(pieces: Callable[[], Iterator[bytes]]) -> Write:
    """Return what writes a file piece by piece."""

    def write(file: IO[bytes]) -> None:
        file.writelines(pieces())

    return write


def _sheet(rows: Iterable[bytes], head: bytes = _HEADED) -> Pieces:
    return chain([MAIN, head], rows, [END])


def _rows(form: bytes, count: int = 300_000, step: int = 1_000) -> Iterator[bytes]:
    for first in range(2, count, step):
        yield b"".join(form.replace(b"#", b"%d" % number) for number in range(first, first + step))


def _ods(*pieces: bytes) -> Callable[[Iterable[bytes]], Pieces]:
    head, _, tail = zipfile.ZipFile(io.BytesIO(ods("|"))).read(CONTENT).partition(b"|")
    return lambda body: chain([head, *pieces], body, [tail])


_ODS = _ods(_ODS_HEAD.encode())
_ODS_BARE = _ods()
_ODS_BASE = ods("")
_XLSB_HEAD = row(0, *(cell(6, place, text(heading)) for place, heading in enumerate(HEADINGS)))
_CELLS = b'<c t="str"><v>91331100MA2000002B</v></c><c><v>2020</v></c><c><v>10</v></c>'
_ODS_CELL = b"<table:table-cell office:value-type='string'><text:p>10</text:p></table:table-cell>"


def _xlsb(body: Callable[[], Iterable[bytes]], size: tuple[int, int, int, int] = (0, 1, 0, 3)) -> Write:
    base = xlsb.parts({BINARY_SHEET: b""})

    def write(file: IO[bytes]) -> None:
        start = record(129) + record(148, struct.pack("<4I", *size)) + record(145) + _XLSB_HEAD
        archive({BINARY_SHEET: chain([start], body(), [record(146) + record(130)])}, base)(file)

    return write


def _xlsb_strings(strings: Callable[[], Iterable[bytes]], count: int) -> Write:
    base = xlsb.parts(
        {
            BINARY_SHEET: record(129)
            + record(148, struct.pack("<4I", 0, 0, 0, 3))
            + record(145)
            + _XLSB_HEAD
            + record(146),
            BINARY_STRINGS: b"",
        }
    )

    def write(file: IO[bytes]) -> None:
        start = record(159, struct.pack("<II", count, count))
        archive({BINARY_STRINGS: chain([start], strings(), [record(160)])}, base)(file)

    return write


def _xls(change: Callable[[bytearray], None]) -> Write:
    """Return what writes an .xls whose file system is changed."""

    def write(file: IO[bytes]) -> None:
        data = bytearray((Path(__file__).parents[1] / "unit/shared/files/legacy.xls").read_bytes())
        change(data)
        file.write(data)

    return write


def _loop(data: bytearray) -> None:
    """Let every sector of the file system follow itself."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    (first,) = struct.unpack_from("<I", data, 76)
    at = (first + 1) * size
    for place in range(size // 4):
        struct.pack_into("<I", data, at + 4 * place, place)


def _index_loop(data: bytearray) -> None:
    """Let the index of sectors, itself in one that says nothing, go on in the same one for ever."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    data.extend(b"\xff" * (size - len(data) % size if len(data) % size else 0))
    sector = len(data) // size - 1
    data.extend(b"\xff" * (size - 4) + struct.pack("<I", sector))
    struct.pack_into("<II", data, 68, sector, 1_000_000)


def _sectors_of(size: int) -> Callable[[bytearray], None]:
    return lambda data: struct.pack_into("<H", data, 30, size)


def _bare_biff(*records: bytes) -> Write:
    start = struct.pack("<HHHHHHI", 0x809, 16, 0x600, 5, 0, 0, 0) + b"\0" * 4
    return content(start, *records)


def _biff(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _numbered(form: bytes, numbers: range) -> bytes:
    """Repeat a record of a row or a cell, with its number: the four bytes after its kind and its size."""
    records = bytearray(form * len(numbers))
    values = array("I", numbers)
    if sys.byteorder == "big":
        values.byteswap()
    for place in range(4):
        records[2 + place :: len(form)] = values.tobytes()[place::4]
    return bytes(records)


_BOMBS: dict[str, Callable[[], Write]] = {
    # .xlsx: the parts themselves
    "xlsx, spaces": lambda: archive({SHEET: [MAIN, *repeat(b" " * MIB, 200)]}),
    "xlsx, spaces between rows": lambda: archive({SHEET: _sheet(repeat(b" " * MIB, 200))}),
    "xlsx, nested": lambda: archive({SHEET: [MAIN, *repeat(b"<a>" * 100_000, 150)]}),
    "xlsx, elements": lambda: archive({SHEET: _sheet(repeat(b"<a/>" * 100_000, 400))}),
    "xlsx, an attribute": lambda: archive({SHEET: [MAIN + b'<row r="', *repeat(b"1" * MIB, 900)]}),
    "xlsx, attributes": lambda: archive(
        {SHEET: [MAIN, b"<row ", b"".join(b'a%d="" ' % number for number in range(_MILLION)), b"/>" + END]}
    ),
    "xlsx, a comment": lambda: archive({SHEET: [MAIN, b"<!--", *repeat(b"a" * MIB, 900), b"-->" + END]}),
    "xlsx, one string": lambda: archive({STRINGS: [b"<sst " + NAMESPACE + b"><si><t>", *repeat(b"a" * MIB, 400)]}),
    "xlsx, strings": lambda: archive(
        {STRINGS: [b"<sst " + NAMESPACE + b">", *repeat(b"<si><t>a</t></si>" * 50_000, 300)]}
    ),
    "xlsx, strings read aloud": lambda: archive(
        {STRINGS: [b"<sst " + NAMESPACE + b"><si>", *repeat(b"<rPh><t>a</t></rPh>" * 50_000, 300)]}
    ),
    "xlsx, a string in every cell": lambda: archive(
        {
            STRINGS: [b"<sst " + NAMESPACE + b"><si><t>", b"a" * MIB, b"</t></si></sst>"],
            SHEET: _sheet(_rows(b'<row r="#"><c r="A#" t="s"><v>0</v></c></row>')),
        }
    ),
    "xlsx, styles": lambda: archive(
        {STYLES: [b"<styleSheet " + NAMESPACE + b"><cellXfs>", *repeat(b'<xf numFmtId="1"/>' * 50_000, 300)]}
    ),
    "xlsx, a number format": lambda: archive(
        {
            STYLES: [
                b"<styleSheet " + NAMESPACE + b'><numFmts><numFmt numFmtId="170" formatCode="',
                b"[" * 4 * MIB,
                b'"/></numFmts><cellXfs><xf numFmtId="170"/></cellXfs></styleSheet>',
            ]
        }
    ),
    "xlsx, entities": lambda: archive(
        {SHEET: [b'<!DOCTYPE a [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>']}
    ),
    "xlsx, larger than it may be": lambda: archive({SHEET: repeat(b"\0" * MIB, 1_030)}),
    "xlsx, packed by another method": lambda: archive(
        {SHEET: [MAIN, *repeat(b" " * MIB, 450)]}, method=zipfile.ZIP_BZIP2
    ),
    "xlsx, parts": lambda: archive({f"xl/worksheets/{number}.xml": [b"<a/>"] for number in range(5_000)}),
    # .xlsx: sheets, rows and cells
    "xlsx, sheets": lambda: archive(
        {
            BOOK: [
                b"<workbook " + NAMESPACE + b" " + RELATIONS + b"><sheets>",
                *repeat(b'<sheet name="a" sheetId="1" r:id="rId1"/>' * 1_000, 1_000),
                b"</sheets></workbook>",
            ]
        }
    ),
    "xlsx, corners": lambda: archive(
        {
            SHEET: _sheet(
                [b'<row r="2"><c r="A2"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']
            )
        }
    ),
    "xlsx, a wide row": lambda: archive(
        {SHEET: _sheet([b'<row r="2">', *repeat(b"<c><v>1</v></c>" * 1_000, _MILLION // 1_000), b"</row>"])}
    ),
    "xlsx, wide headings": lambda: archive(
        {SHEET: _sheet([b"</row>"], _HEADED.removesuffix(b"</row>") + b"<c><v>1</v></c>" * _MILLION)}
    ),
    "xlsx, empty rows": lambda: archive({SHEET: _sheet(_rows(b'<row r="#">' + b'<c s="1"/>' * 60 + b"</row>"))}),
    "xlsx, rows wider than the table": lambda: archive(
        {SHEET: _sheet(_rows(b'<row r="#">' + _CELLS + b"<c/>" * 190 + b"</row>"))}
    ),
    "xlsx, rows with values beside the table": lambda: archive(
        {SHEET: _sheet(_rows(b'<row r="#">' + _CELLS + b"<c><v>1</v></c>" * 50 + b"</row>"))}
    ),
    "xlsx, rows with values beside the table, padded": lambda: archive(
        {SHEET: _sheet(_rows(b'<row r="#">' + _CELLS + b"<c><v>1</v></c>" * 50 + b"</row>"))}, padding=PADDED_BYTES
    ),
    "xlsx, rows wider than the table, padded": lambda: archive(
        {SHEET: _sheet(_rows(b'<row r="#">' + _CELLS + b"<c/>" * 190 + b"</row>"))}, padding=PADDED_BYTES
    ),
    "xlsx, the same row a million times, padded": lambda: archive(
        {SHEET: _sheet(_rows(b'<row r="#">' + _CELLS + b"</row>"))}, padding=PADDED_BYTES
    ),
    "xlsx, spaces between rows, padded": lambda: archive(
        {SHEET: _sheet(repeat(b" " * MIB, 200))}, padding=PADDED_BYTES
    ),
    "xlsx, elements, padded": lambda: archive({SHEET: _sheet(repeat(b"<a/>" * 100_000, 400))}, padding=PADDED_BYTES),
    "xlsx, elements, padded in its sheet": lambda: archive(
        {
            SHEET: chain(
                [MAIN, b"<!--", _noise(PADDED_BYTES // 2).hex().encode(), b"-->", _HEADED],
                repeat(b"<a/>" * 100_000, 1_000),
                [END],
            )
        }
    ),
    "xlsx, merged ranges": lambda: archive(
        {
            SHEET: chain(
                [MAIN, _HEADED],
                _rows(b'<row r="#"><c r="A#"><v>1</v></c></row>', 100_000),
                [
                    b"</sheetData><mergeCells>",
                    *repeat(b'<mergeCell ref="A2:A100000"/>' * 1_000, 100),
                    b"</mergeCells></worksheet>",
                ],
            )
        }
    ),
    "xlsx, an archive in an archive": lambda: archive({SHEET: [_PLAIN * 1_000]}),
    # .ods
    "ods, sheets": lambda: archive(
        {CONTENT: _ODS_BARE(repeat(b"<table:table table:name='a'/>" * 1_000, 1_000))}, _ODS_BASE
    ),
    "ods, filled sheets": lambda: archive(
        {CONTENT: _ODS_BARE(repeat(f"{_ODS_HEAD}</table:table>".encode() * 100, 100))}, _ODS_BASE
    ),
    "ods, nested": lambda: archive({CONTENT: _ODS_BARE(repeat(b"<a>" * 100_000, 150))}, _ODS_BASE),
    "ods, elements": lambda: archive(
        {CONTENT: _ODS(chain(repeat(b"<a/>" * 100_000, 400), [b"</table:table>"]))}, _ODS_BASE
    ),
    "ods, a wide row": lambda: archive(
        {
            CONTENT: _ODS(
                chain([b"<table:table-row>"], repeat(_ODS_CELL * 1_000, 1_000), [b"</table:table-row></table:table>"])
            )
        },
        _ODS_BASE,
    ),
    "ods, a row repeated": lambda: archive(
        {CONTENT: _ODS([ods_row(*_GOOD, more="table:number-rows-repeated='1000000'").encode(), b"</table:table>"])},
        _ODS_BASE,
    ),
    "ods, rows repeated": lambda: archive(
        {
            CONTENT: _ODS(
                [ods_row(*_GOOD, more="table:number-rows-repeated='1000'").encode() * 1_000, b"</table:table>"]
            )
        },
        _ODS_BASE,
    ),
    "ods, a cell repeated": lambda: archive(
        {
            CONTENT: _ODS(
                [
                    b"<table:table-row>",
                    _ODS_CELL.replace(b"cell ", b"cell table:number-columns-repeated='1000000000' ", 1),
                    b"</table:table-row></table:table>",
                ]
            )
        },
        _ODS_BASE,
    ),
    "ods, cells repeated": lambda: archive(
        {
            CONTENT: _ODS(
                chain(
                    repeat(
                        (
                            b"<table:table-row>"
                            + _ODS_CELL.replace(b"cell ", b"cell table:number-columns-repeated='1000' ", 1)
                            + b"</table:table-row>"
                        )
                        * 1_000,
                        _MILLION // 1_000,
                    ),
                    [b"</table:table>"],
                )
            )
        },
        _ODS_BASE,
    ),
    "ods, spaces": lambda: archive(
        {
            CONTENT: _ODS(
                chain(
                    [b"<table:table-row><table:table-cell office:value-type='string'><text:p>"],
                    repeat(b"<text:s text:c='1000'/>" * 1_000, 1_000),
                    [b"</text:p></table:table-cell></table:table-row></table:table>"],
                )
            )
        },
        _ODS_BASE,
    ),
    "ods, the same row a million times, padded": lambda: archive(
        {CONTENT: _ODS(chain(repeat(ods_row(*_GOOD).encode() * 1_000, 1_000), [b"</table:table>"]))},
        _ODS_BASE,
        padding=PADDED_BYTES,
    ),
    # .xlsb
    "xlsb, corners": lambda: _xlsb(lambda: [row(1, number(0, 1)), row(1_048_575, number(16_383, 1))]),
    "xlsb, a lie about its size": lambda: _xlsb(list, (0, 1_048_575, 0, 16_383)),
    "xlsb, rows out of order": lambda: _xlsb(lambda: [row(1_048_575, number(0, 1)), row(1, number(0, 1))]),
    "xlsb, a long record": lambda: _xlsb(lambda: [b"\x05\xff\xff\xff\xff"]),
    "xlsb, a cut record": lambda: _xlsb(lambda: [b"\x05\x10\0"]),
    "xlsb, records": lambda: _xlsb(lambda: repeat(record(60) * 100_000, 1_000)),
    "xlsb, a cell again and again": lambda: _xlsb(lambda: chain([row(1)], repeat(number(0, 1) * 10_000, 2_000))),
    "xlsb, a wide row": lambda: _xlsb(lambda: [row(1), _numbered(number(0, 1), range(_MILLION))]),
    "xlsb, empty rows": lambda: _xlsb(lambda: [_numbered(row(0), range(1, 10 * _MILLION // 8))]),
    "xlsb, a lie about its strings": lambda: _xlsb_strings(list, 0xFFFFFFFF),
    "xlsb, strings": lambda: _xlsb_strings(lambda: repeat(record(19, b"\0" + text("a")) * 10_000, 2_000), 50_000_000),
    "xlsb, one string": lambda: _xlsb_strings(
        lambda: chain([b"\x13\xff\xff\xff\x7f\0" + struct.pack("<I", 0x7FFFFF0)], repeat(b"a\0" * (MIB // 2), 256)), 1
    ),
    # .xls
    "xls, a chain that follows itself": lambda: _xls(_loop),
    "xls, an index that follows itself": lambda: _xls(_index_loop),
    "xls, sectors larger than any file": lambda: _xls(_sectors_of(65_535)),
    "xls, sectors of four thousand million bytes": lambda: _xls(_sectors_of(32)),
    "xls, sectors of no bytes": lambda: _xls(_sectors_of(0)),
    "xls, empty records": lambda: _bare_biff(_biff(0x5D) * 12_000_000),
    "xls, a sheet's cell again and again": lambda: _bare_biff(
        _biff(0x85, struct.pack("<IBB", 0x1000, 0, 0) + b"\1\0a"),
        _biff(0x0A),
        b"\0" * 0x1000,
        _biff(0x203, struct.pack("<HHHd", 1, 1, 0, 1.0)) * 2_500_000,
    ),
    # text
    "csv, one line": lambda: content(b"a" * PADDED_BYTES),
    "csv, headings, then one line": lambda: content(",".join(HEADINGS).encode(), b"\r\n", b"a" * PADDED_BYTES),
    "csv, columns": lambda: content(",".join(HEADINGS).encode(), b",a" * 400_000),
    "csv, an open quote before empty lines": lambda: content(
        ",".join(HEADINGS).encode(), b'\r\n"', b"\n" * PADDED_BYTES
    ),
    "csv, an open quote": lambda: content(
        ",".join(HEADINGS).encode(), b'\r\n"', f"{A},2020,10,\r\n".encode() * (PADDED_BYTES // 29)
    ),
    "csv, open quotes": lambda: content(
        ",".join(HEADINGS).encode(), b"\r\n", f'"{A},2020,10,\r\n'.encode() * (PADDED_BYTES // 30)
    ),
    "csv, quotes": lambda: content(",".join(HEADINGS).encode(), b"\r\n", b'"a"b\n' * (PADDED_BYTES // 5)),
    "csv, empty lines": lambda: content(",".join(HEADINGS).encode(), b"\r\n", b"\n" * PADDED_BYTES),
    "csv, delimiters": lambda: content(
        ",".join(HEADINGS).encode(), b"\r\n", (b"," * 900 + b"\n") * (PADDED_BYTES // 901)
    ),
    "csv, values beside the table": lambda: content(
        ",".join(HEADINGS).encode(), b"\r\n", (b"a," * 900 + b"\n") * (PADDED_BYTES // 1_801)
    ),
    "html, cells": lambda: content(b"<html><table>", b"<tr><td>1</td></tr>" * _MILLION, b"</table></html>"),
}


def names() -> list[str]:
    """Return the names of all bombs."""
    return list(_BOMBS)


def write(name: str, file: IO[bytes]) -> None:
    """Write a bomb into an open file."""
    _BOMBS[name]()(file)
    file.flush()
