"""Facts given inline: rows read by the law of the registry into typed frames, and put in place of the registry's. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from math import isfinite
from types import MappingProxyType
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import Fetch, RowQuery
from services.eligibility.scenarios.domain import RowsByDataset
from shared.catalogue.checks import check_records
from shared.catalogue.domain import Dataset, Kind
from shared.catalogue.validation_errors import MESSAGES, parameters_of
from shared.errors import FieldError, Invalid
from shared.i18n import N_

Frames = Mapping[str, pl.DataFrame]
"""Rows, or keys of rows, by dataset."""

MAX_ERRORS = 1_000


def frames_of(rows_by_dataset: RowsByDataset) -> dict[str, pl.DataFrame]:
    """Return typed frames of JSON rows; raises Invalid for rows that the registry would refuse."""
    return _read(rows_by_dataset, "facts", lambda dataset: dataset)


def keys_of(rows_by_dataset: RowsByDataset) -> dict[str, pl.DataFrame]:
    """Return typed frames of JSON keys, each with the fields of its dataset's key and no other; raises Invalid."""
    return _read(rows_by_dataset, "withdrawals", _key_alone)


def enterprises_in(frames: Frames) -> set[str]:
    """Return the enterprises that rows or keys name."""
    return {
        code
        for name, frame in frames.items()
        for column in CATALOGUE[name].owners
        if column in frame.columns
        for code in frame.get_column(column).drop_nulls()
    }


def with_rows(base: Facts, frames: Frames, withdrawn: Frames = MappingProxyType({})) -> Facts:
    """Return `base` without the keys of `withdrawn`, and with the rows of `frames` in place of those of the same key.

    Raises Invalid for a withdrawn key that does not exist, and for periods that would overlap.
    """
    replaced = {name: base[name] for name in (*withdrawn, *frames)}
    for name, keys in withdrawn.items():
        absent = keys.with_row_index("place").join(base[name], on=folded_key(CATALOGUE[name]), how="anti")
        if absent.height:
            raise _invalid(f"/withdrawals/{name}/{absent.item(0, 'place')}", N_("There is no row with this key."))
        replaced[name] = base[name].join(keys, on=folded_key(CATALOGUE[name]), how="anti")
    for name, frame in frames.items():
        key = CATALOGUE[name].key
        others = replaced[name].join(frame, on=folded_key(CATALOGUE[name]), how="anti")
        replaced[name] = pl.concat([others, frame]).sort(key)
        _check_periods(CATALOGUE[name], replaced[name], frame)
    return Facts({**base, **replaced})


def with_rows_fetched(fetch: Fetch, frames: Frames, withdrawn: Frames = MappingProxyType({})) -> Fetch:
    """Return `fetch` with the same corrections as `with_rows`, for rows that are fetched on demand."""

    def corrected(requested: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        return {query: corrected_rows(query, requested[query], rows) for query, rows in fetch(requested).items()}

    def corrected_rows(query: RowQuery, values: Collection[str], rows: pl.DataFrame) -> pl.DataFrame:
        for given in (withdrawn, frames):
            if query.dataset in given:
                rows = rows.join(given[query.dataset], on=folded_key(CATALOGUE[query.dataset]), how="anti")
        return pl.concat([rows, query.matching(frames[query.dataset], values)]) if query.dataset in frames else rows

    return corrected


def _read(rows_by_dataset: RowsByDataset, member: str, form: Callable[[Dataset], Dataset]) -> dict[str, pl.DataFrame]:
    """Check rows as the registry checks records; raises Invalid with every mistake."""
    unknown = [name for name in rows_by_dataset if name not in CATALOGUE]
    message = N_("There is no such dataset. Datasets: {known}.")
    errors = [FieldError(f"/{member}/{name}", "fact", message, known=", ".join(CATALOGUE)) for name in sorted(unknown)]
    frames = {}
    for name in rows_by_dataset.keys() - set(unknown):
        dataset = form(CATALOGUE[name])
        rows = rows_by_dataset[name]
        checked = check_records(dataset, [_exact(dataset, row) for row in rows], range(len(rows)))
        for place, field, code, detail in checked.errors.rows():
            at = "/".join([f"/{member}/{name}/{place}", *([field] if field else [])])
            errors.append(FieldError(at, code, MESSAGES[code], **parameters_of(dataset, field, detail)))
        frames[name] = checked.rows.select(dataset.names)
        errors += _repeated(dataset, checked.rows, f"/{member}/{name}")
    if errors:
        raise Invalid("See `errors` for each mistake.", errors=errors[:MAX_ERRORS])
    return frames


def _key_alone(dataset: Dataset) -> Dataset:
    """Return a dataset whose rows have the fields of the key alone."""
    return Dataset(dataset.name, dataset.zh, dataset.en, dataset.key, tuple(map(dataset.field, dataset.key)))


def _exact(dataset: Dataset, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row whose decimals are exact: the shortest notation of a number is what was written, up to 15 digits."""
    decimals = {item.name for item in dataset.fields if item.kind is Kind.DECIMAL}
    return {
        name: Decimal(repr(value)) if name in decimals and type(value) is float and isfinite(value) else value
        for name, value in row.items()
    }


def _repeated(dataset: Dataset, rows: pl.DataFrame, pointer: str) -> Iterator[FieldError]:
    first = rows.select(pl.struct(folded_key(dataset)).is_first_distinct()).to_series()
    for place in rows.filter(~first)["line"]:
        message = N_("The key ({key}) is given twice.")
        yield FieldError(f"{pointer}/{place}", "key_conflict", message, key=", ".join(dataset.key))


def folded_key(dataset: Dataset) -> list[pl.Expr]:
    """Return the key of a dataset as it is compared."""
    return folded(dataset, dataset.key)


def folded(dataset: Dataset, names: Iterable[str]) -> list[pl.Expr]:
    """Return fields as they are compared: two spellings of one code are one."""
    return [pl.col(name).str.to_lowercase() if name in dataset.codes else pl.col(name) for name in names]


def _check_periods(dataset: Dataset, rows: pl.DataFrame, given: pl.DataFrame) -> None:
    """Check that periods of one thing do not overlap, as the registry does; the error points at the row that was given."""
    if dataset.period is None or not dataset.period.apart:
        return
    same, first, last = list(dataset.period.apart), dataset.period.first, dataset.period.last
    near = rows.join(given, on=same, how="semi").sort(*same, first)
    overlapping = near.filter(
        pl.col(last).fill_null(date.max).shift(1).over(same) > pl.col(first),
    ).join(given.select(same).with_row_index("place"), on=same)
    if overlapping.height:
        place = overlapping.sort("place").item(0, "place")
        raise _invalid(
            f"/facts/{dataset.name}/{place}",
            N_("Periods of the same {key} overlap. Give the earlier row too, with the day on which it ends."),
            key=", ".join(same),
        )


def _invalid(pointer: str, message: str, **parameters: object) -> Invalid:
    return Invalid(errors=[FieldError(pointer, "fact", message, **parameters)])
