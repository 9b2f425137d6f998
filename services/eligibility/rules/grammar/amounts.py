# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Amounts: base, rate, cap, deductions; whole fen, floored once, never below zero, unknown while a part is.

Facts and payable amounts end at 2^53 − 1. A sum of facts may exceed that: such an amount is undetermined, and the facts have to
be checked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from services.eligibility.facts.catalogue import LARGEST
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.nodes import Node
from services.eligibility.rules.grammar.rates import ByCode, FloorMultiple, Proportion
from services.eligibility.rules.grammar.results import Figure, Step
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import WIDE, Column, Parameter, Product, Term, columns_in, parameter
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import NOTHING, Text
from shared.i18n import N_

STEP_NAMES = {
    "uncapped": Text("封顶前金额", "uncapped"),
    "given_before": Text("此前已给予", "given before"),
    "other_support": Text("减去其他财政资金已支持的金额", "less what other programmes gave"),
    "result": Text("金额", "result"),
    "would_be": Text("如符合条件可得金额", "amount if every condition were met"),
}


#: Suffix of the column that says whether an amount is too large to be paid.
TOO_LARGE = "too_large"


@dataclass(frozen=True)
class Amount(Node):
    """A figure in fen, at most `cap`, less `deducted`, not below zero."""

    base: Term
    cap: Term | None = None
    deducted: Term | None = None

    def capped_at(self, cap: Term) -> Amount:
        """Return the amount, at most `cap`."""
        return replace(self, cap=cap)

    def less(self, deducted: Term) -> Amount:
        """Return the amount less `deducted`, after the cap."""
        return replace(self, deducted=deducted)

    def plan(self, context: RuleContext) -> pl.Expr:
        """Return fen over all cases (Int64), null where a part is unknown or the figure is too large to be paid."""
        figure = self._figure(context)
        return pl.when(figure <= pl.lit(LARGEST, dtype=WIDE)).then(figure).cast(pl.Int64, strict=True)

    def too_large(self, context: RuleContext) -> pl.Expr:
        """Return whether the figure is too large to be paid."""
        return (self._figure(context) > pl.lit(LARGEST, dtype=WIDE)).fill_null(False)

    def _uncapped(self, context: RuleContext) -> pl.Expr:
        figure, over = self.base.plan(context).cast(WIDE), self.base.denominator(context)
        return figure if over == 1 else figure // pl.lit(over, dtype=WIDE)

    def _figure(self, context: RuleContext) -> pl.Expr:
        figure = self._uncapped(context)
        if self.cap is not None:
            cap = self.cap.plan(context).cast(WIDE)
            # min_horizontal alone would take the cap for an unknown figure.
            figure = pl.when(figure.is_not_null() & cap.is_not_null()).then(pl.min_horizontal(figure, cap))
        if self.deducted is not None:
            figure = figure - self.deducted.plan(context).cast(WIDE)
        return figure.clip(lower_bound=pl.lit(0, dtype=WIDE))

    def _limits(self) -> dict[str, Term]:
        limits = {"cap": self.cap, "deduction": self.deducted}
        return {name: term for name, term in limits.items() if term is not None}

    def columns(self, prefix: str, context: RuleContext) -> dict[str, pl.Expr]:
        """Return everything that `steps` reads, by the name of its column."""
        terms = {str(number): factor for number, factor in enumerate(_factors(self.base))} | self._limits()
        found = {f"{prefix}.{name}": term.plan(context) for name, term in terms.items()}
        return {
            **found,
            f"{prefix}.uncapped": self._uncapped(context),
            f"{prefix}.{TOO_LARGE}": self.too_large(context),
        }

    def steps(self, row: Row, prefix: str, context: RuleContext) -> list[Step]:
        """Return the calculation of one case, read from its `columns`: base, rate, uncapped (if known), cap, deduction."""
        steps: list[Step] = []
        for number, factor in enumerate(_factors(self.base)):
            unit = factor.stored_unit(context) if isinstance(factor, Parameter) else factor.unit()
            counted = factor.counted if isinstance(factor, Column) else NOTHING
            figure = Figure(row[f"{prefix}.{number}"], unit, factor.denominator(context), counted=counted)
            sentence = _named(factor, figure, row, context)
            sentence = said(N_("times {figure}"), figure=sentence) if number else sentence
            name = "rate" if number and not columns_in(factor) else "base"
            steps.append(Step(name, factor.phrase(context), figure, sentence))
        uncapped = Figure(row[f"{prefix}.uncapped"], "fen")
        if uncapped.value is not None:
            steps.append(
                Step("uncapped", STEP_NAMES["uncapped"], uncapped, said(N_("makes {amount}"), amount=uncapped.text))
            )
        for name, term in self._limits().items():
            figure = Figure(row[f"{prefix}.{name}"], "fen")
            limit = _named(term, figure, row, context)
            if name == "cap" and not isinstance(term, Column | Parameter):  # a formula has no name of its own
                limit = Text(f"上限（{limit.zh}）", limit.en)
            steps.append(Step(name, term.phrase(context), figure, _limited(name, uncapped, figure, limit)))
        return steps

    def phrase(self, context: RuleContext) -> Text:
        """Return the amount in words."""
        phrase = self.base.phrase(context)
        if self.cap is not None:
            cap = self.cap.phrase(context)
            phrase = Text(f"{phrase.zh}，以{cap.zh}为限", f"{phrase.en}, at most {cap.en}")
        if self.deducted is not None:
            less = self.deducted.phrase(context)
            phrase = Text(f"{phrase.zh}，再减 {less.zh}", f"{phrase.en}, less {less.en}")
        return phrase

    def document(self) -> Any:
        """Return the amount as canonical data."""
        return {
            "base": self.base.document(),
            "cap": None if self.cap is None else self.cap.document(),
            "less": None if self.deducted is None else self.deducted.document(),
        }


