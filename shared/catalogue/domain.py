"""Datasets: fields with kind, unit, bounds and names, a key, a parent, and rules across the fields of a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

import polars as pl

from shared.authorization import Scope
from shared.money import MAX_FEN

MAX_INTEGER = MAX_FEN
"""The largest whole number that every JSON reader carries exactly."""


class Kind(StrEnum):
    """Kind of the content of a field."""

    USCC = "uscc"
    CODE = "code"
    ACCOUNT = "account"
    TEXT = "text"
    CHOICE = "choice"
    DAY = "day"
    YEAR = "year"
    COUNT = "count"
    MONEY = "money"
    NUMBER = "number"
    DECIMAL = "decimal"
    FLAG = "flag"


INTEGERS = frozenset({Kind.YEAR, Kind.COUNT, Kind.MONEY, Kind.NUMBER})
DECIMALS = pl.Decimal(18, 2)
"""The type of decimal fields: at most two decimals, exact."""
TEXTS = frozenset({Kind.USCC, Kind.CODE, Kind.ACCOUNT, Kind.TEXT, Kind.CHOICE})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `minimum` and `maximum` are inclusive, in the field's unit; `choices` maps codes to (Chinese, English),
    and `former_choices` maps Chinese names that old files still hold to codes. `of_policies` says that the choices are those of
    the installed policies, so that the database checks their form alone. `known` maps the codes that a field of codes may hold to
    their names; one with `parts` holds the code of some row, or that and more after colons. A `timed` day may have a time
    behind it, which is passed over; `form` is what a code of a `pattern` looks like.

    `zh` and `en` are its names in files and documents; `fact_name` is what rules and explanations call it, if that differs.
    Under one of `last_day_headings` a file holds the last day that counts instead, which is stored as the day after it.
    """

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
    former_choices: Mapping[str, str] = field(default_factory=dict)
    of_policies: bool = False
    known: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    parts: bool = False
    timed: bool = False
    form: str = ""
    sensitive: bool = False
    aliases: tuple[str, ...] = ()
    last_day_headings: tuple[str, ...] = ()
    fact_name: tuple[str, str] | None = None

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type of the field's column."""
        if self.kind in INTEGERS:
            return pl.Int64()
        if self.kind is Kind.DECIMAL:
            return DECIMALS
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
    def heading(self) -> Mapping[str, str]:
        """The heading of a column for people, by language; a file may carry it back."""
        unit = "" if self.whole_name is None else f"（{'美元' if self.unit == 'usd_cents' else '元'}）"
        return {"zh-CN": f"{self.zh}{unit}", "en": self.whole_name or self.name}

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings under which a file may carry the field, its name first and the Chinese one second."""
        found = [self.name, self.zh, *self.aliases]
        if self.whole_name:
            unit = "美元" if self.unit == "usd_cents" else "元"
            found += [self.whole_name, f"{self.zh}（{unit}）"]
        found += self.last_day_headings
        return tuple(dict.fromkeys(found))


def words_of(code: str, names: tuple[str, str]) -> str:
    """Return a code as messages in Chinese say it: its name, and itself in brackets."""
    return f"{names[0]}（{code}）"


@dataclass(frozen=True, slots=True)
class Period:
    """The fields of the first day that counts and of the first day that no longer does, which is never the earlier one.

    Rows that agree in the fields of `apart` have periods that do not overlap; without any, they may overlap.
    """

    first: str = "since"
    last: str = "until"
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tiers:
    """`field` is the threshold of a tier: above 0 where `award` is one of `tiered`, 0 where it is one of `untiered`."""

    award: str
    field: str
    tiered: tuple[str, ...]
    untiered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subjects:
    """`field` is the key of what `award` is about.

    `forms`: code of the mistake → the pattern that the key must have, and the awards whose key must have it.
    `records`: dataset → the awards whose key must be that of a row of it, its parts but the year joined by ":"; of
    `enterprises`, the first part.
    """

    award: str
    field: str
    forms: Mapping[str, tuple[str, tuple[str, ...]]]
    records: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule across the fields of one row: `broken` is true where it is broken, and the fault is shown at `field`."""

    code: str
    field: str
    broken: pl.Expr


