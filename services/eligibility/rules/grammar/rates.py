# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Rates: figures that an amount or a threshold is calculated with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import WIDE, Column, Parameter, Product, Term
from services.eligibility.rules.text import Text


@dataclass(frozen=True)
class FloorMultiple(Term):
    """How many whole times a step goes into a figure."""

    figure: Term
    step: Term

    def plan(self, context: RuleContext) -> pl.Expr:
        step = self.step.plan(context)
        return pl.when(step > 0).then(self.figure.plan(context) // step)

    def unit(self) -> str:
        return "count"

    def phrase(self, context: RuleContext) -> Text:
        figure, step = self.figure.phrase(context), self.step.phrase(context)
        return Text(f"{figure.zh} ÷ {step.zh}（只取整数倍，余数不计）", f"{figure.en} ÷ {step.en}, whole multiples")

    def document(self) -> Any:
        return {"whole_multiples": [self.figure.document(), self.step.document()]}


@dataclass(frozen=True)
class Proportion(Term):
    """A figure × rate ÷ step, floored."""

    figure: Term
    rate: Term
    step: Term

    def plan(self, context: RuleContext) -> pl.Expr:
        step = self.step.plan(context).cast(WIDE)
        return pl.when(step > 0).then(self.figure.plan(context).cast(WIDE) * self.rate.plan(context).cast(WIDE) // step)

    def phrase(self, context: RuleContext) -> Text:
        figure, rate, step = (part.phrase(context) for part in (self.figure, self.rate, self.step))
        return Text(f"{figure.zh} × {rate.zh} ÷ {step.zh}", f"{figure.en} × {rate.en} ÷ {step.en}")

    def document(self) -> Any:
        return {"proportion": [self.figure.document(), self.rate.document(), self.step.document()]}


@dataclass(frozen=True)
class ByCode(Term):
    """A parameter for each code; null for a code that has none."""

    code: Column
    options: tuple[tuple[str, Parameter], ...]

    def plan(self, context: RuleContext) -> pl.Expr:
        expression = pl.lit(None, dtype=pl.Int64)
        for code, option in self.options:
            expression = pl.when(self.code.plan(context) == code).then(option.plan(context)).otherwise(expression)
        return expression

    def unit(self) -> str:
        return "fen"

    def phrase(self, context: RuleContext) -> Text:
        return Text.joined([option.phrase(context) for _, option in self.options], "；", "; ")

    def name_in(self, row: Row, context: RuleContext) -> Text:
        chosen = dict(self.options).get(row[self.code.name])
        return self.code.name_in(row, context) if chosen is None else chosen.name_in(row, context)

    def document(self) -> Any:
        return {"by_code": self.code.document(), "values": {code: option.name for code, option in self.options}}


@dataclass(frozen=True)
class OnePlus(Term):
    """One plus a rate in basis points, over ten thousand."""

    rate: Parameter

    def plan(self, context: RuleContext) -> pl.Expr:
        return self.rate.plan(context) + self.denominator(context)

    def denominator(self, context: RuleContext) -> int:
        return self.rate.denominator(context)

    def bound(self, context: RuleContext) -> int:
        return self.rate.bound(context) + self.denominator(context)

    def phrase(self, context: RuleContext) -> Text:
        rate = self.rate.phrase(context)
        return Text(f"（1 + {rate.zh}）", f"(1 + {rate.en})")

    def document(self) -> Any:
        return {"one_plus": self.rate.document()}


@dataclass(frozen=True)
class Whole(Term):
    """A number that belongs to a word of the grammar, never to a policy: one, as in "at least one"."""

    number: int

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.lit(self.number, dtype=pl.Int64)

    def bound(self, context: RuleContext) -> int:
        return abs(self.number)

    def phrase(self, context: RuleContext) -> Text:
        return Text(str(self.number), str(self.number))

    def document(self) -> Any:
        return self.number


def grown_by(base: Term, growth: Parameter) -> Product:
    """Return a figure raised by a rate in basis points; compared by cross-multiplication."""
    return Product(base, OnePlus(growth))
