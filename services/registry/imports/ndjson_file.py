"""NDJSON: one JSON object a line, strict UTF-8; money and counts as JSON integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson
import polars as pl

from services.registry.imports.domain import MAX_LINE_BYTES, Part
from shared.catalogue.checks import MAX_NAME, Checked, check_records
from shared.catalogue.domain import Dataset
from shared.catalogue.validation_errors import Error, error_frame
from shared.exact_json import RepeatedMemberError, in_json, read_json
from shared.files.domain import PART_ROWS, refused

_MARKS, _MAX_MARKS = (b"[", b"{", b":"), 2_000
"""A line with more of these than any record has is not parsed."""

_FIRST_LINES, _LEAST_BYTES = 100_000, 24
"""A file with more lines has so many bytes for each at least, less than any record takes: millions of `{}` are no file."""

Chunks = Callable[[], Iterator[bytes]]
"""Reads an uploaded file from its beginning, piece by piece."""


class NdjsonFile:
    """An NDJSON file with records of one dataset."""

    sheet = 0

    def __init__(self, chunks: Chunks, size: int, dataset: Dataset) -> None:
        """Prepare to read; raises FileRefused for a file without a line."""
        self.dataset = dataset
        self._chunks = chunks
        self._size = max(size, 1)
        if not any(lines for lines, _ in self._blocks()):
            raise refused("empty_file", "The file is empty: send one JSON object a line.")

    @property
    def outline(self) -> dict[str, Any]:
        """What is around the rows, as JSON data."""
        names = self.dataset.names
        return {"headings": list(names), "places": {name: place for place, name in enumerate(names)}}

    def parts(self) -> Iterator[Part]:
        """Read and check the records, those of a piece of the file and up to PART_ROWS at a time."""
        for block, done in self._blocks():
            for start in range(0, len(block), PART_ROWS):
                yield Part(self._check(block[start : start + PART_ROWS]), min(done, self._size), self._size)

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the records at `lines`, their members as text in the order of the dataset's fields."""
        for block, _ in self._blocks():
            for line, text in block:
                if line in lines:
                    yield line, self._cells(text)

    def _check(self, part: list[tuple[int, bytes]]) -> Checked:
        records: list[Any] = []
        lines: list[int] = []
        broken: list[Error] = []
        decimals = self.dataset.has_decimals
        for line, text in part:
            if len(text) > _MAX_MARKS and sum(map(text.count, _MARKS)) > _MAX_MARKS:
                broken.append((line, None, "not_a_record", None))
                continue
            try:
                records.append(read_json(text, decimals=decimals))
                lines.append(line)
            except orjson.JSONDecodeError:
                broken.append((line, None, "not_json", None))
            except RepeatedMemberError as error:
                broken.append((line, error.name[:MAX_NAME], "repeated_member", None))
        checked = check_records(self.dataset, records, lines)
        if not broken:
            return checked
        errors = pl.concat([checked.errors, error_frame(broken)]).sort("line", maintain_order=True)
        return Checked(checked.rows, errors, checked.read + len(broken))

    def _cells(self, text: bytes) -> list[str]:
        try:
            record = read_json(text, decimals=self.dataset.has_decimals)
        except (orjson.JSONDecodeError, RepeatedMemberError):
            return [text.decode("utf-8", "replace")]
        if not isinstance(record, dict):
            return [text.decode("utf-8", "replace")]
        return [_cell(record.get(name)) for name in self.dataset.names]

    def _blocks(self) -> Iterator[tuple[list[tuple[int, bytes]], int]]:
        """Yield the lines that a piece of the file ends, with their numbers, and how many bytes were read; no blank lines."""
        rest, number, size = b"", 0, 0
        for chunk in self._chunks():
            data = rest + (chunk if size else chunk.removeprefix(b"\xef\xbb\xbf"))
            size += len(chunk)
            *lines, rest = data.split(b"\n")
            if len(rest) > MAX_LINE_BYTES:
                raise refused(
                    "line_too_long",
                    "A line may have at most {limit:,} bytes.",
                    pointer=str(number + len(lines) + 1),
                    limit=MAX_LINE_BYTES,
                )
            if number + len(lines) > max(_FIRST_LINES, size // _LEAST_BYTES):
                raise refused("hardly_filled", "Most lines of this file hold no record: send one JSON object a line.")
            yield _filled(lines, number), size
            number += len(lines)
        yield _filled([rest], number), size


def _filled(lines: Sequence[bytes], before: int) -> list[tuple[int, bytes]]:
    """Return the lines that are not blank, numbered on from how many were `before` them."""
    return [(number, text) for number, text in enumerate(lines, before + 1) if text and not text.isspace()]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=in_json).decode()
