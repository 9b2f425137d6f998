# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Rates: figures that an amount or a threshold is reckoned by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import WIDE, Column, Parameter, Product, Row, Term, parameter
from services.eligibility.rules.text import Text


@dataclass(frozen=True)
class FloorMultiple(Term):
    """How many whole times a step goes into a figure."""

    figure: Term
    step: Term

    def plan(self, setting: RuleContext) -> pl.Expr:
        step = self.step.plan(setting)
        return pl.when(step > 0).then(self.figure.plan(setting) // step)

    def value(self, row: Row, setting: RuleContext) -> Any:
        figure, step = self.figure.value(row, setting), self.step.value(row, setting)
        return None if figure is None or step <= 0 else figure // step

    def parts(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.figure, self.step)

    def all_parts(self) -> tuple[Term, ...]:
        return (self.figure, self.step)

    def denominator(self, setting: RuleContext) -> int:
        return 1

    def unit(self, setting: RuleContext) -> str:
        return "count"

    def phrase(self, setting: RuleContext) -> Text:
        figure, step = self.figure.phrase(setting), self.step.phrase(setting)
        return Text(f"{figure.zh} ÷ {step.zh}（取整数倍）", f"{figure.en} ÷ {step.en}, whole multiples")

    def document(self) -> Any:
        return {"whole_multiples": [self.figure.document(), self.step.document()]}


@dataclass(frozen=True)
class Proportion(Term):
    """A figure × rate ÷ step, floored."""

    figure: Term
    rate: Term
    step: Term

    def plan(self, setting: RuleContext) -> pl.Expr:
        step = self.step.plan(setting).cast(WIDE)
        return pl.when(step > 0).then(self.figure.plan(setting).cast(WIDE) * self.rate.plan(setting).cast(WIDE) // step)

    def value(self, row: Row, setting: RuleContext) -> Any:
        figure, step = self.figure.value(row, setting), self.step.value(row, setting)
        return None if figure is None or step <= 0 else figure * self.rate.value(row, setting) // step

    def parts(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.figure, self.rate, self.step)

    def all_parts(self) -> tuple[Term, ...]:
        return (self.figure, self.rate, self.step)

    def denominator(self, setting: RuleContext) -> int:
        return 1

    def phrase(self, setting: RuleContext) -> Text:
        figure, rate, step = (part.phrase(setting) for part in self.parts(setting))
        return Text(f"{figure.zh} × {rate.zh} ÷ {step.zh}", f"{figure.en} × {rate.en} ÷ {step.en}")

    def document(self) -> Any:
        return {"proportion": [self.figure.document(), self.rate.document(), self.step.document()]}


@dataclass(frozen=True)
class ByCode(Term):
    """A parameter for each code; null for a code that has none."""

    code: Column
    options: tuple[tuple[str, str], ...]

    def plan(self, setting: RuleContext) -> pl.Expr:
        expression = pl.lit(None, dtype=pl.Int64)
        for code, name in self.options:
            matches = self.code.plan(setting) == code
            expression = pl.when(matches).then(setting.dated(name)).otherwise(expression)
        return expression

    def value(self, row: Row, setting: RuleContext) -> Any:
        name = dict(self.options).get(self.code.value(row, setting))
        return None if name is None else setting.parameter(name, row.get("day"))

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        yield self.code

    def all_parts(self) -> tuple[Term, ...]:
        return (self.code, *(parameter(name) for _, name in self.options))

    def denominator(self, setting: RuleContext) -> int:
        return 1

    def unit(self, setting: RuleContext) -> str:
        return "fen"

    def phrase(self, setting: RuleContext) -> Text:
        phrases = [(code, setting.parameters[name].phrase()) for code, name in self.options]
        zh, en = (
            "；".join(f"{code}：{words.zh}" for code, words in phrases),
            "; ".join(f"{code}: {words.en}" for code, words in phrases),
        )
        return Text(zh, en)

    def document(self) -> Any:
        return {"by_code": self.code.document(), "values": dict(self.options)}


@dataclass(frozen=True)
class OnePlus(Term):
    """One plus a rate in basis points, over ten thousand."""

    rate: Parameter

    def plan(self, setting: RuleContext) -> pl.Expr:
        return self.rate.plan(setting) + self.denominator(setting)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return self.rate.value(row, setting) + self.denominator(setting)

    def all_parts(self) -> tuple[Term, ...]:
        return (self.rate,)

    def denominator(self, setting: RuleContext) -> int:
        return self.rate.denominator(setting)

    def bound(self, setting: RuleContext) -> int:
        return self.rate.bound(setting) + self.denominator(setting)

    def phrase(self, setting: RuleContext) -> Text:
        rate = self.rate.phrase(setting)
        return Text(f"（1 + {rate.zh}）", f"(1 + {rate.en})")

    def document(self) -> Any:
        return {"one_plus": self.rate.document()}


@dataclass(frozen=True)
class Whole(Term):
    """A number that belongs to a word of the grammar, never to a policy: one, as in "at least one"."""

    number: int

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.lit(self.number, dtype=pl.Int64)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return self.number

    def bound(self, setting: RuleContext) -> int:
        return abs(self.number)

    def phrase(self, setting: RuleContext) -> Text:
        return Text(str(self.number), str(self.number))

    def document(self) -> Any:
        return self.number


def grown_by(base: Term, growth: Parameter) -> Product:
    """A figure raised by a rate in basis points; compared by cross-multiplication."""
    return Product(base, OnePlus(growth))
