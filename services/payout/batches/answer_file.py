"""Read files about a batch that come back, by `shared.files`: rows of the declared columns, and every mistake in them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from services.payout.batches.columns import NOT_READ, ORDER_ID, PLACE
from services.payout.batches.files import CHECKSUM, TOTAL
from shared.catalogue.checks import check_part
from shared.catalogue.domain import Dataset
from shared.catalogue.layouts import layout_of
from shared.catalogue.validation_errors import MESSAGES, parameters_of
from shared.errors import FieldError
from shared.files.domain import Layout, Table, Warnings, letters, refused
from shared.files.reader import OpenFile, open_file
from shared.files.refused_rows import RefusedTable
from shared.i18n import CHINESE, translate

MAX_ROWS = 200_000
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class AnswerFile:
    """The rows of a file, checked. `rows` has `line` and the fields of the dataset; `mistakes` are by line, in its order.

    `read` rows were looked at, `skipped` ones hold totals and notes. `checksum` is the one that a batch's file ends with.
    """

    content: bytes
    layout: Layout
    table: Table
    rows: pl.DataFrame
    cells: pl.DataFrame
    mistakes: list[tuple[int, FieldError]]
    read: int
    skipped: int
    warnings: Warnings
    checksum: str | None

    def at(self, line: int, field: str | None = None) -> str:
        """Return where a field of a row is: its cell, or the row's line."""
        return next(
            (f"{letters(place)}{line}" for place, name in self.table.places.items() if name == field), str(line)
        )

    def refused_rows(self, mistakes: Sequence[tuple[int, FieldError]], language: str) -> RefusedTable:
        """Return the rows with mistakes as they were sent, with what is wrong with each in `language`."""
        reasons: dict[int, list[str]] = {}
        for line, mistake in mistakes:
            reasons.setdefault(line, []).append(translate(mistake.message, language, mistake.parameters))
        separator = "；" if language == CHINESE else "; "
        with _opened(self.content, self.layout) as opened:
            rows = list(opened.rows(self.table, frozenset(reasons)))
        outline = {"headings": self.table.headings, "above": self.table.above, "sheet_name": self.table.sheet_name}
        return RefusedTable(outline, rows, {line: separator.join(found) for line, found in reasons.items()})


def read_file(content: bytes, dataset: Dataset, today: date) -> AnswerFile:
    """Read a file with rows of `dataset`; raises FileRefused with everything that is wrong with it as a whole."""
    layout = replace(layout_of(dataset), passed_over=NOT_READ)
    with _opened(content, layout) as opened:
        (table,) = opened.tables
        parts = list(opened.parts(table))
    skipped, checksum = parts[-1].skipped if parts else 0, None
    rows, cells, errors, read = [], [], [], 0
    for part in parts:
        last = _last_lines(part.cells)
        skipped += last.height
        checksum = next((cell for row in last.rows() for cell in row if _SHA256.fullmatch(str(cell))), checksum)
        lines = set(last["line"])
        kept = replace(
            part,
            cells=part.cells.filter(~pl.col("line").is_in(list(lines))),
            errors=[error for error in part.errors if error[0] not in lines],
        )
        checked = check_part(dataset, table, kept, today)
        read += checked.read
        if read > MAX_ROWS:
            raise refused(
                "too_many_rows",
                "An answer may have at most {max_rows} rows. Send the rest as another.",
                max_rows=MAX_ROWS,
            )
        rows.append(checked.rows.select("line", *dataset.names))
        cells.append(kept.cells)
        errors += checked.errors.rows()
    if not read:
        raise refused("no_rows", "The file has headings, but no row below them.")
    found = AnswerFile(
        content, layout, table, pl.concat(rows), pl.concat(cells), [], read, skipped, opened.warnings, checksum
    )
    for line, field, code, detail in errors:
        mistake = FieldError(found.at(line, field), code, MESSAGES[code], **parameters_of(dataset, field, detail))
        found.mistakes.append((line, mistake))
    return found


def _last_lines(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the lines with which a batch's own file ends: a total with its count, and the checksum."""
    first = [name for name in (PLACE.name, ORDER_ID.name) if name in cells.columns]
    return cells.filter(pl.any_horizontal(pl.col(first).str.strip_chars().is_in([TOTAL, CHECKSUM])))


@contextmanager
def _opened(content: bytes, layout: Layout) -> Iterator[OpenFile]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        yield open_file(file, [layout])
