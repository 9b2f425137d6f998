"""Rows given inline, read strictly into typed facts and laid over what is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import Fetch, RowQuery
from shared.catalogue.domain import INTEGERS, Dataset, Field, Kind
from shared.days import day_of
from shared.identifiers import is_uscc

RowsByDataset = Mapping[str, Sequence[Mapping[str, Any]]]


class InlineFactsError(ValueError):
    """A row that is not what the catalogue says: `pointer` is where, the text what is wrong, never the value."""

    def __init__(self, pointer: str, message: str) -> None:
        """Point at the mistake."""
        super().__init__(message)
        self.pointer = pointer


def frames_of(rows_by_dataset: RowsByDataset) -> dict[str, pl.DataFrame]:
    """Return typed frames of rows as JSON gives them; raises InlineFactsError for what the registry would not take."""
    frames = _read(rows_by_dataset, "facts", lambda dataset: dataset.fields)
    for name, frame in frames.items():
        _check_rows(CATALOGUE[name], frame)
    return frames


def keys_of(rows_by_dataset: RowsByDataset) -> dict[str, pl.DataFrame]:
    """Return typed frames of keys as JSON gives them, each row with the fields of its dataset's key and no other."""
    return _read(rows_by_dataset, "withdrawals", lambda dataset: [dataset.field(name) for name in dataset.key])


def named_in(frames: Mapping[str, pl.DataFrame]) -> set[str]:
    """Return the enterprises that rows, or keys, name."""
    return {
        code
        for name, frame in frames.items()
        for column in CATALOGUE[name].owners
        if column in frame.columns
        for code in frame.get_column(column).drop_nulls()
    }


def overlaid(base: Facts, frames: Mapping[str, pl.DataFrame], withdrawn: Mapping[str, pl.DataFrame]) -> Facts:
    """Return `base` without the keys of `withdrawn`, and with the rows of `frames` in place of those of the same key.

    Raises InlineFactsError for a key that is not there to be withdrawn, and for periods that then overlap.
    """
    replaced = {name: base[name] for name in (*withdrawn, *frames)}
    for name, keys in withdrawn.items():
        gone = keys.with_row_index("place").join(base[name], on=list(CATALOGUE[name].key), how="anti")
        if gone.height:
            raise InlineFactsError(f"/withdrawals/{name}/{gone.item(0, 'place')}", "there is no row with this key")
        replaced[name] = base[name].join(keys, on=list(CATALOGUE[name].key), how="anti")
    for name, frame in frames.items():
        key = list(CATALOGUE[name].key)
        replaced[name] = pl.concat([replaced[name].join(frame, on=key, how="anti"), frame]).sort(key)
        _check_periods(CATALOGUE[name], replaced[name], frame)
    return Facts({**base, **replaced})


