# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Terms: what a condition compares and an amount is made of. Integers, days, flags and codes, and null for unknown.

A term is a Polars expression over all cases (`plan`), canonical data (`document`) and a phrase (`phrase`). A term over facts is
null as soon as one of its facts is. Numbers are a numerator over a constant denominator, so shares are compared without
dividing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import CATALOGUE, LARGEST, unit_of
from services.eligibility.rules.grammar.nodes import Node
from services.eligibility.rules.grammar.rule_context import INT64, Row, RuleContext
from services.eligibility.rules.text import NOTHING, Text
from shared.catalogue.domain import DECIMALS, Field, Kind

#: The type that figures are computed in where 64 bits might not be enough.
WIDE = pl.Int128


class Term(Node, ABC):
    """A figure of one case."""

    @abstractmethod
    def plan(self, context: RuleContext) -> pl.Expr:
        """Return the numerator over all cases, null where unknown."""

    @abstractmethod
    def phrase(self, context: RuleContext) -> Text:
        """Return the term in words."""

    @abstractmethod
    def document(self) -> Any:
        """Return the term as canonical data."""

    def name_in(self, row: Row, context: RuleContext) -> Text:
        """Return what an explanation of one case calls the figure, without its value."""
        return self.phrase(context)

    def denominator(self, context: RuleContext) -> int:
        """Return the constant that the numerator is over."""
        return 1

    def bound(self, context: RuleContext) -> int:
        """Return a magnitude that the numerator never exceeds."""
        return LARGEST

    def unit(self) -> str:
        """Return the unit that an explanation shows."""
        units = (part.unit() for part in self.children() if isinstance(part, Term))
        return next((unit for unit in units if unit), "")

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
    #: A magnitude that the numerator never exceeds.
    largest: int = LARGEST
    #: For a figure of an earlier year: how many years before the award year, and its name without the year.
    earlier: tuple[int, Text] | None = None

    #: The constant that the numerator is over: 100 for a fact with two decimals.
    over: int = 1
    #: What a count counts; in English its name says so.
    counted: Text = NOTHING

    def denominator(self, context: RuleContext) -> int:
        return self.over

    @property
    def codes(self) -> Mapping[str, Text]:
        """The words of the codes that the column may hold."""
        names = (name.partition(".") for name in (self.name, self.lacking))
        fields = (CATALOGUE[dataset].by_name.get(field) for dataset, _, field in names if dataset in CATALOGUE)
        return next(({code: Text(*words) for code, words in each.choices.items()} for each in fields if each), {})

    def name_in(self, row: Row, context: RuleContext) -> Text:
        if self.earlier is None or row["award_year"] is None:
            return self.words
        years, words = self.earlier
        year = row["award_year"] - years
        return Text(f"{year}年{words.zh}", f"{words.en} of {year}")

    def bound(self, context: RuleContext) -> int:
        return self.largest

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.col(self.name) if self.over == 1 else (pl.col(self.name) * self.over).cast(pl.Int64)

    def missing(self) -> pl.Expr:
        """Return where the fact named by `lacking` is missing."""
        unknown = pl.col(self.name).is_null()
        return unknown & pl.col("day").is_not_null() if self.on_day else unknown

    def unit(self) -> str:
        return self.kind

    def phrase(self, context: RuleContext) -> Text:
        return self.words

    def document(self) -> Any:
        return {"fact": self.name}


def fact_words(name: str, years: Sequence[int] = ()) -> Text:
    """Return a fact named `dataset.field`, or `dataset.field:key`, in words, with the `years` that it is of, if they are told."""
    fact_name, _, key = name.partition(":")
    dataset, _, field = fact_name.partition(".")
    declared = CATALOGUE[dataset]
    zh, en = _field_words(declared.field(field))
    words = Text(_once(declared.zh, zh) or f"{declared.zh}的{zh}", _once(declared.en, en) or f"{en} ({declared.en})")
    of = Text(f"{key}{'、'.join(f'{year}年' for year in years)}", f"{key}{', '.join(map(str, years))}")
    return Text(f"{words.zh}（{of.zh}）", f"{words.en} ({of.en})") if of.en else words


def _once(dataset: str, field: str) -> str | None:
    """Return the longer of two names if it contains the other: 所在地区, not 所在地的所在地区."""
    longer, shorter = (dataset, field) if field in dataset else (field, dataset)
    return longer if shorter in longer else None


