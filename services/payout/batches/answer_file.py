"""Read files about a batch that come back, by `shared.files`: rows of the declared columns, and every mistake in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from services.payout.batches.columns import NOT_READ, ORDER_ID, PLACE
from services.payout.batches.files import CHECKSUM, SEAL, TOTAL
from services.payout.seals import SEAL as SEALED
from shared.catalogue.checks import check_part
from shared.catalogue.domain import Dataset
from shared.catalogue.layouts import layout_of
from shared.catalogue.validation_errors import MESSAGES, parameters_of
from shared.errors import FieldError
from shared.files.domain import Layout, Table, Warnings, refused
from shared.files.reader import OpenFile, opened
from shared.files.refused_rows import RefusedTable
from shared.files.rows import Taken
from shared.i18n import CHINESE, N_, translate

MAX_ROWS = 200_000
TOO_MANY_ROWS = N_("An answer may have at most {max_rows} rows. Send the rest as another answer.")
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class AnswerFile:
    """The rows of a file, checked. `rows` has `line` and the fields of the dataset; `mistakes` are by line, in its order.

    `read` rows were looked at, `skipped` ones hold totals and notes. A batch's file ends with its `checksum` and `seal`.
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
    seal: str | None

    def refused_rows(self, mistakes: Sequence[tuple[int, FieldError]], language: str) -> RefusedTable:
        """Return the rows with mistakes as they were sent, with what is wrong with each in `language`."""
        reasons: dict[int, list[str]] = {}
        for line, mistake in mistakes:
            reasons.setdefault(line, []).append(translate(mistake.message, language, mistake.parameters))
        separator = "；" if language == CHINESE else "; "
        with opened(self.content, self.layout) as file:
            rows = list(file.rows(self.table, frozenset(reasons)))
        outline = {"headings": self.table.headings, "above": self.table.above, "sheet_name": self.table.sheet_name}
        return RefusedTable(outline, rows, {line: separator.join(found) for line, found in reasons.items()})


def read_file(content: bytes, dataset: Dataset, today: date) -> AnswerFile:
    """Read a file with rows of `dataset`; raises FileRefused with everything that is wrong with it as a whole."""
    layout = replace(layout_of(dataset), passed_over=NOT_READ)
    with opened(content, layout) as file:
        (table,) = file.tables
        parts = list(file.parts(table))
        last = _last_lines(file, table, parts)
    ends = [cell.strip() for cells in last.values() for cell in cells]
    checksum, seal = (next(filter(form.fullmatch, ends), None) for form in (_SHA256, SEALED))
    skipped, read = parts[-1].skipped + len(last) if parts else 0, 0
    rows, cells, errors = [], [], []
    for part in parts:
        kept = replace(
            part,
            cells=part.cells.filter(~pl.col("line").is_in(list(last))),
            errors=[error for error in part.errors if error[0] not in last],
        )
        checked = check_part(dataset, table, kept, today)
        read += checked.read
        if read > MAX_ROWS:
            raise refused("too_many_rows", TOO_MANY_ROWS, max_rows=MAX_ROWS)
        rows.append(checked.rows.select("line", *dataset.names))
        cells.append(kept.cells)
        errors += checked.errors.rows()
    if not read:
        raise refused("no_rows", "The file has headings, but no row below them.")
    found = AnswerFile(
        content, layout, table, pl.concat(rows), pl.concat(cells), [], read, skipped, file.warnings, checksum, seal
    )
    for line, field, code, detail in errors:
        mistake = FieldError(table.at(line, field), code, MESSAGES[code], **parameters_of(dataset, field, detail))
        found.mistakes.append((line, mistake))
    return found


def _last_lines(file: OpenFile, table: Table, parts: Sequence[Taken]) -> dict[int, list[str]]:
    """Return the lines with which a batch's own file ends, a total, the checksum and the seal, as they were written."""
    first = {PLACE.name, ORDER_ID.name} & set(table.forms)
    found = [line for part in parts for line, _, code, _ in part.errors if code == "column_count"]
    for part in parts:
        headed = pl.any_horizontal(pl.col(first).str.strip_chars().is_in([TOTAL, CHECKSUM, SEAL]))
        found.extend(part.cells.filter(headed)["line"])
    if not found:
        return {}
    return {
        line: cells
        for line, cells in file.rows(table, frozenset(found))
        if next(filter(None, map(str.strip, cells)), "") in (TOTAL, CHECKSUM, SEAL)
    }
