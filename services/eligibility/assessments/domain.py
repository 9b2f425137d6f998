"""Rows given inline, read strictly into typed facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, DatasetFacts, Facts, FactsError, FieldFacts

#: Datasets whose periods exclude each other, and whose they are.
PERIODS = {"locations": "uscc", "loan_balances": "loan_id"}


class InlineFactsError(ValueError):
    """A row that is not what the catalogue says: `pointer` is where, the text what is wrong, never the value."""

    def __init__(self, pointer: str, message: str) -> None:
        """Point at the mistake."""
        super().__init__(message)
        self.pointer = pointer


def frames_of(rows_by_dataset: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, pl.DataFrame]:
    """Return typed frames of rows as JSON gives them; raises InlineFactsError for what the registry would refuse."""
    unknown = sorted(set(rows_by_dataset) - set(CATALOGUE))
    if unknown:
        raise InlineFactsError(f"/facts/{unknown[0]}", f"no such dataset; there are {', '.join(CATALOGUE)}")
    frames = {}
    for name, rows in rows_by_dataset.items():
        read = [_row(CATALOGUE[name], row, f"/facts/{name}/{number}") for number, row in enumerate(rows)]
        _no_row_twice(CATALOGUE[name], rows)
        frames[name] = pl.DataFrame(read, schema=CATALOGUE[name].schema, orient="row")
    return frames


def overlaid(base: Facts, frames: Mapping[str, pl.DataFrame]) -> Facts:
    """Return `base` with the rows of `frames` in place of those of the same key.

    Raises InlineFactsError where periods then overlap: on a day of two places nobody could tell which counts.
    """
    replaced = {}
    for name, frame in frames.items():
        key = list(CATALOGUE[name].key)
        replaced[name] = pl.concat([base[name].join(frame, on=key, how="anti"), frame]).sort(key)
    for name in PERIODS.keys() & replaced.keys():
        _no_overlap(name, replaced[name])
    try:
        return base.replacing(replaced)
    except FactsError as error:
        raise InlineFactsError("/facts", str(error)) from error


def _no_row_twice(dataset: DatasetFacts, rows: Sequence[Mapping[str, Any]]) -> None:
    seen: set[tuple[Any, ...]] = set()
    for number, row in enumerate(rows):
        key = tuple(row[name] for name in dataset.key)
        if key in seen:
            message = f"a row before has the same {', '.join(dataset.key)}; give each once"
            raise InlineFactsError(f"/facts/{dataset.name}/{number}", message)
        seen.add(key)


def _no_overlap(name: str, rows: pl.DataFrame) -> None:
    whose = PERIODS[name]
    ends = rows.sort(whose, "since").select(pl.col("until").fill_null(date.max), "since", whose)
    following = pl.col("since").shift(-1).over(whose)
    if ends.filter(pl.col("until") > following).height:
        message = f"periods of one {whose} overlap; give the earlier one too, with the day on which it ends as `until`"
        raise InlineFactsError(f"/facts/{name}", message)


def _row(dataset: DatasetFacts, row: Mapping[str, Any], pointer: str) -> list[Any]:
    unknown = sorted(set(row) - set(dataset.schema))
    if unknown:
        raise InlineFactsError(
            f"{pointer}/{unknown[0]}", f"this field is not known; there are {', '.join(dataset.schema)}"
        )
    return [_value(field, row.get(field.name), f"{pointer}/{field.name}") for field in dataset.fields]


def _value(field: FieldFacts, value: Any, pointer: str) -> Any:
    if value is None:
        if not field.optional:
            raise InlineFactsError(pointer, "this field may not be empty")
        return None
    if field.dtype == pl.Date:
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError) as error:
            raise InlineFactsError(pointer, "a day that exists is expected, as YYYY-MM-DD") from error
    if field.codes and value not in field.codes:
        raise InlineFactsError(pointer, f"one of {', '.join(field.codes)} is expected")
    expected, words = {pl.Int64(): (int, "a whole number"), pl.Boolean(): (bool, "true or false")}.get(
        field.dtype, (str, "text")
    )
    if type(value) is not expected:
        raise InlineFactsError(pointer, f"{words} is expected")
    least, largest = field.bounds
    if isinstance(value, int) and not least <= value <= largest:
        raise InlineFactsError(pointer, f"a whole number from {least} to {largest} is expected")
    return value