@dataclass(frozen=True, eq=False)
class Dataset:
    """One dataset. A row belongs to the enterprises that it names, or else to the owner of its row of `parent`.

    The parent's key is one field, which is the first of this dataset's key. `searched` is a text field that is found by any
    part of it. With a `confirmation`, a change set waits as a draft until another person with that scope confirms it.
    """

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    parent: str = ""
    period: Period | None = None
    tiers: Tiers | None = None
    subjects: Subjects | None = None
    searched: str | None = None
    confirmation: Scope | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by their names."""
        return {item.name: item for item in self.fields}

    def field(self, name: str) -> Field:
        """Return the field of that name; `KeyError` lists the known ones."""
        try:
            return self.by_name[name]
        except KeyError:
            raise KeyError(f"{self.name} has no field {name!r}; it has {', '.join(self.names)}") from None

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The fields' names in order."""
        return tuple(item.name for item in self.fields)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The names of the fields that are not in the key."""
        return tuple(name for name in self.names if name not in self.key)

    @cached_property
    def key_types(self) -> tuple[type, ...]:
        """Python types of the key's values, in order: int, date or str."""
        kinds = [self.by_name[name].kind for name in self.key]
        return tuple(int if kind in INTEGERS else date if kind is Kind.DAY else str for kind in kinds)

    @cached_property
    def owners(self) -> tuple[str, ...]:
        """The fields that name the enterprises which a row belongs to; the first one's owns it."""
        return tuple(item.name for item in self.fields if item.kind is Kind.USCC)

    @property
    def owned(self) -> bool:
        """Whether rows belong to enterprises, by themselves or through their parent."""
        return bool(self.owners or self.parent)

    @property
    def references(self) -> tuple[str, ...]:
        """The fields that name an enterprise which must exist."""
        return () if self.name == "enterprises" else self.owners

    @cached_property
    def has_decimals(self) -> bool:
        """Whether numbers of a record may have decimals."""
        return any(item.kind is Kind.DECIMAL for item in self.fields)

    @cached_property
    def sensitive(self) -> tuple[str, ...]:
        """The fields that are encrypted at rest."""
        return tuple(item.name for item in self.fields if item.sensitive)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The fields of codes that people make up, which are one code however they are spelled. Text in a key is one too."""
        return tuple(
            item.name
            for item in self.fields
            if (item.kind is Kind.CODE and not (item.pattern or item.known))
            or (item.kind is Kind.TEXT and item.name in self.key)
        )

    @cached_property
    def matchable(self) -> tuple[str, ...]:
        """The text fields that rows may be chosen by: those that are not sensitive."""
        return tuple(item.name for item in self.fields if item.kind in TEXTS and not item.sensitive)

    @cached_property
    def schema(self) -> pl.Schema:
        """Column names and Polars types, in order."""
        return pl.Schema({item.name: item.dtype for item in self.fields})

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules across the fields of one row."""
        found = []
        if self.period is not None:
            first, last = self.period.first, self.period.last
            found.append(Rule("period_reversed", last, pl.col(last) < pl.col(first)))
        if self.tiers is not None:
            award, tier = pl.col(self.tiers.award), pl.col(self.tiers.field)
            found += [
                Rule("tier_missing", self.tiers.field, award.is_in(self.tiers.tiered) & (tier == 0)),
                Rule("tier_not_applicable", self.tiers.field, award.is_in(self.tiers.untiered) & (tier != 0)),
            ]
        if self.subjects is not None:
            award, subject = pl.col(self.subjects.award), pl.col(self.subjects.field)
            found += [
                Rule(mistake, self.subjects.field, award.is_in(codes) & ~subject.str.contains(pattern))
                for mistake, (pattern, codes) in self.subjects.forms.items()
            ]
        return tuple(found)
