"""The shape of a fact and of a dataset, and how the catalogue file is read into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import yaml

#: Whole numbers travel as JSON and stay exact up to here.
LARGEST = 2**53 - 1

#: What the catalogue file writes after the kind of a fact that may be empty.
UNKNOWN = " or unknown"

#: Polars type of each kind of fact. Money, counts and areas are whole numbers, dates are dates, codes are text.
KINDS: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "id": pl.String(),
        "code": pl.String(),
        "text": pl.String(),
        "flag": pl.Boolean(),
        "day": pl.Date(),
        "year": pl.Int64(),
        "fen": pl.Int64(),
        "usd_cents": pl.Int64(),
        "count": pl.Int64(),
        "days": pl.Int64(),
        "months": pl.Int64(),
        "square_metres": pl.Int64(),
        "value": pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """One fact: the dataset and field that hold it, its kind (which is also its unit) and its names."""

    dataset: str
    name: str
    kind: str
    optional: bool
    zh: str
    en: str
    #: The codes that it may hold; empty where any may.
    choices: tuple[str, ...] = ()

    @property
    def qualified(self) -> str:
        """`dataset.field`, the name under which a missing fact is reported."""
        return f"{self.dataset}.{self.name}"

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type of the column that holds the fact."""
        return KINDS[self.kind]

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the largest number that a row may hold; of use for kinds that are numbers."""
        return {"days": (1, 366), "year": (1, 9999), "value": (-LARGEST, LARGEST)}.get(self.kind, (0, LARGEST))


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """One dataset: its fields in order, its key, and the columns that name the enterprises it concerns.

    `period`: the columns of the first day that counts and of the first that no longer does, if rows have such days.
    `apart`: rows that agree in these columns have periods that do not overlap.
    `parent`: the dataset whose rows these hang on, by the column that bears its key's name.
    `tiered`, `untiered`: awards whose earlier payments bear a tier, and those whose bear none.
    """

    name: str
    zh: str
    en: str
    source: str
    key: tuple[str, ...]
    owners: tuple[str, ...]
    fields: tuple[FieldFacts, ...]
    period: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    parent: str = ""
    tiered: tuple[str, ...] = ()
    untiered: tuple[str, ...] = ()

    @property
    def schema(self) -> pl.Schema:
        """Column names and types, in catalogue order."""
        return pl.Schema({field.name: field.dtype for field in self.fields})

    def empty(self) -> pl.DataFrame:
        """A frame of this dataset with no rows."""
        return pl.DataFrame(schema=self.schema)

    def field(self, name: str) -> FieldFacts:
        """The field of that name; `KeyError` lists what the dataset has."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"{self.name} has no field {name!r}; it has {', '.join(f.name for f in self.fields)}")


def read_catalogue(path: Path) -> Mapping[str, DatasetFacts]:
    """Read the catalogue file; datasets keep the order of the file."""
    document: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return MappingProxyType({name: _dataset(name, entry) for name, entry in document.items()})


def _dataset(name: str, entry: dict[str, Any]) -> DatasetFacts:
    fields = tuple(_field(name, field, said) for field, said in entry["fields"].items())
    zh, en = entry["names"]
    return DatasetFacts(
        name,
        zh,
        en,
        entry["source"],
        tuple(entry["key"]),
        tuple(entry["owners"]),
        fields,
        tuple(entry.get("period", ())),
        tuple(entry.get("apart", ())),
        entry.get("parent", ""),
        tuple(entry.get("tiered", ())),
        tuple(entry.get("untiered", ())),
    )


def _field(dataset: str, name: str, said: list[Any]) -> FieldFacts:
    kind, zh, en, *choices = said
    optional = kind.endswith(UNKNOWN)
    return FieldFacts(dataset, name, kind.removesuffix(UNKNOWN), optional, zh, en, tuple(*choices))


#: Dataset name → its declaration, in the order in which facts are recorded.
CATALOGUE: Mapping[str, DatasetFacts] = read_catalogue(Path(__file__).with_name("catalogue.yaml"))
