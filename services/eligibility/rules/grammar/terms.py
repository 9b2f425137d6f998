# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Terms: what a condition compares and an amount is made of. Integers, days, flags and codes, and null for unknown.

Each term says itself four ways: as a Polars expression over all cases (`plan`), as the value of one case in plain
Python (`value`), as canonical data (`document`) and as a phrase (`phrase`). A term over facts is null as soon as one
of its facts is. Numbers are a numerator over a constant denominator, so shares are compared without dividing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, LARGEST, unit_of
from services.eligibility.rules.grammar.rule_context import INT64, RuleContext
from services.eligibility.rules.text import Text

Row = Mapping[str, Any]

#: The type that figures are computed in where 64 bits might not be enough.
WIDE = pl.Int128


class Term(ABC):
    """A figure of one case."""

    @abstractmethod
    def plan(self, setting: RuleContext) -> pl.Expr:
        """The numerator over all cases, null where unknown."""

    @abstractmethod
    def value(self, row: Row, setting: RuleContext) -> Any:
        """The numerator of one case, None where unknown."""

    @abstractmethod
    def phrase(self, setting: RuleContext) -> Text:
        """The term in words."""

    @abstractmethod
    def document(self) -> Any:
        """The term as canonical data."""

    def parts(self, setting: RuleContext) -> tuple[Term, ...]:
        """The terms that this one is made of, after readings are applied."""
        return ()

    def denominator(self, setting: RuleContext) -> int:
        """The constant that the numerator is over."""
        product = 1
        for part in self.parts(setting):
            product *= part.denominator(setting)
        return product

    def bound(self, setting: RuleContext) -> int:
        """A magnitude that the numerator never passes."""
        return LARGEST

    def unit(self, setting: RuleContext) -> str:
        """The unit that an explanation shows."""
        units = [part.unit(setting) for part in self.parts(setting)]
        return next((unit for unit in units if unit), "")

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        """The readings that were applied to reach this form."""
        return tuple(name for part in self.parts(setting) for name in part.reading_names(setting))

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        """The columns that the term reads."""
        for part in self.parts(setting):
            yield from part.leaves(setting)

    def every_form(self) -> Iterator[Term]:
        """This term and all within it, under every reading."""
        yield self
        for part in self.all_parts():
            yield from part.every_form()

    def all_parts(self) -> tuple[Term, ...]:
        """The terms within, whatever the readings."""
        return ()

    def __mul__(self, other: Term) -> Product:
        return Product(self, other)

    def __add__(self, other: Term) -> Sum:
        return Sum(self, other)

    def __sub__(self, other: Term) -> Difference:
        return Difference(self, other)


@dataclass(frozen=True)
class Column(Term):
    """A fact of the case, or a figure that an attachment or a measure put beside it."""

    name: str
    kind: str
    words: Text
    #: What provides the column; None for the rows that the award is about.
    source: Any = None
    #: The fact named when the column is null; empty where the measure names what it lacks.
    lacking: str = ""
    #: Whether the column is looked up on the case's day, so that an unknown day comes first.
    on_day: bool = False
    #: A magnitude that the column never passes.
    largest: int = LARGEST

    def bound(self, setting: RuleContext) -> int:
        return self.largest

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.col(self.name)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return row[self.name]

    def unit(self, setting: RuleContext) -> str:
        return self.kind

    def phrase(self, setting: RuleContext) -> Text:
        return self.words

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        yield self

    def document(self) -> Any:
        return {"fact": self.name}


