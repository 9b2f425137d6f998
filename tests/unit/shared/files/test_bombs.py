"""A bomb of any kind is refused with its reason, within the memory and the processor time of one file; the next file is read.

The limits are the system's (RLIMIT): what children took is what the kernel has counted, on however slow a machine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest

from shared.catalogue.datasets import CATALOGUE
from shared.catalogue.layouts import layout_of
from shared.files.domain import FileRefused
from shared.files.reader import open_file
from shared.i18n import translate
from tests.support import bombs
from tests.support.measured_reader import MeasuredServer, measured
from tests.support.sheets import HEADINGS, A, csv_of, read

SECONDS = 1
"""What each step may take here, so that a hundred bombs do not take minutes; it is 2 and 3 in earnest."""
MOST_SECONDS, MOST_BYTES = 5, 512 << 20
DEMANDING = "读取此文件所需的内存或时间超出限度：请将各行复制到新的工作簿，或另存为 CSV。"
OTHERWISE = {
    name: code
    for code, names in {
        "hardly_filled": ["xlsx, spaces", "xlsx, spaces between rows", "xlsx, spaces between rows, padded"],
        "not_a_workbook": [
            "xlsx, entities",
            "xlsx, an archive in an archive",
            "xlsb, a long record",
            "xlsb, a cut record",
            "xlsb, a lie about its strings",
            "xls, sectors larger than any file",
            "xls, sectors of four thousand million bytes",
            "xls, sectors of no bytes",
            "xls, empty records",
            "xls, a sheet's cell again and again",
        ],
        "sheet_too_wide": ["ods, a cell repeated"],
        "line_too_long": ["csv, one line", "csv, headings, then one line"],
        "too_many_columns": ["csv, columns"],
        "workbook_too_large": ["xlsx, larger than it may be", "xlsx, parts"],
        "no_headings": ["xlsx, strings"],
        "repeated_rows": ["ods, a row repeated", "ods, rows repeated"],
        "html_as_workbook": ["html, cells"],
    }.items()
    for name in names
}
"""Bombs that are not refused for what they take, but before, for something else that is wrong with them."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MeasuredServer]:
    """Let files be read by a process that is measured."""
    with measured(tmp_path_factory.mktemp("measured") / "taken", SECONDS) as running:
        yield running


def outcome(name: str) -> tuple[str | None, str]:
    """Read a bomb; return the code and the sentence with which it is refused, or None."""
    with tempfile.TemporaryFile() as file:
        bombs.write(name, file)
        try:
            found = open_file(file, [layout_of(CATALOGUE["annual_sales"])])
            for _ in found.parts(found.tables[0]):
                pass
        except FileRefused as error:
            (only,) = error.errors
            return only.code, translate(only.message, "zh-CN", only.parameters)
    return None, ""


@pytest.mark.parametrize("name", bombs.names())
def test_a_bomb_is_refused_within_its_bounds(name: str, server: MeasuredServer) -> None:
    code, sentence = outcome(name)
    taken = server.taken()
    assert code == OTHERWISE.get(name, code)
    assert code in (OTHERWISE.get(name), "too_demanding")  # None: a fast machine reads it within what it may take
    assert sentence == DEMANDING or code != "too_demanding"
    assert sum(taken.cpu_seconds) <= MOST_SECONDS
    assert taken.peak_bytes <= MOST_BYTES
    assert len(read(csv_of(HEADINGS, [A, "2020", "10", ""])).rows) == 1
