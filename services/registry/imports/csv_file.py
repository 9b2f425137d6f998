"""Read CSV: UTF-8 with or without BOM, else GB18030, both strictly; every line as wide as the headings."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from services.registry.datasets.checks import check_cells
from services.registry.datasets.validation_errors import Error, error_frame
from services.registry.imports.domain import MAX_LINE_BYTES, PART_ROWS, Part, refused
from services.registry.imports.headings import Columns, read_headings
from shared.catalogue.domain import Dataset

Chunks = Callable[[], Iterator[bytes]]
"""Reads an uploaded file from its beginning, piece by piece."""

_DELIMITERS = ",\t;"
_BREAK = re.compile(r"\r\n|\r|\n")
_NEUTRALISED = r"^'([=+\-@])"


@dataclass(slots=True)
class Batch:
    """Consecutive rows: the line on which each begins, its cells, and the lines that could not be read."""

    lines: list[int]
    rows: list[list[str]]
    unreadable: list[int]


class CsvFile:
    """A CSV file with rows of one dataset."""

    sheet = 0

    def __init__(self, chunks: Chunks, size: int, dataset: Dataset, today: date) -> None:
        """Recognise encoding and headings; raises FileRefused for a file that cannot be read."""
        self.dataset = dataset
        self._today = today
        self._chunks = chunks
        self._size = max(size, 1)
        self._encoding = encoding_of(chunks)
        batch = next(self._batches(_Source(chunks()), 1), None)
        if batch is None:
            raise refused("empty_file", "The file is empty: the first line must hold the headings.")
        if batch.unreadable:
            raise refused("bad_quoting", "The quotes of the first line do not match.", pointer=str(batch.unreadable[0]))
        self.headings = batch.rows[0]
        self._heading_line = batch.lines[0]
        self._columns: Columns = read_headings(dataset, self.headings)

    def parts(self) -> Iterator[Part]:
        """Read and check the rows, PART_ROWS at a time."""
        source = _Source(self._chunks())
        for batch in self._batches(source, PART_ROWS):
            yield self._part(batch, source.done)

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows at `lines` as they were written."""
        for batch in self._batches(_Source(self._chunks()), PART_ROWS):
            found = [(line, cells) for line, cells in zip(batch.lines, batch.rows, strict=True) if line in lines]
            found += [(line, []) for line in batch.unreadable if line in lines]
            yield from sorted(found)

    def _part(self, batch: Batch, done: int) -> Part:
        width = len(self.headings)
        errors: list[Error] = [(line, None, "bad_quoting", None) for line in batch.unreadable]
        good, rows = batch.lines, batch.rows
        if good and good[0] == self._heading_line:
            good, rows = good[1:], rows[1:]
        if set(map(len, rows)) - {width}:
            pairs = list(zip(good, rows, strict=True))
            # Delimiters at the end of a line are what spreadsheets write for empty cells.
            fitting = [(line, cells[:width]) for line, cells in pairs if len(cells) >= width and not any(cells[width:])]
            errors += [
                (line, None, "column_count", str(len(cells)))
                for line, cells in pairs
                if len(cells) < width or any(cells[width:])
            ]
            good, rows = [line for line, _ in fitting], [cells for _, cells in fitting]
        unread = pl.DataFrame({"line": [error[0] for error in errors]}, schema={"line": pl.Int64})
        columns = list(zip(*rows, strict=True)) if rows else [() for _ in self.headings]
        for place, item in enumerate(self._columns.fields):
            if item is None and place not in self._columns.ignored and any(columns[place]):
                errors += [
                    (line, None, "column_count", str(width))
                    for line, cell in zip(good, columns[place], strict=True)
                    if cell.strip()
                ]
        frame = self._columns.frame(self.dataset, good, columns)
        frame = frame.with_columns(_restored(frame))
        if unread.height:
            frame = pl.concat([frame, unread], how="diagonal").sort("line")
        checked = check_cells(
            self.dataset,
            frame,
            hundredths=self._columns.hundredths,
            last_days=self._columns.last_days,
            errors=error_frame(errors),
            today=self._today,
        )
        return Part(checked, min(done, self._size), self._size)

    def _batches(self, source: _Source, size: int) -> Iterator[Batch]:
        text = io.TextIOWrapper(
            io.BufferedReader(source, 1 << 20),  # type: ignore[type-var]
            self._encoding,
            "strict",
            newline="",
        )
        first = text.readline()
        lines = itertools.chain([first] if first else [], text)
        reader = csv.reader(lines, delimiter=max(_DELIMITERS, key=first.count), strict=True)
        while True:
            before = reader.line_num
            rows: list[list[str]] = []
            unreadable = []
            try:
                rows.extend(itertools.islice(reader, size))  # what came before an error stays
            except csv.Error:
                begins = _beginnings(rows, before)
                unreadable.append(begins[-1] + _height(rows[-1]) if rows else before + 1)
            if not rows and not unreadable:
                return
            numbers: Sequence[int] = (
                range(before + 1, reader.line_num + 1)
                if reader.line_num - before == len(rows)
                else _beginnings(rows, before)
            )
            if "" in [cells[0] if cells else "" for cells in rows]:  # perhaps blank
                kept = [(n, cells) for n, cells in zip(numbers, rows, strict=True) if any(cells)]
                numbers, rows = [line for line, _ in kept], [cells for _, cells in kept]
            if rows or unreadable:
                yield Batch(list(numbers), rows, unreadable)


class _Source(io.RawIOBase):
    """The pieces of a file as one stream; `done` counts the bytes that were read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self.done = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill the buffer with the next bytes."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        taken = min(len(buffer), len(self._rest))
        buffer[:taken] = self._rest[:taken]
        self._rest = self._rest[taken:]
        self.done += taken
        return taken


def _height(cells: list[str]) -> int:
    """Return how many lines a row takes: quoted cells may have line breaks."""
    return 1 + sum(len(_BREAK.findall(cell)) for cell in cells)


def _beginnings(rows: list[list[str]], before: int) -> list[int]:
    return list(itertools.accumulate((_height(cells) for cells in rows[:-1]), initial=before + 1))[: len(rows)]


def _restored(frame: pl.DataFrame) -> list[pl.Expr]:
    """Remove the apostrophe that an export puts before a cell which a spreadsheet would run as a formula."""
    quoted = [name for name in frame.columns[1:] if frame.get_column(name).str.starts_with("'").any()]
    return [pl.col(name).str.replace(_NEUTRALISED, "${1}") for name in quoted]


def encoding_of(chunks: Chunks) -> str:
    """Return the encoding of a text file, `utf-8-sig` or `gb18030`; raises FileRefused if it is neither throughout."""
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(chunks, encoding):
            return encoding
    raise refused("encoding", "The file is neither UTF-8 nor GB18030 throughout; save it as “CSV UTF-8”.")


def _decodes(chunks: Chunks, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    length = lines = 0
    try:
        for chunk in chunks():
            decoder.decode(chunk)
            first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
            if length + (first if first >= 0 else len(chunk)) > MAX_LINE_BYTES:
                raise refused(
                    "line_too_long",
                    "A line may have at most {limit:,} bytes.",
                    pointer=str(lines + 1),
                    limit=MAX_LINE_BYTES,
                )
            length = len(chunk) - last - 1 if last >= 0 else length + len(chunk)
            lines += chunk.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
