# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Comparisons of figures, by cross-multiplication: `at_least` (≥) and `more_than` (>) are different words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.conditions import Condition, Words
from services.eligibility.rules.grammar.judgement import COMPARISONS, Figure, Judgement
from services.eligibility.rules.grammar.rule_context import INT64, RuleContext
from services.eligibility.rules.grammar.terms import WIDE, Column, Row, Term
from services.eligibility.rules.text import Text

_SIGNS = {"at_least": "ge", "more_than": "gt", "at_most": "le", "before": "lt"}


@dataclass(frozen=True)
class Comparison(Condition):
    """A figure against a threshold, compared by cross-multiplication.

    `in_doubt` is what may still be added to the figure: with it the condition is met if the figure alone is enough,
    failed if even the sum is not, and undetermined between.
    """

    measured: Term
    sign: str
    threshold: Term
    in_doubt: Column | None = None

    def plan(self, setting: RuleContext) -> pl.Expr:
        plain = self._compared(self.measured.plan(setting), setting)
        if self.in_doubt is None:
            return plain
        hopeful = self._compared(self.measured.plan(setting) + self.in_doubt.plan(setting), setting)
        # Known if both ends agree, else undetermined.
        return pl.when(plain == hopeful).then(plain)

    def _compared(self, measured: pl.Expr, setting: RuleContext) -> pl.Expr:
        threshold = self.threshold.plan(setting)
        over, under = self.threshold.denominator(setting), self.measured.denominator(setting)
        widest = max(2 * self.measured.bound(setting) * over, self.threshold.bound(setting) * under)
        if widest > INT64:
            measured, threshold = measured.cast(WIDE), threshold.cast(WIDE)
        left = measured if over == 1 else measured * pl.lit(over, dtype=WIDE if widest > INT64 else pl.Int64)
        right = threshold if under == 1 else threshold * pl.lit(under, dtype=WIDE if widest > INT64 else pl.Int64)
        compared: pl.Expr = getattr(left, _SIGNS[self.sign])(right)
        return compared

    def _met(self, measured: Any, threshold: Any, setting: RuleContext) -> bool | None:
        if measured is None or threshold is None:
            return None
        over, under = self.threshold.denominator(setting), self.measured.denominator(setting)
        left = measured if over == 1 else measured * over
        right = threshold if under == 1 else threshold * under
        return bool(getattr(left, f"__{_SIGNS[self.sign]}__")(right))

    def judge(self, row: Row, setting: RuleContext, words: Words) -> Judgement:
        measured, threshold = self.measured.value(row, setting), self.threshold.value(row, setting)
        met = self._met(measured, threshold, setting)
        doubt = None if self.in_doubt is None else row[self.in_doubt.name]
        if self.in_doubt is not None and met is False:
            hopeful = None if doubt is None else self._met(measured + doubt, threshold, setting)
            met = False if hopeful is False else None
        elif self.in_doubt is not None and doubt is None:
            met = None
        unit = self.measured.unit(setting)
        return Judgement(
            self.name,
            words.article,
            words.of(self.name),
            self.sign,
            met,
            Figure(measured, unit, self.measured.denominator(setting)),
            Figure(threshold, unit, self.threshold.denominator(setting)),
            Figure(doubt, unit) if doubt else None,
            self._short_by(measured, threshold, unit, setting) if met is False else None,
            self._readings(setting),
            self._missing(row, setting) if met is None else (),
        )

    def _short_by(self, measured: Any, threshold: Any, unit: str, setting: RuleContext) -> Figure | None:
        """The least whole number of units that would have met the condition; days late for days."""
        if self.sign in ("at_most", "before"):
            late = measured - threshold
            days = late if isinstance(late, int) else late.days
            return Figure(days + (self.sign == "before"), "days" if unit == "day" else unit)
        if not isinstance(measured, int):
            return Figure((threshold - measured).days, "days")
        over, under = self.threshold.denominator(setting), self.measured.denominator(setting)
        if under != 1:
            return None
        needed = threshold // over + 1 if self.sign == "more_than" else -(-threshold // over)
        return Figure(needed - measured, unit)

    def terms(self, setting: RuleContext) -> tuple[Term, ...]:
        doubt = () if self.in_doubt is None else (self.in_doubt,)
        return (self.measured, self.threshold, *doubt)

    def all_terms(self) -> tuple[Term, ...]:
        doubt = () if self.in_doubt is None else (self.in_doubt,)
        return (self.measured, self.threshold, *doubt)

    def phrase(self, setting: RuleContext) -> Text:
        sign = COMPARISONS[self.sign][0]
        return Text.joined([self.measured.phrase(setting), self.threshold.phrase(setting)], f" {sign} ", f" {sign} ")

    def document(self) -> Any:
        said = {"name": self.name, self.sign: [self.measured.document(), self.threshold.document()]}
        return said if self.in_doubt is None else {**said, "in_doubt": self.in_doubt.document()}
