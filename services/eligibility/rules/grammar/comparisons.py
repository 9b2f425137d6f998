# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Comparisons of figures, by cross-multiplication: `at_least` (≥) and `more_than` (>) are different words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.results import COMPARISONS, Figure, Row
from services.eligibility.rules.grammar.rule_context import INT64, RuleContext
from services.eligibility.rules.grammar.terms import WIDE, Column, Term
from services.eligibility.rules.text import Text

_OPERATORS = {"at_least": "ge", "more_than": "gt", "at_most": "le", "before": "lt", "less_than": "lt"}


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

    @property
    def comparison(self) -> str:
        return self.sign

    def plan(self, context: RuleContext) -> pl.Expr:
        plain = self._compared(self.measured.plan(context), context)
        if self.in_doubt is None:
            return plain
        with_doubt = self._compared(self.measured.plan(context) + self.in_doubt.plan(context), context)
        # Known if both ends agree, else undetermined.
        return pl.when(plain == with_doubt).then(plain)

    def _compared(self, measured: pl.Expr, context: RuleContext) -> pl.Expr:
        threshold = self.threshold.plan(context)
        over, under = self.threshold.denominator(context), self.measured.denominator(context)
        widest = max(2 * self.measured.bound(context) * over, self.threshold.bound(context) * under)
        if widest > INT64:
            measured, threshold = measured.cast(WIDE), threshold.cast(WIDE)
        left = measured if over == 1 else measured * pl.lit(over, dtype=WIDE if widest > INT64 else pl.Int64)
        right = threshold if under == 1 else threshold * pl.lit(under, dtype=WIDE if widest > INT64 else pl.Int64)
        compared: pl.Expr = getattr(left, _OPERATORS[self.sign])(right)
        return compared

    def terms(self) -> dict[str, Term]:
        doubt = {} if self.in_doubt is None else {"in_doubt": self.in_doubt}
        return {"measured": self.measured, "threshold": self.threshold, **doubt}

    def figures(self, row: Row, prefix: str, context: RuleContext) -> dict[str, Figure | None]:
        measured, threshold = row[f"{prefix}.measured"], row[f"{prefix}.threshold"]
        doubt, unit = row.get(f"{prefix}.in_doubt"), self.measured.unit()
        return {
            "measured": Figure(measured, unit, self.measured.denominator(context)),
            "threshold": Figure(threshold, unit, self.threshold.denominator(context)),
            "in_doubt": Figure(doubt, unit) if doubt else None,
            "short_by": self._short_by(measured, threshold, unit, context) if row[prefix] is False else None,
        }

    def _short_by(self, measured: Any, threshold: Any, unit: str, context: RuleContext) -> Figure | None:
        """Return the least number of units, as finely as measured, that would have met the condition; days late for days."""
        if self.sign in ("at_most", "before", "less_than"):
            late = measured - threshold
            days = late if isinstance(late, int) else late.days
            return Figure(days + (self.sign != "at_most"), "days" if unit == "day" else unit)
        if not isinstance(measured, int):
            return Figure((threshold - measured).days, "days")
        over, under = self.threshold.denominator(context), self.measured.denominator(context)
        needed = threshold * under // over + 1 if self.sign == "more_than" else -(-threshold * under // over)
        return Figure(needed - measured, unit, under)

    def phrase(self, context: RuleContext) -> Text:
        sign = COMPARISONS[self.sign][0]
        return Text.joined([self.measured.phrase(context), self.threshold.phrase(context)], f" {sign} ", f" {sign} ")

    def document(self) -> Any:
        document = {"name": self.name, self.sign: [self.measured.document(), self.threshold.document()]}
        return document if self.in_doubt is None else {**document, "in_doubt": self.in_doubt.document()}
