"""CSV: UTF-8 with or without BOM, else GB18030, both strictly; quotes matched, every line as wide as the headings."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator
from itertools import islice

import polars as pl

from services.registry.datasets.checks import check_cells
from services.registry.datasets.domain import Dataset
from services.registry.datasets.mistakes import error_frame
from services.registry.imports.domain import MAX_LINE_BYTES, PART_ROWS, Part, refused
from services.registry.imports.headings import Columns, read_headings

Chunks = Callable[[], Iterator[bytes]]
"""Reads an uploaded file from its beginning, piece by piece."""

_DELIMITERS = ",\t;"
_NEUTRALISED = r"^'([=+\-@])"

Line = tuple[int, list[str] | str]
"""A line's number and its cells, or the code of what is wrong with it."""


class CsvFile:
    """A CSV file with rows of one dataset."""

    sheet = 0

    def __init__(self, chunks: Chunks, size: int, dataset: Dataset) -> None:
        """Recognise encoding and headings; raises Problem for a file that cannot be read."""
        self.dataset = dataset
        self._chunks = chunks
        self._size = max(size, 1)
        self._encoding = encoding_of(chunks)
        first = next(self._lines(), None)
        if first is None:
            raise refused("empty_file", "The file is empty: the first line must hold the headings.")
        if isinstance(first[1], str):
            raise refused("bad_quoting", "The quotes of the first line do not match.", pointer=str(first[0]))
        self.headings = first[1]
        self._columns: Columns = read_headings(dataset, self.headings)

    def parts(self) -> Iterator[Part]:
        """Read and check the rows, PART_ROWS at a time."""
        source = _Source(self._chunks())
        lines = self._lines(source)
        next(lines)
        while part := list(islice(lines, PART_ROWS)):
            yield self._part(part, source.done)

    def rows(self, lines: frozenset[int]) -> Iterator[tuple[int, list[str]]]:
        """Give the rows at `lines` as they were written."""
        for line, cells in self._lines():
            if line in lines:
                yield line, cells if isinstance(cells, list) else []

    def _part(self, part: list[Line], done: int) -> Part:
        width = len(self.headings)
        good: list[int] = []
        rows: list[list[str]] = []
        errors: list[tuple[int, str | None, str, str | None]] = []
        for line, cells in part:
            if isinstance(cells, str):
                errors.append((line, None, cells, None))
            elif len(cells) == width:
                good.append(line)
                rows.append(cells)
            elif not any(cells[width:]) and len(cells) > width:
                good.append(line)  # delimiters at the end of the line, as spreadsheets write them
                rows.append(cells[:width])
            else:
                errors.append((line, None, "column_count", str(len(cells))))
        unread = pl.DataFrame({"line": [error[0] for error in errors]}, schema={"line": pl.Int64})
        columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in self.headings]
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
        checked = check_cells(self.dataset, frame, hundredths=self._columns.hundredths, errors=error_frame(errors))
        return Part(checked, min(done, self._size), self._size)

    def _lines(self, source: _Source | None = None) -> Iterator[Line]:
        text = io.TextIOWrapper(
            io.BufferedReader(source or _Source(self._chunks()), 1 << 20),  # type: ignore[type-var]
            self._encoding,
            "strict",
            newline="",
        )
        first = text.readline()
        delimiter = max(_DELIMITERS, key=first.count)
        lines = _numbered(first, text)
        reader = csv.reader(lines.texts(), delimiter=delimiter, strict=True)
        while True:
            begins = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield begins, "bad_quoting"
                continue
            if any(cells):
                yield begins, cells


class _numbered:  # noqa: N801 - a function with a state
    """Gives back the first line, then the others."""

    def __init__(self, first: str, rest: io.TextIOWrapper) -> None:
        self._first = first
        self._rest = rest

    def texts(self) -> Iterator[str]:
        """Give the lines."""
        if self._first:
            yield self._first
        yield from self._rest


class _Source(io.RawIOBase):
    """The pieces of a file as one stream; `done` tells how many bytes were taken."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self.done = 0

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        """Fill the buffer with what comes next."""
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


def _restored(frame: pl.DataFrame) -> list[pl.Expr]:
    """Take back the apostrophe that an export puts before a cell which a spreadsheet would run as a formula."""
    quoted = [name for name in frame.columns[1:] if frame.get_column(name).str.starts_with("'").any()]
    return [pl.col(name).str.replace(_NEUTRALISED, "${1}") for name in quoted]


def encoding_of(chunks: Chunks) -> str:
    """Return the encoding of a text file, `utf-8-sig` or `gb18030`; raises Problem if it is neither throughout."""
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
                    "line_too_long", f"A line may have at most {MAX_LINE_BYTES} bytes.", pointer=str(lines + 1)
                )
            length = len(chunk) - last - 1 if last >= 0 else length + len(chunk)
            lines += chunk.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
