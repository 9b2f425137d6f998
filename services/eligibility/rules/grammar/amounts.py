# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Amounts: base, rate, cap, deductions; whole fen, floored once, never below zero, unknown while a part is.

Facts end at 2^53 − 1 and so does what can be paid: what two of them add up to may lie beyond, and is no amount but a reason to
look at them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import LARGEST
from services.eligibility.rules.grammar.judgement import Figure
from services.eligibility.rules.grammar.rates import ByCode, FloorMultiple, Proportion
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import WIDE, Column, Parameter, Product, Row, Term
from services.eligibility.rules.text import Text


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an amount's working."""

    name: str
    words: Text
    figure: Figure

    def as_dict(self, language: str) -> dict[str, Any]:
        """The step as a document in one language."""
        return {"name": self.name, "title": self.words.within(language), **self.figure.document()}


STEP_NAMES = {
    "base": Text("基数", "base"),
    "rate": Text("比例或标准", "rate"),
    "uncapped": Text("封顶前金额", "uncapped"),
    "cap": Text("封顶", "cap"),
    "deduction": Text("扣减", "deduction"),
    "given_before": Text("此前已给予", "given before"),
    "result": Text("金额", "result"),
}


@dataclass(frozen=True)
class Amount:
    """A figure in fen, at most `cap`, less `deducted`, not below zero."""

    base: Term
    cap: Term | None = None
    deducted: Term | None = None

    def capped_at(self, cap: Term) -> Amount:
        """At most so much."""
        return replace(self, cap=cap)

    def less(self, deducted: Term) -> Amount:
        """Less so much, after the cap."""
        return replace(self, deducted=deducted)

    def chosen(self, setting: RuleContext) -> Amount:
        """Itself: no reading decides its form."""
        return self

    def plan(self, setting: RuleContext) -> pl.Expr:
        """Fen over all cases (Int64), null where a part is unknown or the figure is too large to be paid."""
        figure = self._figure(setting)
        return pl.when(figure <= pl.lit(LARGEST, dtype=WIDE)).then(figure).cast(pl.Int64, strict=True)

    def too_large(self, setting: RuleContext) -> pl.Expr:
        """Whether the figure is known, and too large to be paid."""
        return (self._figure(setting) > pl.lit(LARGEST, dtype=WIDE)).fill_null(False)

    def _figure(self, setting: RuleContext) -> pl.Expr:
        figure = self.base.plan(setting)
        over = self.base.denominator(setting)
        if over > 1:
            figure = figure.cast(WIDE) // pl.lit(over, dtype=WIDE)
        figure = figure.cast(WIDE)
        if self.cap is not None:
            cap = self.cap.plan(setting).cast(WIDE)
            # Not min_horizontal: an unknown figure would become the cap.
            figure = pl.when(figure <= cap).then(figure).when(figure > cap).then(cap)
        if self.deducted is not None:
            figure = figure - self.deducted.plan(setting).cast(WIDE)
        zero = pl.lit(0, dtype=WIDE)
        return pl.when(figure < zero).then(zero).otherwise(figure)

    def value(self, row: Row, setting: RuleContext) -> int | None:
        """Fen of one case, None where a part is unknown or the figure is too large to be paid."""
        figure = self.base.value(row, setting)
        if figure is None:
            return None
        figure //= self.base.denominator(setting)
        if self.cap is not None:
            cap = self.cap.value(row, setting)
            figure = None if cap is None else min(figure, cap)
        if self.deducted is not None and figure is not None:
            deducted = self.deducted.value(row, setting)
            figure = None if deducted is None else figure - deducted
        return None if figure is None or figure > LARGEST else max(0, int(figure))

    def steps(self, row: Row, setting: RuleContext) -> list[Step]:
        """The working: base, rate, uncapped, cap, deduction, result."""
        figures: list[tuple[str, Term, Figure]] = []
        for factor in _factors(self.base, setting):
            name = "rate" if figures and not list(factor.leaves(setting)) else "base"
            figures.append((name, factor, _figure(factor, row, setting)))
        steps = [Step(name, term.phrase(setting), figure) for name, term, figure in figures]
        uncapped = self.base.value(row, setting)
        uncapped = None if uncapped is None else uncapped // self.base.denominator(setting)
        steps.append(Step("uncapped", STEP_NAMES["uncapped"], Figure(uncapped, "fen")))
        for name, term in (("cap", self.cap), ("deduction", self.deducted)):
            if term is not None:
                steps.append(Step(name, term.phrase(setting), Figure(term.value(row, setting), "fen")))
        return steps

    def terms(self) -> tuple[Term, ...]:
        """The terms it is made of, before readings."""
        return tuple(term for term in (self.base, self.cap, self.deducted) if term is not None)

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        """The columns read."""
        for term in self.terms():
            yield from term.leaves(setting)

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        """The readings applied."""
        return tuple(dict.fromkeys(name for term in self.terms() for name in term.reading_names(setting)))

    def phrase(self, setting: RuleContext) -> Text:
        """The amount in words."""
        said = self.base.phrase(setting)
        if self.cap is not None:
            cap = self.cap.phrase(setting)
            said = Text(f"{said.zh}，最高 {cap.zh}", f"{said.en}, at most {cap.en}")
        if self.deducted is not None:
            less = self.deducted.phrase(setting)
            said = Text(f"{said.zh}，再减 {less.zh}", f"{said.en}, less {less.en}")
        return said

    def document(self) -> Any:
        """The amount as canonical data."""
        return {
            "base": self.base.document(),
            "cap": None if self.cap is None else self.cap.document(),
            "less": None if self.deducted is None else self.deducted.document(),
        }


