"""Read CSV and TSV: the encoding, strictly, the delimiter by the headings, and every line that a quote swallows."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from shared.files.allowance import SECONDS_PER_BYTE_DECODED, SECONDS_PER_VALUE, Allowance
from shared.files.domain import (
    MAX_EXAMPLES,
    MAX_LINE_CHARACTERS,
    PART_ROWS,
    FileRefused,
    RowError,
    Table,
    Warnings,
    refused,
)
from shared.files.rows import Block
from shared.files.vocabulary import SEARCHED_ROWS, Row, Vocabulary
from shared.i18n import N_

DELIMITERS = ",\t;"
MAX_COLUMNS = 1_000
_PIECE = 1 << 20
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_BREAK = re.compile(r"\r\n|\r|\n")
_MOSTLY = 0.8
_MARKUP = re.compile(rb"^(?:\xef\xbb\xbf)?\s*(?:<|MIME-Version:)", re.IGNORECASE)


def check_is_text(start: bytes) -> None:
    """Refuse what is not text although it is no workbook either; `start` is the beginning of the file."""
    if start.startswith(codecs.BOM_UTF16_LE):
        start = start.decode("utf-16", "ignore").encode()
    if _MARKUP.match(start):
        raise html_as_workbook()
    if start.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise not_a_table()


def html_as_workbook() -> FileRefused:
    """Return the refusal of a table that a program has saved as a web page or as XML."""
    return refused(
        "html_as_workbook",
        "The file is a web page or XML under the name of a workbook. Open it in Excel or WPS and save it as .xlsx.",
    )


def not_a_table() -> FileRefused:
    """Return the refusal of a file of another kind: a document, a picture, an archive."""
    return refused("not_a_table", "The file is neither a workbook nor CSV. Save the table as .xlsx and send that.")


def encoding_of(file: IO[bytes], allowance: Allowance) -> str:
    """Return the encoding of a text file; raises FileRefused for one that is in none of them throughout."""
    allowance.hold(file.seek(0, io.SEEK_END))
    file.seek(0)
    start = file.read(4)
    if start in (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE):
        raise _foreign()
    for bom, encoding in _BOMS.items():
        if start.startswith(bom):
            if (line := _undecodable(file, encoding, allowance)) is not None:
                raise _damaged(line)
            return encoding
    line = _undecodable(file, "utf-8", allowance)
    if line is None:
        return "utf-8"
    if _is_damaged_utf8(file):
        raise _damaged(line)
    if _undecodable(file, "gb18030", allowance) is None:
        return "gb18030"
    raise _foreign()


def _foreign() -> FileRefused:
    return refused("encoding", "The file is neither UTF-8 nor GB18030 throughout; save it as “CSV UTF-8”.")


def _damaged(line: int) -> FileRefused:
    return refused(
        "encoding",
        "Line {line} has bytes that are no characters; save the file as “CSV UTF-8” again.",
        pointer=str(line),
        line=line,
    )


def _undecodable(file: IO[bytes], encoding: str, allowance: Allowance) -> int | None:
    """Return the line at which the file is not in `encoding`, or None; refuses lines that are too long, and Big5."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    length, line = 0, 1
    for piece in itertools.chain(iter(lambda: file.read(_PIECE), b""), [b""]):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return line + piece[: max(error.start, 0)].count(b"\n")
        if encoding == "gb18030" and _PRIVATE.search(text):
            raise refused(
                "big5", "The file seems to be in Big5, or another encoding that is not read; save it as “CSV UTF-8”."
            )
        allowance.earn(len(piece) * SECONDS_PER_BYTE_DECODED)
        ends = [text.find("\n"), text.find("\r")]
        first = min((end for end in ends if end >= 0), default=len(text))
        if length + first > MAX_LINE_CHARACTERS:
            raise refused(
                "line_too_long",
                "A line may have at most {limit:,} characters.",
                pointer=str(line),
                limit=MAX_LINE_CHARACTERS,
            )
        last = max(text.rfind("\n"), text.rfind("\r"))
        length = len(text) - last - 1 if last >= 0 else length + len(text)
        line += text.count("\n")
    return None


def _is_damaged_utf8(file: IO[bytes]) -> bool:
    """Return whether the text before the first wrong byte is Chinese in UTF-8, which GB18030 would hardly be by chance."""
    file.seek(0)
    start = file.read(_PIECE)
    try:
        decoded = start.decode("utf-8")
    except UnicodeDecodeError as error:
        decoded = start[: error.start].decode("utf-8")
    foreign = [letter for letter in decoded if not letter.isascii()]
    return len(foreign) >= 3 and len(_IDEOGRAPH.findall(decoded)) >= _MOSTLY * len(foreign)


def delimiter_of(file: IO[bytes], encoding: str, vocabulary: Vocabulary) -> tuple[str, list[Row]]:
    """Return the delimiter by which most headings are recognised, and the first rows; raises FileRefused without any."""

    def recognised(delimiter: str) -> int:
        return max(
            (vocabulary.score(cells) for _, cells in found[delimiter][0] if len(cells) <= MAX_COLUMNS), default=0
        )

    found = {delimiter: _first_rows(file, encoding, delimiter) for delimiter in DELIMITERS}
    best = max(found, key=recognised)
    rows, broken = found[best]
    if not rows and broken is not None:
        raise refused("bad_quoting", "The quotes of line {line} do not match.", pointer=str(broken), line=broken)
    if max((len(cells) for _, cells in rows), default=0) > MAX_COLUMNS:
        raise refused("too_many_columns", "A file may have at most {limit:,} columns.", limit=MAX_COLUMNS)
    return best, rows


