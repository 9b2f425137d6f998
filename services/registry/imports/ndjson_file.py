"""NDJSON: one JSON object a line, strict UTF-8; money and counts as JSON integers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import polars as pl

from services.registry.imports.domain import MAX_LINE_BYTES, Part
from shared.catalogue.checks import MAX_NAME, Checked, check_records
from shared.catalogue.domain import Dataset
from shared.catalogue.validation_errors import Error, error_frame
from shared.exact_json import in_json, read_json, repeated_member
from shared.files.domain import PART_ROWS, refused

_PART_BYTES = 8 << 20
"""Text that is parsed at once: as Python's objects it takes many times the room."""

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
        if next(self._lines(), None) is None:
            raise refused("empty_file", "The file is empty: send one JSON object a line.")

    @property
    def outline(self) -> dict[str, Any]:
        """What is around the rows, as JSON data."""
        names = self.dataset.names
        return {"headings": list(names), "places": {name: place for place, name in enumerate(names)}}

    def parts(self) -> Iterator[Part]:
        """Read and check the records, up to PART_ROWS and _PART_BYTES at a time."""
        done = 0
        for part in self._batches():
            done += sum(len(text) + 1 for _, text in part)
            yield Part(self._check(part), min(done, self._size), self._size)

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the records at `lines`, their members as text in the order of the dataset's fields."""
        for line, text in self._lines():
            if line in lines:
                yield line, self._cells(text)

    def _check(self, part: list[tuple[int, bytes]]) -> Checked:
        records: list[Any] = []
        lines: list[int] = []
        broken: list[Error] = []
        for line, text in part:
            if len(text) > _MAX_MARKS and sum(map(text.count, _MARKS)) > _MAX_MARKS:
                broken.append((line, None, "not_a_record", None))
                continue
            try:
                record = read_json(text, decimals=self.dataset.has_decimals)
            except orjson.JSONDecodeError:
                broken.append((line, None, "not_json", None))
                continue
            if (name := repeated_member(text, record)) is not None:
                broken.append((line, name[:MAX_NAME], "repeated_member", None))
            else:
                records.append(record)
                lines.append(line)
        checked = check_records(self.dataset, records, lines)
        if not broken:
            return checked
        errors = pl.concat([checked.errors, error_frame(broken)]).sort("line", maintain_order=True)
        return Checked(checked.rows, errors, checked.read + len(broken))

    def _cells(self, text: bytes) -> list[str]:
        try:
            record = read_json(text, decimals=self.dataset.has_decimals)
        except orjson.JSONDecodeError:
            return [text.decode("utf-8", "replace")]
        if not isinstance(record, dict):
            return [text.decode("utf-8", "replace")]
        return [_cell(record.get(name)) for name in self.dataset.names]

    def _batches(self) -> Iterator[list[tuple[int, bytes]]]:
        part: list[tuple[int, bytes]] = []
        size = 0
        for line, text in self._lines():
            part.append((line, text))
            size += len(text)
            if len(part) == PART_ROWS or size >= _PART_BYTES:
                yield part
                part, size = [], 0
        if part:
            yield part

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        rest, number, first, size = b"", 0, True, 0
        for chunk in self._chunks():
            size += len(chunk)
            data = rest + chunk
            if first:
                data, first = data.removeprefix(b"\xef\xbb\xbf"), False
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
            for text in lines:
                number += 1
                if text and not text.isspace():
                    yield number, text
        if rest and not rest.isspace():
            yield number + 1, rest


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value, default=in_json).decode()