def _limited(name: str, uncapped: Figure, figure: Figure, limit: Text) -> Text:
    """Return what a cap or a deduction does."""
    if name == "deduction":
        return said(N_("less {figure}"), figure=limit)
    if uncapped.value is None or figure.value is None:
        return said(N_("at most {cap}"), cap=limit)
    if figure.value <= 0:
        return said(N_("nothing is left of the limit, {cap}"), cap=limit)
    if uncapped.value > figure.value:
        return said(N_("above the limit, {cap}: cut to it"), cap=limit)
    return said(N_("within the limit, {cap}"), cap=limit)


def _named(term: Term, figure: Figure, row: Row, context: RuleContext) -> Text:
    """Return a figure after its name, or after the formula that it comes from."""
    if isinstance(term, Column | Parameter | ByCode):
        return wording.named(term.name_in(row, context), figure.text)
    return Text.joined([_with_values(term, row).phrase(context), figure.text], " = ", " = ")


def _with_values(term: Term, row: Row) -> Term:
    """Return a formula whose facts are named with their values."""
    if isinstance(term, Column):
        value = Figure(row[term.name], term.unit(), counted=term.counted)
        return replace(term, words=wording.named(term.words, value.text))
    parts = {name: getattr(term, name) for name in term.__dataclass_fields__}
    valued: dict[str, Any] = {name: _with_values(part, row) for name, part in parts.items() if isinstance(part, Term)}
    return replace(term, **valued)


def _factors(base: Term) -> list[Term]:
    return [*_factors(base.left), *_factors(base.right)] if isinstance(base, Product) else [base]


def share_of(base: Term, share: Term) -> Amount:
    """Return a share in basis points of a base in fen."""
    return Amount(Product(base, share))


def fixed(amount: Term) -> Amount:
    """Return the same amount for everyone."""
    return Amount(amount)


def whole_of(base: Term) -> Amount:
    """Return the base in full."""
    return Amount(base)


def each(count: Term, amount: Term) -> Amount:
    """Return an amount for each one counted."""
    return Amount(Product(count, amount))


def amount_by(code: Column, **options: str) -> Amount:
    """Return the parameter named for each code."""
    return Amount(ByCode(code, tuple((value, parameter(name)) for value, name in options.items())))


def whole_multiples(figure: Term, step: Term, amount: Term) -> Amount:
    """Return an amount for each whole step in a figure."""
    return Amount(Product(FloorMultiple(figure, step), amount))


def pro_rata(figure: Term, step: Term, amount: Term) -> Amount:
    """Return a figure × amount ÷ step."""
    return Amount(Proportion(figure, amount, step))
