# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Comparisons of figures, by cross-multiplication: `at_least` (≥) and `more_than` (>) are different words."""

from __future__ import annotations

import operator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import polars as pl

from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.conditions import Condition, Figures
from services.eligibility.rules.grammar.days import DecisionDay
from services.eligibility.rules.grammar.rates import OnePlus
from services.eligibility.rules.grammar.results import Figure
from services.eligibility.rules.grammar.rule_context import INT64, Row, RuleContext
from services.eligibility.rules.grammar.terms import WIDE, Column, Parameter, Product, Term, columns_in
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.parameters import UNIT_WORDS
from services.eligibility.rules.text import NOTHING, Text
from shared.i18n import N_

#: Comparison → how a figure is judged that is met or failed: a number, or a day or year.
_NUMBER = {
    "at_least": (N_("reaches {threshold}"), N_("is below {threshold}")),
    "more_than": (N_("exceeds {threshold}"), N_("does not exceed {threshold}")),
    "at_most": (N_("does not exceed {threshold}"), N_("exceeds {threshold}")),
    "before": (N_("is below {threshold}"), N_("reaches {threshold}")),
    "less_than": (N_("is below {threshold}"), N_("reaches {threshold}")),
}
_DAY = {
    "at_least": (N_("is not before {threshold}"), N_("is before {threshold}")),
    "more_than": (N_("is after {threshold}"), N_("is not after {threshold}")),
    "at_most": (N_("is not after {threshold}"), N_("is after {threshold}")),
    "before": (N_("is before {threshold}"), N_("is not before {threshold}")),
    "less_than": (N_("is before {threshold}"), N_("is not before {threshold}")),
}
#: What lies between two percentages.
POINTS = Text("个百分点", "percentage points")
#: What lies between two days or years.
_SPANS = {"day": "days", "year": "years"}
_OPERATORS = {"at_least": "ge", "more_than": "gt", "at_most": "le", "before": "lt", "less_than": "lt"}


