"""Facts: the datasets of the shared catalogue that rules may read, their units, and frames that hold them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import polars as pl

from shared.catalogue import datasets
from shared.catalogue.domain import DECIMALS, INTEGERS, MAX_INTEGER, Dataset, Field, Kind

CATALOGUE: Mapping[str, Dataset] = MappingProxyType(
    {name: dataset for name, dataset in datasets.CATALOGUE.items() if not dataset.sensitive}
)
"""Datasets of facts by name, in the order in which they are recorded: all but those with sensitive fields."""

LARGEST = MAX_INTEGER
"""The largest magnitude of a whole number in a fact."""

_UNITS = {"m2": "square_metres", "pieces": "count", "basis_points": "value"}
_UNITS_BY_KIND = {Kind.USCC: "id", Kind.CODE: "id", Kind.CHOICE: "code"}


def unit_of(field: Field) -> str:
    """Return the unit in which explanations give the field: `fen`, `days`, `count`, …; of no number, what it holds."""
    if field.unit is not None:
        return _UNITS.get(field.unit, field.unit)
    return _UNITS_BY_KIND.get(field.kind, field.kind.value)


class FactsError(ValueError):
    """Frames that differ from the catalogue; the message names dataset and column, never a value."""


_EMPTY = {name: pl.DataFrame(schema=dataset.schema) for name, dataset in CATALOGUE.items()}


class Facts(Mapping[str, pl.DataFrame]):
    """Dataset name → frame with exactly the catalogue's columns and types. A dataset not given is empty."""

    def __init__(self, frames: Mapping[str, pl.DataFrame]) -> None:
        self._frames = {name: frames.get(name, empty) for name, empty in _EMPTY.items()}

    def __getitem__(self, dataset: str) -> pl.DataFrame:
        return self._frames[dataset]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    @classmethod
    def of(cls, frames: Mapping[str, pl.DataFrame]) -> Facts:
        """Return facts from frames, after checking them; columns may come in any order.

        Raises `FactsError` for an unknown dataset, a column too many or too few, a wrong type, an empty value
        where the catalogue allows none, and a number outside ±(2^53 − 1). Keys are taken to be unique.
        """
        unknown = sorted(set(frames) - set(CATALOGUE))
        if unknown:
            raise FactsError(f"unknown datasets: {', '.join(unknown)}; known are {', '.join(CATALOGUE)}")
        return cls({name: _checked(CATALOGUE[name], frame) for name, frame in frames.items()})

    def restricted_to(self, uscc: Collection[str]) -> Facts:
        """Return only the rows that name one of these enterprises, and every row of datasets that name none."""
        codes = pl.Series("uscc", sorted(set(uscc)), dtype=pl.String)
        kept: dict[str, pl.DataFrame] = {}
        for name, frame in self.items():
            owners = CATALOGUE[name].owners
            named = (pl.col(column).is_in(codes.implode()) for column in owners)
            kept[name] = frame.filter(pl.any_horizontal(named)) if owners else frame
        return Facts(kept)

    def replacing(self, frames: Mapping[str, pl.DataFrame]) -> Facts:
        """Return the same facts with some datasets replaced whole (checked as in `Facts.of`)."""
        return Facts.of({**self, **frames})


@dataclass(frozen=True, slots=True)
class Authors:
    """The persons behind facts, by dataset.

    `recorded`: the keys of rows that a person recorded or confirmed, each with its `author`. `withdrawn`: whole rows that a
    person withdrew, whether they were recorded again or not, each with its `author`.
    """

    recorded: Mapping[str, pl.DataFrame]
    withdrawn: Mapping[str, pl.DataFrame]


NOBODY = Authors({}, {})


def frame_of(dataset: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Return rows from JSON objects (days as text, decimals as text or whole numbers) as a typed frame, unchecked."""
    schema = CATALOGUE[dataset].schema
    read = {column: pl.String() if dtype == pl.Date else dtype for column, dtype in schema.items()}
    decimals = [column for column, dtype in schema.items() if dtype == DECIMALS]
    for row in rows if decimals else ():
        row |= {column: Decimal(row[column]) for column in decimals if row[column] is not None}
    frame = pl.DataFrame(rows, schema=read, orient="row")
    days = [column for column, dtype in schema.items() if dtype == pl.Date]
    return frame.with_columns(pl.col(days).str.to_date("%Y-%m-%d"))


def _checked(dataset: Dataset, frame: pl.DataFrame) -> pl.DataFrame:
    schema = dataset.schema
    missing = [name for name in schema if name not in frame.columns]
    surplus = [name for name in frame.columns if name not in schema]
    if missing or surplus:
        raise FactsError(f"{dataset.name}: missing columns {missing}, unknown columns {surplus}")
    frame = frame.select(schema.names())
    wrong = [f"{n} is {frame.schema[n]}, not {t}" for n, t in schema.items() if frame.schema[n] != t]
    if wrong:
        raise FactsError(f"{dataset.name}: {'; '.join(wrong)}")
    if frame.is_empty():
        return frame
    for field in dataset.fields:
        column = frame.get_column(field.name)
        if not field.optional and column.null_count():
            raise FactsError(f"{dataset.name}.{field.name}: empty in {column.null_count()} rows, and may not be")
        if field.kind in (*INTEGERS, Kind.DECIMAL) and not column.is_between(-LARGEST, LARGEST).all():
            raise FactsError(f"{dataset.name}.{field.name}: outside ±(2^53 − 1)")
    return frame
