"""What calamine does not tell of .xlsb is found."""

from __future__ import annotations

import struct

from tests.support.sheets import HEADINGS, A, B, read
from tests.support.xlsb import book, cell, number, row, text

NO_FORMULA = b"\0" * 10
ERROR_NA = b"\x2a"

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