def _field_words(declared: Field) -> tuple[str, str]:
    return declared.fact_name or (declared.zh, declared.en)


def columns_in(node: Node) -> tuple[Column, ...]:
    """Return the columns within a node."""
    return tuple(each for each in node.walk() if isinstance(each, Column))


@dataclass(frozen=True)
class Parameter(Term):
    """A number, day or list of the policy, in force on the case's day; `item` picks one of a list, from 0."""

    name: str
    item: int | None = None

    def plan(self, context: RuleContext) -> pl.Expr:
        return context.dated(self.name, self.item)

    def denominator(self, context: RuleContext) -> int:
        return context.parameters[self.name].denominator

    def bound(self, context: RuleContext) -> int:
        return context.largest(self.name)

    def name_in(self, row: Row, context: RuleContext) -> Text:
        return context.parameters[self.name].words

    def stored_unit(self, context: RuleContext) -> str:
        """Return the unit that the value is stored in, where it is money; none for a share or a count."""
        return {"yuan": "fen", "US dollars": "usd_cents"}.get(context.parameters[self.name].unit, "")

    def phrase(self, context: RuleContext) -> Text:
        return context.parameters[self.name].phrase(self.item)

    def document(self) -> Any:
        return {"parameter": self.name} if self.item is None else {"parameter": self.name, "item": self.item}


@dataclass(frozen=True)
class _Pair(Term):
    left: Term
    right: Term

    def _sides(self, context: RuleContext) -> tuple[pl.Expr, pl.Expr]:
        left, right = self.left.plan(context), self.right.plan(context)
        if self.bound(context) > INT64:
            return left.cast(WIDE), right.cast(WIDE)
        return left, right

    def _phrase(self, sign: str, context: RuleContext) -> Text:
        return Text.joined([self.left.phrase(context), self.right.phrase(context)], f" {sign} ", f" {sign} ")

    def _document(self, name: str) -> Any:
        return {name: [self.left.document(), self.right.document()]}


class Product(_Pair):
    """One figure times another."""

    def plan(self, context: RuleContext) -> pl.Expr:
        left, right = self._sides(context)
        return left * right

    def denominator(self, context: RuleContext) -> int:
        return self.left.denominator(context) * self.right.denominator(context)

    def bound(self, context: RuleContext) -> int:
        return self.left.bound(context) * self.right.bound(context)

    def phrase(self, context: RuleContext) -> Text:
        return self._phrase("×", context)

    def document(self) -> Any:
        return self._document("product")


class _Total(_Pair):
    """Two figures over the same denominator, added or subtracted."""

    def denominator(self, context: RuleContext) -> int:
        left, right = self.left.denominator(context), self.right.denominator(context)
        if left != right:
            raise ValueError("only figures over the same denominator are added or subtracted")
        return left

    def bound(self, context: RuleContext) -> int:
        return self.left.bound(context) + self.right.bound(context)


class Sum(_Total):
    """One figure plus another; unknown as soon as one is."""

    def plan(self, context: RuleContext) -> pl.Expr:
        left, right = self._sides(context)
        return left + right

    def phrase(self, context: RuleContext) -> Text:
        return self._phrase("+", context)

    def document(self) -> Any:
        return self._document("sum")


class Difference(_Total):
    """One figure less another; may be below zero, amounts stop there."""

    def plan(self, context: RuleContext) -> pl.Expr:
        left, right = self._sides(context)
        return left - right

    def phrase(self, context: RuleContext) -> Text:
        return self._phrase("−", context)

    def document(self) -> Any:
        return self._document("difference")


def parameter(name: str) -> Parameter:
    """Return the policy's number, day or list of that name."""
    return Parameter(name)


def lowest(name: str) -> Parameter:
    """Return the first number of a list in ascending order."""
    return Parameter(name, 0)


def fact(dataset: str, field: str) -> Column:
    """Return the fact `dataset.field` of the row that a case is about."""
    declared, name = CATALOGUE[dataset].field(field), f"{dataset}.{field}"
    words = Text(*_field_words(declared))
    over = 10**DECIMALS.scale if declared.kind is Kind.DECIMAL else 1
    return Column(name, unit_of(declared), words, lacking=name, largest=LARGEST * over, over=over)