def supposing(fetch: Fetch, frames: Mapping[str, pl.DataFrame], withdrawn: Mapping[str, pl.DataFrame]) -> Fetch:
    """Return what gives the rows that `fetch` gives, as if those of `frames` and `withdrawn` were corrected."""

    def corrected(asked: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        return {ask: corrected_rows(ask, asked[ask], rows) for ask, rows in fetch(asked).items()}

    def corrected_rows(ask: RowQuery, values: Collection[str], rows: pl.DataFrame) -> pl.DataFrame:
        for given in (withdrawn, frames):
            if ask.dataset in given:
                rows = rows.join(given[ask.dataset], on=list(CATALOGUE[ask.dataset].key), how="anti")
        return pl.concat([rows, ask.matching(frames[ask.dataset], values)]) if ask.dataset in frames else rows

    return corrected


def _read(rows_by_dataset: RowsByDataset, member: str, fields_of: Any) -> dict[str, pl.DataFrame]:
    unknown = sorted(set(rows_by_dataset) - set(CATALOGUE))
    if unknown:
        raise InlineFactsError(f"/{member}/{unknown[0]}", f"no such dataset; there are {', '.join(CATALOGUE)}")
    return {
        name: _frame(CATALOGUE[name], fields_of(CATALOGUE[name]), rows, f"/{member}/{name}")
        for name, rows in rows_by_dataset.items()
    }


def _frame(dataset: Dataset, fields: Iterable[Field], rows: Sequence[Mapping[str, Any]], pointer: str) -> pl.DataFrame:
    fields = tuple(fields)
    read = [_row(fields, row, f"{pointer}/{number}") for number, row in enumerate(rows)]
    frame = pl.DataFrame(read, schema={field.name: field.dtype for field in fields}, orient="row")
    again = frame.select(pl.struct(dataset.key).is_first_distinct().not_()).to_series().arg_true()
    if again.len():
        raise InlineFactsError(f"{pointer}/{again[0]}", f"the key ({', '.join(dataset.key)}) is given twice")
    return frame


def _row(fields: Sequence[Field], row: Mapping[str, Any], pointer: str) -> list[Any]:
    names = [field.name for field in fields]
    unknown = sorted(set(row) - set(names))
    if unknown:
        raise InlineFactsError(f"{pointer}/{unknown[0]}", f"this field is not known; there are {', '.join(names)}")
    return [_value(field, row.get(field.name), f"{pointer}/{field.name}") for field in fields]


def _value(field: Field, value: Any, pointer: str) -> Any:
    if value is None:
        if not field.optional:
            raise InlineFactsError(pointer, "this field may not be empty")
        return None
    if field.kind is Kind.DAY:
        try:
            return day_of(value)
        except (TypeError, ValueError) as error:
            raise InlineFactsError(pointer, "a day that exists is expected, as YYYY-MM-DD") from error
    expected, words = (
        (int, "a whole number")
        if field.kind in INTEGERS
        else (bool, "true or false")
        if field.kind is Kind.FLAG
        else (str, "text")
    )
    if type(value) is not expected:
        raise InlineFactsError(pointer, f"{words} is expected")
    if field.kind is Kind.USCC:
        value = str(value).strip().upper()  # as the registry reads it
        if not is_uscc(value):
            raise InlineFactsError(
                pointer, "a valid unified social credit code is expected (18 characters, check digit)"
            )
    if field.choices and value not in field.choices:
        raise InlineFactsError(pointer, f"one of {', '.join(field.choices)} is expected")
    if field.minimum is not None and field.maximum is not None and not field.minimum <= value <= field.maximum:
        raise InlineFactsError(pointer, f"a whole number from {field.minimum} to {field.maximum} is expected")
    return value


def _check_rows(dataset: Dataset, rows: pl.DataFrame) -> None:
    """Refuse a row whose fields contradict each other, by the rules that the registry holds rows to."""
    for rule in dataset.rules:
        places = rows.select(rule.broken.fill_null(value=False)).to_series().arg_true()
        if places.len():
            raise InlineFactsError(f"/facts/{dataset.name}/{places[0]}/{rule.field}", _meaning(dataset, rule.code))


def _meaning(dataset: Dataset, code: str) -> str:
    if dataset.period is not None:
        return f"this day may not be before {dataset.period.first}"
    assert dataset.tiers is not None
    if code == "tier_missing":
        return f"the tier's threshold is expected for {', '.join(dataset.tiers.tiered)}"
    return "this award has no tiers: 0 is expected"


def _check_periods(dataset: Dataset, rows: pl.DataFrame, given: pl.DataFrame) -> None:
    """Periods of one thing follow each other, as in the registry; the mistake is shown at the row that was given."""
    if dataset.period is None or not dataset.period.apart:
        return
    same, first, last = list(dataset.period.apart), dataset.period.first, dataset.period.last
    near = rows.join(given, on=same, how="semi").sort(*same, first)
    overlapping = near.filter(
        pl.col(last).fill_null(date.max).shift(1).over(same) > pl.col(first),
    ).join(given.select(same).with_row_index("place"), on=same)
    if overlapping.height:
        place = overlapping.sort("place").item(0, "place")
        raise InlineFactsError(
            f"/facts/{dataset.name}/{place}",
            f"periods of the same {', '.join(same)} overlap; give the earlier row too, with the day on which it ends",
        )