@dataclass(frozen=True)
class ChosenAmount:
    """An amount whose form depends on a reading."""

    reading: str
    options: tuple[tuple[str, Amount | ChosenAmount], ...]

    def chosen(self, setting: RuleContext) -> Amount:
        """The amount under the reading in force."""
        return dict(self.options)[setting.reading(self.reading)].chosen(setting)

    def plan(self, setting: RuleContext) -> pl.Expr:
        """As `Amount.plan`."""
        return self.chosen(setting).plan(setting)

    def terms(self) -> tuple[Term, ...]:
        """The terms of every form."""
        return tuple(term for _, amount in self.options for term in amount.terms())

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        """The columns read."""
        yield from self.chosen(setting).leaves(setting)

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        """The readings applied."""
        option = dict(self.options)[setting.reading(self.reading)]
        return tuple(dict.fromkeys((self.reading, *option.reading_names(setting))))

    def phrase(self, setting: RuleContext) -> Text:
        """The amount in words."""
        return self.chosen(setting).phrase(setting)

    def document(self) -> Any:
        """The amount as canonical data."""
        return {"reading": self.reading, "values": {value: amount.document() for value, amount in self.options}}


def _factors(base: Term, setting: RuleContext) -> list[Term]:
    base = _unwrapped(base, setting)
    if isinstance(base, Product):
        return [*_factors(base.left, setting), *_factors(base.right, setting)]
    return [base]


def _unwrapped(term: Term, setting: RuleContext) -> Term:
    chosen = getattr(term, "chosen", None)
    return _unwrapped(chosen(setting), setting) if chosen is not None else term


def _figure(term: Term, row: Row, setting: RuleContext) -> Figure:
    unit = term.kept_unit(setting) if isinstance(term, Parameter) else term.unit(setting)
    return Figure(term.value(row, setting), unit, term.denominator(setting))


def share_of(base: Term, share: Term) -> Amount:
    """A share in basis points of a base in fen."""
    return Amount(Product(base, share))


def fixed(amount: Term) -> Amount:
    """The same amount for everyone."""
    return Amount(amount)


def whole_of(base: Term) -> Amount:
    """The base in full."""
    return Amount(base)


def each(count: Term, amount: Term) -> Amount:
    """So much for each one counted."""
    return Amount(Product(count, amount))


def amount_by(code: Column, **options: str) -> Amount:
    """The parameter named for each code."""
    return Amount(ByCode(code, tuple(options.items())))


def whole_multiples(figure: Term, step: Term, amount: Term) -> Amount:
    """So much for each whole step in a figure."""
    return Amount(Product(FloorMultiple(figure, step), amount))


def pro_rata(figure: Term, step: Term, amount: Term) -> Amount:
    """A figure × amount ÷ step."""
    return Amount(Proportion(figure, amount, step))
