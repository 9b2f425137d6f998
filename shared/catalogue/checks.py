"""Check submitted rows: return typed rows that satisfy the dataset's rules, and for the others which field is wrong and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import islice
from operator import add
from typing import Any

import polars as pl

from shared.catalogue.cells import QUICK_COLUMN, CellForm, parse_text, quick_parse
from shared.catalogue.domain import Dataset
from shared.catalogue.json_values import json_column, parse_json
from shared.catalogue.layouts import LAST_DAY
from shared.catalogue.parsing import ParsedColumn
from shared.catalogue.validation_errors import (
    IN_TEN_THOUSANDS,
    IN_YUAN,
    OF_AMOUNTS,
    Error,
    error_frame,
    no_errors,
)
from shared.files.domain import WHOLE, Table
from shared.files.rows import Taken

ABSENT = "absent"
"""The column of a row's optional fields that were not given at all, a bit for each in the order of the dataset's fields.

An absent field says nothing, and an empty one empties what is stored. Where every row gives every field there is no such column.
"""

MAX_UNKNOWN = 20
"""Unknown members of a record that are named."""
MAX_NAME = 100
"""Characters of a member's name that an error repeats."""

_NEEDS_FULL_CHECK = "needs full check"
_DETAIL = "detail of {}"


@dataclass(frozen=True, slots=True)
class Checked:
    """`rows`: `line`, the dataset's fields and perhaps ABSENT, only rows without an error; `errors`: as ERRORS_SCHEMA; `read`:
    number of rows.
    """

    rows: pl.DataFrame
    errors: pl.DataFrame
    read: int


def check_cells(
    dataset: Dataset,
    cells: pl.DataFrame,
    *,
    hundredths: Collection[str],
    errors: pl.DataFrame,
    today: date,
    last_days: Collection[str] = (),
) -> Checked:
    """Check `cells`: `line` and a text column for each field, null where the file has no such column and "" where it is empty.

    `hundredths` names the money fields that are written in whole units, `last_days` those that hold the last day which counts;
    `errors` were found before.
    """
    forms = {name: CellForm(today, name in hundredths, name in last_days) for name in dataset.names}
    quick_parsers = {item.name: quick_parse(item, forms[item.name]) for item in dataset.fields}
    both = cells.with_columns(value for value, _ in quick_parsers.values())
    absent = _absent(dataset, {name: cells.get_column(name).is_null() for name in dataset.names})
    values = both.select("line", **{name: QUICK_COLUMN.format(name) for name in dataset.names}).with_columns(absent)
    needs_full_check = both.select(pl.any_horizontal(check for _, check in quick_parsers.values())).to_series()
    needs_full_check = needs_full_check | _broken(dataset, values)
    if errors.is_empty() and not needs_full_check.any():
        return Checked(values, no_errors(), cells.height)
    parsers = {item.name: parse_text(item, forms[item.name]) for item in dataset.fields}
    checked = _check(dataset, cells.with_columns(absent).filter(needs_full_check), parsers, errors)
    rows = pl.concat([values.filter(~needs_full_check), checked.rows]).sort("line")
    return Checked(
        rows.join(checked.errors, on="line", how="anti", maintain_order="left"), checked.errors, cells.height
    )


def check_part(dataset: Dataset, table: Table, part: Taken, today: date) -> Checked:
    """Check rows of a file's `table`, as the reader has taken them."""

    def columns_of(form: str) -> list[str]:
        return [name for name, found in table.forms.items() if found == form]

    absent = [pl.lit(None, pl.String).alias(name) for name in dataset.names if name not in table.forms]
    amounts = columns_of(WHOLE)
    checked = check_cells(
        dataset,
        part.cells.with_columns(absent).select("line", *dataset.names),
        hundredths=amounts,
        last_days=columns_of(LAST_DAY),
        errors=error_frame(part.errors),
        today=today,
    )
    return replace(checked, errors=_in_written_unit(checked.errors, amounts, table.shifts)) if amounts else checked


def _in_written_unit(errors: pl.DataFrame, amounts: Collection[str], shifts: Collection[str]) -> pl.DataFrame:
    """Say of each error about an amount in which unit its column is: its message names bounds in that."""
    unit = pl.when(pl.col("field").is_in(list(shifts))).then(pl.lit(IN_TEN_THOUSANDS)).otherwise(pl.lit(IN_YUAN))
    told = pl.col("field").is_in(list(amounts)) & pl.col("code").is_in(OF_AMOUNTS)
    return errors.with_columns(pl.when(told).then(unit).otherwise(pl.col("detail")).alias("detail"))


