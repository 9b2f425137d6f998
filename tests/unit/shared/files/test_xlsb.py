"""What calamine does not tell of .xlsb is found; the workbook is written here, as nothing else at hand writes one."""

from __future__ import annotations

import io
import struct
import zipfile

from tests.support.sheets import HEADINGS, A, B, read

RELATION = '<Relationship Id="r1" Type="{type}" Target="{target}"/>'
RELATIONS = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{one}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NO_FORMULA = b"\0" * 10
ERROR_NA = b"\x2a"


def record(kind: int, body: bytes = b"") -> bytes:
    """Write a record of BIFF12: its kind and length, seven bits a byte, and its body."""
    assert len(body) < 1 << 14
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = bytes([len(body)]) if len(body) < 0x80 else bytes([len(body) & 0x7F | 0x80, len(body) >> 7])
    return head + size + body


def text(words: str) -> bytes:
    return struct.pack("<I", len(words)) + words.encode("utf-16-le")


def cell(kind: int, place: int, value: bytes) -> bytes:
    return record(kind, struct.pack("<II", place, 0) + value)


def row(number: int, *cells: bytes, hidden: bool = False) -> bytes:
    flags = struct.pack("<IIHBBB", number, 0, 300, 0, 0x10 if hidden else 0, 0)
    return record(0, flags + b"\0" * 4) + b"".join(cells)


def book(*rows: bytes, merged: tuple[int, int, int, int] | None = None) -> bytes:
    """Write a workbook with one sheet."""
    size = record(148, struct.pack("<IIII", 0, len(rows), 0, 3))
    ranges = record(177, b"\1\0\0\0") + record(176, struct.pack("<4I", *merged)) + record(178) if merged else b""
    sheet = record(129) + size + record(145) + b"".join(rows) + record(146) + ranges + record(130)
    main = record(131) + record(143) + record(156, struct.pack("<II", 0, 1) + text("r1") + text("表")) + record(144)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path, kind, target in (
            ("_rels/.rels", "officeDocument", "xl/workbook.bin"),
            ("xl/_rels/workbook.bin.rels", "worksheet", "worksheets/sheet1.bin"),
        ):
            one = RELATION.format(type=f"{OFFICE}/{kind}", target=target)
            archive.writestr(path, RELATIONS.format(one=one))
        archive.writestr("xl/workbook.bin", main + record(132))
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return file.getvalue()


def number(place: int, value: float) -> bytes:
    return cell(5, place, struct.pack("<d", value))


HEAD = row(0, *(cell(6, place, text(heading)) for place, heading in enumerate(HEADINGS)))


def test_errors_formulas_and_hidden_rows() -> None:
    found = read(
        book(
            HEAD,
            row(1, cell(6, 0, text(A)), number(1, 2020), cell(3, 2, ERROR_NA), number(3, 1)),
            row(2, cell(6, 0, text(B)), number(1, 2020), cell(11, 2, ERROR_NA + NO_FORMULA), number(3, 2), hidden=True),
            row(3, cell(6, 0, text(A)), number(1, 2021), cell(9, 2, struct.pack("<d", 12.5) + NO_FORMULA)),
        )
    )
    assert found.errors == [(2, "online_retail_fen", "cell_error", "C2"), (3, "online_retail_fen", "cell_error", "C3")]
    assert found.rows[2] == (4, A, "2021", "12.5", "")
    assert found.warnings == {"formulas": ["C3", "C4"], "hidden_rows": ["3"]}


def test_merged_cells() -> None:
    rows = [row(line, cell(6, 0, text(A)), number(1, 2019 + line), number(2, 5)) for line in (1, 2)]
    found = read(book(HEAD, *rows, merged=(1, 2, 2, 2)))
    assert found.errors == [(line, "online_retail_fen", "merged_cells", "C2:C3") for line in (2, 3)]
