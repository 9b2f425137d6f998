"""Facts of a scenario from a file: read and checked as the registry does, given back as rows to send on. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE
from services.eligibility.scenarios.inline_facts import folded
from shared.catalogue.checks import check_part
from shared.catalogue.layouts import layout_of
from shared.catalogue.validation_errors import MESSAGES, parameters_of
from shared.errors import FieldError, Invalid
from shared.files.domain import Warnings
from shared.files.reader import opened
from shared.i18n import N_


@dataclass(frozen=True, slots=True)
class FactsFile:
    """What a file holds: its rows without mistakes, and the mistakes in others.

    Of `read` rows `unchanged` ones repeat another; `skipped` ones hold totals and notes.
    """

    rows: list[dict[str, Any]]
    read: int
    unchanged: int
    skipped: int
    mistakes: list[FieldError]
    warnings: Warnings


def read_facts(content: bytes, name: str, sheet: str | None, today: date) -> FactsFile:
    """Read a file of the dataset `name`; raises Invalid for one that there is not, FileRefused for a file that cannot be read.

    A row has the fields that the file has columns for.
    """
    if name not in CATALOGUE:
        message = N_("There is no such dataset. Datasets: {known}.")
        raise Invalid(errors=[FieldError("dataset", "unknown_dataset", message, known=", ".join(CATALOGUE))])
    dataset = CATALOGUE[name]
    with opened(content, layout_of(dataset), sheet) as file:
        (table,) = file.tables
        parts = list(file.parts(table))
    checked = [check_part(dataset, table, part, today) for part in parts]
    columns = ["line", *(field for field in dataset.names if field in table.forms)]
    rows = pl.concat([each.rows.select(columns) for each in checked]) if checked else pl.DataFrame(schema=columns)
    once = rows.filter(pl.struct(folded(dataset, columns[1:])).is_first_distinct())
    contradict = pl.struct(folded(dataset, dataset.key)).is_duplicated()
    conflicts = [(line, dataset.key[-1], "key_conflict", None) for line in once.filter(contradict)["line"]]
    errors = sorted(
        [*(error for each in checked for error in each.errors.rows()), *conflicts], key=lambda error: error[0]
    )
    return FactsFile(
        rows=once.filter(~contradict).drop("line").to_dicts(),
        read=sum(each.read for each in checked),
        unchanged=rows.height - once.height,
        skipped=parts[-1].skipped if parts else 0,
        mistakes=[
            FieldError(table.at(line, field), code, MESSAGES[code], **parameters_of(dataset, field, detail))
            for line, field, code, detail in errors
        ],
        warnings=file.warnings,
    )
