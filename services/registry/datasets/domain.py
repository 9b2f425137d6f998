"""What a dataset is: fields with kind, unit, bounds and names, a key, owners, and rules across fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

import polars as pl

from shared.money import MAX_FEN

MAX_INTEGER = MAX_FEN
"""The largest whole number that every JSON reader carries exactly."""


class Kind(StrEnum):
    """What a field holds."""

    USCC = "uscc"
    CODE = "code"
    TEXT = "text"
    CHOICE = "choice"
    DAY = "day"
    YEAR = "year"
    COUNT = "count"
    MONEY = "money"
    NUMBER = "number"
    FLAG = "flag"


INTEGERS = frozenset({Kind.YEAR, Kind.COUNT, Kind.MONEY, Kind.NUMBER})
TEXTS = frozenset({Kind.USCC, Kind.CODE, Kind.TEXT, Kind.CHOICE})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `minimum` and `maximum` are inclusive, in the field's unit; `choices` maps codes to (Chinese, English)."""

    name: str
    kind: Kind
    zh: str
    en: str
    optional: bool = False
    unit: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    max_length: int = 500
    choices: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sensitive: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type of the field's column."""
        if self.kind in INTEGERS:
            return pl.Int64()
        if self.kind is Kind.DAY:
            return pl.Date()
        return pl.Boolean() if self.kind is Kind.FLAG else pl.String()

    @property
    def whole_name(self) -> str | None:
        """The name of a column that holds the field in whole units (yuan, dollars), for a field in hundredths; else None."""
        if self.kind is not Kind.MONEY:
            return None
        if self.unit == "usd_cents":
            return self.name.removesuffix("_cents")
        return f"{self.name.removesuffix('_fen')}_yuan"

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings under which a file may carry the field, the Chinese one first after its name."""
        found = [self.name, self.zh, *self.aliases]
        if self.whole_name:
            unit = "美元" if self.unit == "usd_cents" else "元"
            found += [self.whole_name, f"{self.zh}（{unit}）"]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule across the fields of one row: `broken` is true where it is broken, `constraint` is the same law in SQL."""

    code: str
    field: str
    broken: pl.Expr
    constraint: str


@dataclass(frozen=True, slots=True)
class Period:
    """Rows with the same `group` never overlap in the days from `since` to the day before `until`."""

    group: tuple[str, ...]
    since: str = "since"
    until: str = "until"


@dataclass(frozen=True, eq=False)
class Dataset:
    """One dataset. A row belongs to the enterprises that `owners` name, or to the owner of the row that `through` points to.

    `through` is (field, dataset): the parent dataset's key is the field of the same name. `searched` is a text field that
    is found by any part of it.
    """

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    owners: tuple[str, ...] = ("uscc",)
    through: tuple[str, str] | None = None
    period: Period | None = None
    rules: tuple[Rule, ...] = ()
    searched: str | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by their names."""
        return {item.name: item for item in self.fields}

    @cached_property
    def key_types(self) -> tuple[type, ...]:
        """What the values of the key are, in order: whole numbers, days or texts."""
        kinds = [self.by_name[name].kind for name in self.key]
        return tuple(int if kind in INTEGERS else date if kind is Kind.DAY else str for kind in kinds)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields' names in order."""
        return tuple(item.name for item in self.fields)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The names of the fields that are not in the key."""
        return tuple(name for name in self.names if name not in self.key)

    @cached_property
    def references(self) -> tuple[str, ...]:
        """The fields that name an enterprise which must exist."""
        if self.name == "enterprises":
            return ()
        return tuple(item.name for item in self.fields if item.kind is Kind.USCC)

    @cached_property
    def sensitive(self) -> tuple[str, ...]:
        """The fields that are encrypted at rest."""
        return tuple(item.name for item in self.fields if item.sensitive)

    @cached_property
    def matchable(self) -> tuple[str, ...]:
        """The text fields that rows may be chosen by: those that are not sensitive."""
        return tuple(item.name for item in self.fields if item.kind in TEXTS and not item.sensitive)

    @cached_property
    def schema(self) -> dict[str, pl.DataType]:
        """Column names and Polars types, in order."""
        return {item.name: item.dtype for item in self.fields}


class UnknownDatasetError(KeyError):
    """No dataset bears this name."""