def _first_rows(file: IO[bytes], encoding: str, delimiter: str) -> tuple[list[Row], int | None]:
    """Return the first rows, up to a line that cannot be read, and that line."""
    rows: list[Row] = []
    for batch in _batches(file, encoding, delimiter, SEARCHED_ROWS):
        rows += zip(batch.lines, batch.rows, strict=True)
        if batch.broken:
            return rows[:SEARCHED_ROWS], batch.broken[0][0]
        if len(rows) >= SEARCHED_ROWS:
            break
    return rows[:SEARCHED_ROWS], None


def blocks(file: IO[bytes], table: Table, warnings: Warnings, allowance: Allowance) -> Iterator[Block]:
    """Yield the rows below the headings, PART_ROWS at a time; rows with more values than headings are mistakes."""
    heading_line, width = table.heading_line, len(table.headings)
    size = max(file.seek(0, io.SEEK_END), 1)
    short: list[str] = []
    shortened = 0
    for batch in _rows_of(file, table, allowance):
        errors: list[RowError] = []
        for first, last in batch.broken:
            code, detail = ("unclosed_quote", f"{first}–{last}") if last > first else ("bad_quoting", None)
            errors += [(line, None, code, detail) for line in range(first, last + 1) if line > heading_line]
        above = sum(line <= heading_line for line in batch.lines[: SEARCHED_ROWS + 1])
        lines, rows = batch.lines[above:], batch.rows[above:]
        if set(map(len, rows)) - {width}:
            pairs = list(zip(lines, rows, strict=True))
            # For empty cells at its end a spreadsheet writes delimiters, or leaves them out: Excel does, block by block.
            fit = [(line, _padded(cells, width)) for line, cells in pairs if not any(map(str.strip, cells[width:]))]
            unfit = [(line, cells) for line, cells in pairs if any(map(str.strip, cells[width:]))]
            errors += [(line, None, "column_count", str(len(cells))) for line, cells in unfit]
            ending_early = [str(line) for line, cells in pairs if len(cells) < width and any(map(str.strip, cells))]
            shortened += len(ending_early)
            short += ending_early[: MAX_EXAMPLES - len(short)]
            lines, rows = [line for line, _ in fit], [cells for _, cells in fit]
        columns: list[Sequence[str]] = list(zip(*rows, strict=True)) if rows else [()] * width
        yield Block(lines, columns, errors, min(file.tell(), size), size)
    warnings.warn(
        "short_lines",
        N_("These lines end before the last columns, which were read as empty in them."),
        short,
        shortened,
    )


def _padded(cells: list[str], width: int) -> list[str]:
    return cells[:width] + [""] * (width - len(cells))


def rows_at(
    file: IO[bytes], table: Table, wanted: frozenset[int], allowance: Allowance
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that begin at the `wanted` lines; a line that could not be read is split at each delimiter."""
    for batch in _rows_of(file, table, allowance):
        found = [(line, cells) for line, cells in zip(batch.lines, batch.rows, strict=True) if line in wanted]
        spoilt = {line for first, last in batch.broken for line in range(first, last + 1)} & wanted
        if spoilt:
            at = file.tell()
            found += _plain_lines(file, table, spoilt)
            file.seek(at)
        yield from sorted(found)


def _plain_lines(file: IO[bytes], table: Table, wanted: set[int]) -> Iterator[tuple[int, list[str]]]:
    file.seek(0)
    text = io.TextIOWrapper(file, table.encoding, "strict", newline="")
    for number, line in enumerate(text, 1):
        if number in wanted:
            yield number, line.rstrip("\r\n").split(table.delimiter)
    text.detach()


@dataclass(frozen=True, slots=True)
class _Batch:
    """Consecutive rows: the line on which each begins, its cells, and the first and last lines of what could not be read."""

    lines: Sequence[int]
    rows: list[list[str]]
    broken: list[tuple[int, int]]


def _rows_of(file: IO[bytes], table: Table, allowance: Allowance) -> Iterator[_Batch]:
    """Yield the rows of a table in batches; each one's values in its columns earn time for the next."""
    assert table.encoding is not None
    assert table.delimiter is not None
    allowance.hold(file.seek(0, io.SEEK_END))
    for batch in _batches(file, table.encoding, table.delimiter, PART_ROWS):
        allowance.earn(
            sum(len(cells) - cells.count("") for cells in batch.rows if len(cells) <= len(table.headings))
            * SECONDS_PER_VALUE
        )
        yield batch


def _batches(file: IO[bytes], encoding: str, delimiter: str, size: int) -> Iterator[_Batch]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, "strict", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        while True:
            before = reader.line_num
            rows: list[list[str]] = []
            broken = []
            try:
                rows.extend(itertools.islice(reader, size))  # what came before an error stays
            except csv.Error:
                starts = _beginnings(rows, before)
                first = starts[-1] + _height(rows[-1]) if rows else before + 1
                broken.append((first, max(reader.line_num, first)))
            if not rows and not broken:
                return
            lines: Sequence[int] = (
                range(before + 1, reader.line_num + 1)
                if reader.line_num - before == len(rows)
                else _beginnings(rows, before)
            )
            if "" in [cells[0] if cells else "" for cells in rows]:  # perhaps blank
                kept = [(line, cells) for line, cells in zip(lines, rows, strict=True) if any(map(str.strip, cells))]
                lines, rows = [line for line, _ in kept], [cells for _, cells in kept]
            if rows or broken:
                yield _Batch(lines, rows, broken)
    finally:
        text.detach()


def _height(cells: list[str]) -> int:
    """Return how many lines a row takes: quoted cells may have line breaks."""
    return 1 + sum(len(_BREAK.findall(cell)) for cell in cells)


def _beginnings(rows: list[list[str]], before: int) -> list[int]:
    return list(itertools.accumulate((_height(cells) for cells in rows[:-1]), initial=before + 1))[: len(rows)]