def check_records(dataset: Dataset, records: Sequence[object], lines: Sequence[int]) -> Checked:
    """Check JSON `records` (any parsed JSON values), each with its line."""
    errors: list[Error] = []
    objects: list[Mapping[str, Any]] = []
    for record, line in zip(records, lines, strict=True):
        if isinstance(record, dict):
            objects.append(record)
        else:
            objects.append({})
            errors.append((line, None, "not_an_object", None))
    known = set(dataset.names)
    columns: dict[str, pl.Series] = {"line": pl.Series(lines, dtype=pl.Int64)}
    absent: dict[str, pl.Series] = {}
    for item in dataset.fields:
        values = [record.get(item.name) for record in objects]
        if item.optional and None in values:
            absent[item.name] = pl.Series([item.name not in record for record in objects], dtype=pl.Boolean)
        columns[item.name] = json_column(item, values, lines, errors)
    for record, line in zip(objects, lines, strict=True):
        if not known.issuperset(record):
            unknown = islice((str(name) for name in record if name not in known), MAX_UNKNOWN)
            errors.extend((line, name[:MAX_NAME], "unknown_field", None) for name in unknown)
    parsers = {item.name: parse_json(item) for item in dataset.fields}
    found = error_frame(errors) if errors else no_errors()
    return _check(dataset, pl.DataFrame(columns).with_columns(_absent(dataset, absent)), parsers, found)


def _absent(dataset: Dataset, fields: Mapping[str, pl.Series]) -> list[pl.Series]:
    """Return the column ABSENT if any row lacks one of the optional `fields`."""
    bits = [
        fields[item.name].cast(pl.Int64) * 2**place
        for place, item in enumerate(dataset.fields)
        if item.optional and item.name in fields and fields[item.name].any()
    ]
    return [reduce(add, bits).alias(ABSENT)] if bits else []


def _check(dataset: Dataset, raw: pl.DataFrame, parsers: Mapping[str, ParsedColumn], errors: pl.DataFrame) -> Checked:
    typed = raw.select(
        "line",
        *(parser.value.alias(name) for name, parser in parsers.items()),
        *([ABSENT] if ABSENT in raw.columns else []),
        pl.any_horizontal(parser.needs_full_check for parser in parsers.values()).alias(_NEEDS_FULL_CHECK),
    )
    needs_full_check = typed.get_column(_NEEDS_FULL_CHECK) | _broken(dataset, typed)
    rows = typed.drop(_NEEDS_FULL_CHECK)
    if errors.is_empty() and not needs_full_check.any():
        return Checked(rows, no_errors(), raw.height)
    found = _errors_of(dataset, raw.filter(needs_full_check), rows.filter(needs_full_check), parsers)
    # A row or cell that could not be read gets no further errors.
    unreadable = errors.filter(pl.col("field").is_null()).get_column("line")
    found = found.filter(~pl.col("line").is_in(unreadable.implode()))
    refused = pl.concat([errors, found]).unique(["line", "field"], keep="first", maintain_order=True).sort("line")
    return Checked(rows.join(refused, on="line", how="anti", maintain_order="left"), refused, raw.height)


def _broken(dataset: Dataset, typed: pl.DataFrame) -> pl.Series:
    """Return for each row whether it breaks a rule across its fields."""
    broken = [rule.broken.fill_null(value=False) for rule in dataset.rules]
    found = typed.select(pl.any_horizontal(broken) if broken else pl.repeat(value=False, n=pl.len()))
    return found.to_series()


def _errors_of(
    dataset: Dataset, raw: pl.DataFrame, typed: pl.DataFrame, parsers: Mapping[str, ParsedColumn]
) -> pl.DataFrame:
    codes = raw.select(
        "line",
        *(parser.error.alias(name) for name, parser in parsers.items()),
        *(parser.detail.alias(_DETAIL.format(name)) for name, parser in parsers.items()),
    )
    crossed = typed.select(
        "line", *(pl.when(rule.broken).then(pl.lit(rule.code)).alias(rule.code) for rule in dataset.rules)
    )
    detail = pl.lit(None, dtype=pl.String).alias("detail")
    found = [
        codes.select(
            "line",
            pl.lit(name).alias("field"),
            pl.col(name).alias("code"),
            pl.col(_DETAIL.format(name)).alias("detail"),
        )
        for name in parsers
    ]
    found += [
        crossed.select("line", pl.lit(rule.field).alias("field"), pl.col(rule.code).alias("code"), detail)
        for rule in dataset.rules
    ]
    return pl.concat(found).filter(pl.col("code").is_not_null())