def _against(message: str, threshold: Text) -> Text:
    """Return how a figure is judged: 达到 10,000 件, but 超过上年零售额, as Chinese leaves a space only before a number."""
    judged = said(message, threshold=threshold)
    return (
        judged if threshold.zh[:1].isascii() else Text(judged.zh.replace(f" {threshold.zh}", threshold.zh), judged.en)
    )


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
        divisor = {} if self._quotient is None else {"divisor": self._quotient[1]}
        return {"measured": self.measured, "threshold": self.threshold, **doubt, **divisor}

    @cached_property
    def _quotient(self) -> tuple[Parameter | OnePlus, Term] | None:
        """Rate and base, where the threshold is a rate of the policy times a figure: an explanation divides by that figure."""
        if isinstance(self.threshold, Product):
            left, right = self.threshold.left, self.threshold.right
            for rate, base in ((left, right), (right, left)):
                if isinstance(rate, Parameter | OnePlus) and not isinstance(base, Parameter):
                    return rate, base
        return None

    def figures(self, row: Row, prefix: str, context: RuleContext) -> Figures:
        measured, threshold = row[f"{prefix}.measured"], row[f"{prefix}.threshold"]
        doubt, unit, counted = row.get(f"{prefix}.in_doubt"), self.measured.unit(), self._counted(context)
        figures = {
            "measured": Figure(measured, unit, self.measured.denominator(context)),
            "threshold": Figure(threshold, unit, self.threshold.denominator(context)),
            "in_doubt": Figure(doubt, unit) if doubt else None,
            "short_by": self._short_by(measured, threshold, unit, context) if row[prefix] is False else None,
            "divisor": self._divisor(row, prefix, context),
        }
        figures = {
            name: replace(figure, counted=counted) if figure is not None and name != "divisor" else figure
            for name, figure in figures.items()
        }
        return figures | {"short_by": self._short_in_words(row, figures, context)}

    def _short_in_words(self, row: Row, figures: Figures, context: RuleContext) -> Figure | None:
        """Return what the figure lacks, of a quotient first in the unit that is compared: 1,781 件/日（年发件量 650,000 件）."""
        short, divisor = figures["short_by"], figures["divisor"]
        if short is None or divisor is None or not divisor.value:
            return short
        found, limit, decimals = self._compared_as_told(figures, context)
        lacking = wording.named(self._name(row, context), short.text)
        if found != limit:
            lacking = wording.bracketed(self._in_unit(abs(limit - found), context, decimals, apart=True), lacking)
        return replace(short, words=lacking)

    def _divisor(self, row: Row, prefix: str, context: RuleContext) -> Figure | None:
        if self._quotient is None:
            return None
        _, base = self._quotient
        return Figure(row[f"{prefix}.divisor"], base.unit(), base.denominator(context))

    def _counted(self, context: RuleContext) -> Text:
        """Return what a bare number counts, as the unit of the policy's number says: parcels, enterprises."""
        units = (context.parameters[each.name].unit for each in self.threshold.walk() if isinstance(each, Parameter))
        words = (UNIT_WORDS.get(unit.partition("/")[0]) for unit in units if unit != "basis points")
        # In English the figure's name says what is counted.
        own = self.measured.counted if isinstance(self.measured, Column) else NOTHING
        return next((Text(each.zh, "") for each in words if each is not None), own)

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        measured, divisor = figures["measured"], figures["divisor"]
        assert measured is not None
        found = wording.named(self._name(row, context), measured.text)
        if divisor is not None and isinstance(divisor.value, int) and divisor.value > 0:
            return self._divided(row, found, figures, met, context)
        if divisor is not None and divisor.value == 0:
            assert self._quotient is not None
            base = self._quotient[1].name_in(row, context)
            return said(N_("{found}, with nothing to compare it with: {base} 0"), found=found, base=base)
        apart = measured.unit in ("day", "year")
        judged = _against((_DAY if apart else _NUMBER)[self.sign][not met], self._threshold(row, figures, context))
        return said(N_("{found} {judged}"), found=found, judged=judged)

    def _threshold(self, row: Row, figures: Figures, context: RuleContext) -> Text:
        threshold = figures["threshold"]
        assert threshold is not None
        if threshold.unit in ("day", "year"):
            return wording.bracketed(self.threshold.name_in(row, context), threshold.text)
        if columns_in(self.threshold):
            beside = wording.named if isinstance(self.threshold, Column) else wording.bracketed
            return beside(self.threshold.name_in(row, context), threshold.text)
        return threshold.text

    def _divided(self, row: Row, found: Text, figures: Figures, met: bool, context: RuleContext) -> Text:
        """Return the sentence with the quotient of figure and base, with as many decimals as show how it compares."""
        divisor = figures["divisor"]
        assert self._quotient is not None and divisor is not None
        rate, base = self._quotient
        quotient, limit, decimals = self._compared_as_told(figures, context)
        message = (
            N_("{found} ÷ {base} − 1 = {quotient}, which {judged}")
            if isinstance(rate, OnePlus)
            else N_("{found} ÷ {base} = {quotient}, which {judged}")
        )
        judged = said(_NUMBER[self.sign][not met], threshold=self._in_unit(limit, context))
        base_found = wording.named(base.name_in(row, context), divisor.text)
        return said(
            message, found=found, base=base_found, quotient=self._in_unit(quotient, context, decimals), judged=judged
        )

    def _compared_as_told(self, figures: Figures, context: RuleContext) -> tuple[Fraction, Fraction, int]:
        """Return the quotient, cut to as many decimals as let it still compare as it does, its limit, and the decimals."""
        measured, divisor, threshold = figures["measured"], figures["divisor"], figures["threshold"]
        assert self._quotient is not None and measured is not None and divisor is not None and threshold is not None
        less, shares = isinstance(self._quotient[0], OnePlus), self._rate_unit(context) == "basis points"
        quotient, limit = measured.exact / divisor.exact - less, threshold.exact / divisor.exact - less
        scale, compare = 100 if shares else 1, getattr(operator, _OPERATORS[self.sign])
        decimals = next(
            (
                each
                for each in range(2 * shares, wording.MOST_DECIMALS)
                if compare(wording.floored(quotient * scale, each), limit * scale) is compare(quotient, limit)
            ),
            wording.MOST_DECIMALS,
        )
        return wording.floored(quotient * scale, decimals) / scale, limit, decimals

    def _rate_unit(self, context: RuleContext) -> str:
        assert self._quotient is not None
        rate = self._quotient[0]
        return context.parameters[(rate.rate if isinstance(rate, OnePlus) else rate).name].unit

    def _in_unit(
        self, value: Fraction, context: RuleContext, decimals: int | None = None, *, apart: bool = False
    ) -> Text:
        """Return a quotient, or (`apart`) what lies between two, in words: a percentage or so many a unit."""
        unit = self._rate_unit(context)
        if unit != "basis points":
            return wording.with_unit(wording.number(value, decimals or 0), UNIT_WORDS[unit])
        if apart:
            return wording.with_unit(wording.number(value * 100, max(decimals or 0, 2)), POINTS)
        return wording.percent(value, 2 if decimals is None else decimals)

    def would_take(self, row: Row, figures: Figures, context: RuleContext) -> Text | None:
        short, measured = figures["short_by"], figures["measured"]
        if short is None or measured is None:
            return None
        name = self._name(row, context)
        if measured.unit in _SPANS:
            late = self.sign in ("at_most", "before")
            if isinstance(self.threshold, DecisionDay):
                name, late = self.threshold.name_in(row, context), not late
            message = N_("{name} is {span} too late") if late else N_("{name} is {span} too early")
            return said(message, name=name, span=short.text)
        plain = replace(short, words=NOTHING).text
        if self.sign in ("at_most", "before", "less_than"):
            return said(N_("{name}: {short} too many"), name=name, short=plain)
        return said(N_("{name}: {short} more would be enough"), name=name, short=plain)

    def _short_by(self, measured: Any, threshold: Any, unit: str, context: RuleContext) -> Figure | None:
        """Return the least number of units, as finely as measured, that would have met the condition; days late for days."""
        if self.sign in ("at_most", "before", "less_than"):
            late = measured - threshold
            days = late if isinstance(late, int) else late.days
            return Figure(days + (self.sign != "at_most"), _SPANS.get(unit, unit))
        if not isinstance(measured, int):
            return Figure((threshold - measured).days, "days")
        over, under = self.threshold.denominator(context), self.measured.denominator(context)
        needed = threshold * under // over + 1 if self.sign == "more_than" else -(-threshold * under // over)
        return Figure(needed - measured, _SPANS.get(unit, unit), under)

    def phrase(self, context: RuleContext) -> Text:
        judged = _DAY if self.measured.unit() in ("day", "year") else _NUMBER
        found, threshold = self.measured.phrase(context), self.threshold.phrase(context)
        if self._quotient is not None:
            rate, base = self._quotient
            less = " − 1" if isinstance(rate, OnePlus) else ""
            divided = Text.joined([found, base.phrase(context)], " ÷ ", " ÷ ")
            found, threshold = Text(f"{divided.zh}{less}", f"{divided.en}{less}"), self._value(rate, context)
        elif isinstance(self.threshold, Parameter) and judged is _NUMBER:
            threshold = self._value(self.threshold, context)
        apart = " " if found.zh[-1].isascii() else ""
        return Text.joined([found, _against(judged[self.sign][0], threshold)], apart, " ")

    def _value(self, rate: Parameter | OnePlus, context: RuleContext) -> Text:
        parameter = rate.rate if isinstance(rate, OnePlus) else rate
        return context.parameters[parameter.name].value_phrase(parameter.item)

    def document(self) -> Any:
        document = {"name": self.name, self.sign: [self.measured.document(), self.threshold.document()]}
        return document if self.in_doubt is None else {**document, "in_doubt": self.in_doubt.document()}


@dataclass(frozen=True)
class AtLeastOne(Comparison):
    """A count that must not be zero; sentences do without the number one."""

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        counted = figures["measured"]
        assert counted is not None
        name = self._name(row, context)
        return wording.named(name, counted.text) if met else said(N_("{name}: none"), name=name)

    def would_take(self, row: Row, figures: Figures, context: RuleContext) -> Text | None:
        return (
            said(N_("{counted}: at least one is needed"), counted=self._name(row, context))
            if figures["short_by"]
            else None
        )

    def phrase(self, context: RuleContext) -> Text:
        return said(N_("{counted}: at least one"), counted=self.measured.phrase(context))
