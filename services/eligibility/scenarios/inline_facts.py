"""Facts given inline: rows read strictly into typed frames, and put in place of the registry's. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.facts.queries import Fetch, RowQuery
from services.eligibility.scenarios.domain import RowsByDataset
from shared.catalogue.domain import DECIMALS, INTEGERS, Dataset, Field, Kind
from shared.days import day_of
from shared.errors import FieldError, Invalid
from shared.i18n import N_
from shared.identifiers import is_uscc

Frames = Mapping[str, pl.DataFrame]
"""Rows, or keys of rows, by dataset."""


_EXPECTED = {
    int: N_("The value must be a whole number."),
    bool: N_("The value must be true or false."),
    str: N_("The value must be text."),
}


def frames_of(rows_by_dataset: RowsByDataset) -> dict[str, pl.DataFrame]:
    """Return typed frames of JSON rows; raises Invalid for rows that the registry would refuse."""
    frames = _read(rows_by_dataset, "facts", lambda dataset: dataset.fields)
    for name, frame in frames.items():
        _check_rows(CATALOGUE[name], frame)
    return frames


def keys_of(rows_by_dataset: RowsByDataset) -> dict[str, pl.DataFrame]:
    """Return typed frames of JSON keys, each with the fields of its dataset's key and no other; raises Invalid."""
    return _read(rows_by_dataset, "withdrawals", lambda dataset: [dataset.field(name) for name in dataset.key])


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
        absent = keys.with_row_index("place").join(base[name], on=list(CATALOGUE[name].key), how="anti")
        if absent.height:
            raise _invalid(f"/withdrawals/{name}/{absent.item(0, 'place')}", N_("There is no row with this key."))
        replaced[name] = base[name].join(keys, on=list(CATALOGUE[name].key), how="anti")
    for name, frame in frames.items():
        key = list(CATALOGUE[name].key)
        replaced[name] = pl.concat([replaced[name].join(frame, on=key, how="anti"), frame]).sort(key)
        _check_periods(CATALOGUE[name], replaced[name], frame)
    return Facts({**base, **replaced})


def with_rows_fetched(fetch: Fetch, frames: Frames, withdrawn: Frames = MappingProxyType({})) -> Fetch:
    """Return `fetch` with the same corrections as `with_rows`, for rows that are fetched on demand."""

    def corrected(requested: Mapping[RowQuery, Collection[str]]) -> dict[RowQuery, pl.DataFrame]:
        return {query: corrected_rows(query, requested[query], rows) for query, rows in fetch(requested).items()}

    def corrected_rows(query: RowQuery, values: Collection[str], rows: pl.DataFrame) -> pl.DataFrame:
        for given in (withdrawn, frames):
            if query.dataset in given:
                rows = rows.join(given[query.dataset], on=list(CATALOGUE[query.dataset].key), how="anti")
        return pl.concat([rows, query.matching(frames[query.dataset], values)]) if query.dataset in frames else rows

    return corrected


def _read(rows_by_dataset: RowsByDataset, member: str, fields_of: Any) -> dict[str, pl.DataFrame]:
    unknown = sorted(set(rows_by_dataset) - set(CATALOGUE))
    if unknown:
        raise _invalid(
            f"/{member}/{unknown[0]}", N_("There is no such dataset. Datasets: {known}."), known=", ".join(CATALOGUE)
        )
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
        raise _invalid(f"{pointer}/{again[0]}", N_("The key ({key}) is given twice."), key=", ".join(dataset.key))
    return frame


def _row(fields: Sequence[Field], row: Mapping[str, Any], pointer: str) -> list[Any]:
    names = [field.name for field in fields]
    unknown = sorted(set(row) - set(names))
    if unknown:
        raise _invalid(
            f"{pointer}/{unknown[0]}", N_("This field is not known. Fields: {known}."), known=", ".join(names)
        )
    return [_value(field, row.get(field.name), f"{pointer}/{field.name}") for field in fields]


def _value(field: Field, value: Any, pointer: str) -> Any:
    if value is None:
        if not field.optional:
            raise _invalid(pointer, N_("This field must not be empty."))
        return None
    if field.kind is Kind.DAY:
        try:
            return day_of(value)
        except (TypeError, ValueError) as error:
            raise _invalid(pointer, N_("The value must be an existing day, as YYYY-MM-DD.")) from error
    if field.kind is Kind.DECIMAL:
        return _bounded(field, _decimal(value, pointer), pointer)
    expected: type = int if field.kind in INTEGERS else bool if field.kind is Kind.FLAG else str
    if type(value) is not expected:
        raise _invalid(pointer, _EXPECTED[expected])
    if field.kind is Kind.USCC:
        value = str(value).strip().upper()  # as the registry reads it
        if not is_uscc(value):
            raise _invalid(
                pointer, N_("The value must be a valid unified social credit code (18 characters, check digit).")
            )
    allowed = tuple(field.choices) or field.known
    if allowed and value not in allowed:
        raise _invalid(pointer, N_("The value must be one of {choices}."), choices=", ".join(allowed))
    return _bounded(field, value, pointer)


def _bounded(field: Field, value: Any, pointer: str) -> Any:
    least, most = field.minimum, field.maximum
    if least is not None and most is not None and not least <= value <= most:
        raise _invalid(pointer, N_("The value must be a number from {least} to {most}."), least=least, most=most)
    return value


def _decimal(value: Any, pointer: str) -> Decimal:
    """Return a JSON number with at most two decimals. Its shortest notation is what was written, up to 15 digits."""
    exact = Decimal(repr(value)) if type(value) in (int, float) else None
    if exact is None or not exact.is_finite() or exact != round(exact, DECIMALS.scale):
        raise _invalid(pointer, N_("The value must be a number with at most two decimals."))
    return exact


def _check_rows(dataset: Dataset, rows: pl.DataFrame) -> None:
    """Check what the fields of a row say together, by the registry's rules."""
    for rule in dataset.rules:
        places = rows.select(rule.broken.fill_null(value=False)).to_series().arg_true()
        if places.len():
            message, parameters = _refusal(dataset, rule.code)
            raise _invalid(f"/facts/{dataset.name}/{places[0]}/{rule.field}", message, **parameters)


def _refusal(dataset: Dataset, code: str) -> tuple[str, dict[str, str]]:
    if dataset.period is not None:
        return N_("This day must not be before {first}."), {"first": dataset.period.first}
    if dataset.subjects is not None:
        pattern, awards = dataset.subjects.forms[code]
        return N_("The subject of {awards} must have the form {pattern}."), {
            "awards": ", ".join(awards),
            "pattern": pattern,
        }
    assert dataset.tiers is not None
    if code == "tier_missing":
        tiered = ", ".join(dataset.tiers.tiered)
        return N_("The value must be the threshold of a tier; these awards have tiers: {tiered}."), {"tiered": tiered}
    return N_("The award has no tiers, so the value must be 0."), {}


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
