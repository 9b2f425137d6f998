"""Lines of JSON that are no records: a file of them is refused before it is read to its end."""

from __future__ import annotations

import pytest

from services.registry.imports.ndjson_file import NdjsonFile
from shared.catalogue.datasets import CATALOGUE
from shared.files.domain import FileRefused

LEAST = b'{"uscc":"91331100MA2000002B","year":2020}\n'
"""As short as a record with its key can be."""


def opened(content: bytes) -> NdjsonFile:
    pieces = [content[start : start + (1 << 20)] for start in range(0, len(content), 1 << 20)]
    return NdjsonFile(lambda: iter(pieces), len(content), CATALOGUE["annual_sales"])


@pytest.mark.parametrize("line", [b"{}\n", b"\n", b" \n", b"[]\n", b"1\n", b"{\n"])
@pytest.mark.parametrize("before", [b"", LEAST * 10])
def test_a_file_of_lines_that_hold_nothing_is_refused(line: bytes, before: bytes) -> None:
    with pytest.raises(FileRefused) as refusal:
        for _ in opened(before + line * 400_000).parts():
            pass
    assert [error.code for error in refusal.value.errors] == ["hardly_filled"]


def test_the_shortest_records_are_read_however_many() -> None:
    assert sum(part.checked.read for part in opened(LEAST * 120_000).parts()) == 120_000


def test_a_small_file_may_have_blank_lines() -> None:
    assert sum(part.checked.read for part in opened(LEAST + b"\n" * 50_000 + LEAST).parts()) == 2
