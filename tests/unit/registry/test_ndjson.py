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


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ([b'{"year":2020},{"year":2021}', LEAST], {1: "not_json"}),
        (
            [b'{"year":2020},{"year":2021}', b'{"year":2022', b'"uscc":""}'],
            {1: "not_json", 2: "not_json", 3: "not_json"},
        ),
        ([b'{"uscc":"x}', b'{","year":1}', LEAST], {1: "not_json", 2: "not_json"}),
        ([LEAST, b'{"uscc":"91331100MA2000002B","year":2020,"year":2021}'], {2: "repeated_member"}),
        ([LEAST, b"2", b"null", b'["a"]'], {2: "not_an_object", 3: "not_an_object", 4: "not_an_object"}),
        ([LEAST, b'{"uscc":"\xff","year":2020}'], {2: "not_json"}),
    ],
)
def test_each_line_is_a_record_of_its_own(lines: list[bytes], wrong: dict[int, str]) -> None:
    parts = [part.checked for part in opened(b"\n".join(line.strip() for line in lines)).parts()]
    found = {row["line"]: row["code"] for part in parts for row in part.errors.to_dicts()}
    assert found == wrong
    assert sum(part.read for part in parts) == len(lines)