@dataclass(frozen=True)
class Parameter(Term):
    """A number, day or list of the policy, in force on the case's day; `item` picks one of a list, from 0."""

    name: str
    item: int | None = None

    def plan(self, setting: RuleContext) -> pl.Expr:
        return setting.dated(self.name, self.item)

    def value(self, row: Row, setting: RuleContext) -> Any:
        value = setting.parameter(self.name, row.get("day"))
        return value if self.item is None else value[self.item]

    def denominator(self, setting: RuleContext) -> int:
        return setting.parameters[self.name].denominator

    def bound(self, setting: RuleContext) -> int:
        return setting.largest(self.name)

    def kept_unit(self, setting: RuleContext) -> str:
        """The unit that the value is kept in, where it is money; none of a share or a count."""
        return {"yuan": "fen", "US dollars": "usd_cents"}.get(setting.parameters[self.name].unit, "")

    def phrase(self, setting: RuleContext) -> Text:
        return setting.parameters[self.name].phrase(self.item)

    def document(self) -> Any:
        return {"parameter": self.name} if self.item is None else {"parameter": self.name, "item": self.item}


@dataclass(frozen=True)
class _Pair(Term):
    left: Term
    right: Term

    def parts(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.left, self.right)

    def all_parts(self) -> tuple[Term, ...]:
        return (self.left, self.right)

    def _sides(self, setting: RuleContext) -> tuple[pl.Expr, pl.Expr]:
        left, right = self.left.plan(setting), self.right.plan(setting)
        if self.bound(setting) > INT64:
            return left.cast(WIDE), right.cast(WIDE)
        return left, right

    def _scales(self, setting: RuleContext) -> tuple[int, int]:
        left, right = self.left.denominator(setting), self.right.denominator(setting)
        if left != right:
            raise ValueError("only figures over the same denominator are added or subtracted")
        return left, right


class Product(_Pair):
    """One figure times another."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        left, right = self._sides(setting)
        return left * right

    def value(self, row: Row, setting: RuleContext) -> Any:
        left, right = self.left.value(row, setting), self.right.value(row, setting)
        return None if left is None or right is None else left * right

    def bound(self, setting: RuleContext) -> int:
        return self.left.bound(setting) * self.right.bound(setting)

    def phrase(self, setting: RuleContext) -> Text:
        return Text.joined([self.left.phrase(setting), self.right.phrase(setting)], " × ", " × ")

    def document(self) -> Any:
        return {"product": [self.left.document(), self.right.document()]}


class Sum(_Pair):
    """One figure plus another; unknown as soon as one is."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        left, right = self._sides(setting)
        return left + right

    def value(self, row: Row, setting: RuleContext) -> Any:
        left, right = self.left.value(row, setting), self.right.value(row, setting)
        return None if left is None or right is None else left + right

    def denominator(self, setting: RuleContext) -> int:
        return self._scales(setting)[0]

    def bound(self, setting: RuleContext) -> int:
        return self.left.bound(setting) + self.right.bound(setting)

    def phrase(self, setting: RuleContext) -> Text:
        return Text.joined([self.left.phrase(setting), self.right.phrase(setting)], " + ", " + ")

    def document(self) -> Any:
        return {"sum": [self.left.document(), self.right.document()]}


class Difference(_Pair):
    """One figure less another; may be below zero, amounts stop there."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        left, right = self._sides(setting)
        return left - right

    def value(self, row: Row, setting: RuleContext) -> Any:
        left, right = self.left.value(row, setting), self.right.value(row, setting)
        return None if left is None or right is None else left - right

    def denominator(self, setting: RuleContext) -> int:
        return self._scales(setting)[0]

    def bound(self, setting: RuleContext) -> int:
        return self.left.bound(setting) + self.right.bound(setting)

    def phrase(self, setting: RuleContext) -> Text:
        return Text.joined([self.left.phrase(setting), self.right.phrase(setting)], " − ", " − ")

    def document(self) -> Any:
        return {"difference": [self.left.document(), self.right.document()]}


def parameter(name: str) -> Parameter:
    """The policy's number, day or list of that name."""
    return Parameter(name)


def lowest(name: str) -> Parameter:
    """The first number of a list in ascending order."""
    return Parameter(name, 0)


def fact(dataset: str, field: str) -> Column:
    """The fact `dataset.field` of the row that a case is about."""
    declared, name = CATALOGUE[dataset].field(field), f"{dataset}.{field}"
    words = Text(*(declared.fact_name or (declared.zh, declared.en)))
    return Column(name, unit_of(declared), words, lacking=name)
