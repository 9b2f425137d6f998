# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Conditions made of conditions: all of several, any of them, or the one that an interpretation chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, ClassVar, cast

import polars as pl

from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.conditions import Condition, Figures, References, years_missing
from services.eligibility.rules.grammar.nodes import Choice
from services.eligibility.rules.grammar.results import ConditionResult
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import Text
from shared.i18n import N_

#: What an interpretation says of a condition that it does not ask for.
NOT_REQUIRED = Text("不作要求", "not required")


@dataclass(frozen=True)
class Combination(Condition):
    """Several conditions joined by Kleene's and (`all`) or or (`any`)."""

    kind: str
    conditions: tuple[Condition, ...]

    @property
    def comparison(self) -> str:
        return self.kind

    def plan(self, context: RuleContext) -> pl.Expr:
        plans = [condition.plan(context) for condition in self.conditions]
        return reduce(and_ if self.kind == "all" else or_, plans)

    def missing(self, met: pl.Expr, context: RuleContext) -> list[tuple[str, pl.Expr]]:
        return [
            (name, met.is_null() & where)
            for condition in self.conditions
            for name, where in condition.missing(condition.plan(context), context)
        ]

    def columns(self, prefix: str, context: RuleContext) -> dict[str, pl.Expr]:
        found = {prefix: self.plan(context)}
        for number, condition in enumerate(self.conditions):
            found |= condition.columns(f"{prefix}.{number}", context)
        return found

    def result(self, row: Row, prefix: str, references: References, context: RuleContext) -> ConditionResult:
        met = row[prefix]
        within = [
            each.result(row, f"{prefix}.{number}", references, context) for number, each in enumerate(self.conditions)
        ]
        lacking = {name for each in within for name in each.missing}
        return ConditionResult(
            self.name,
            references.basis(self.name),
            references.titles[self.name],
            self.kind,
            met,
            self._joined(met, within),
            interpretations=self.applied(),
            missing=tuple(sorted(lacking)) if met is None else (),
            missing_years=years_missing(within) if met is None else {},
            within=tuple(within),
        )

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        raise NotImplementedError("a combination is worded from the results within")

    def _joined(self, met: bool | None, within: Sequence[ConditionResult]) -> Text:
        """Return which of the conditions decided."""
        if met is not None and met is (self.kind == "all"):
            return said(N_("all of it is met")) if met else said(N_("none of it is met"))
        deciding = wording.listed([each.words for each in within if each.met is met])
        if met is None:
            return said(N_("undetermined: {conditions}"), conditions=deciding)
        return said(N_("met: {conditions}") if met else N_("not met: {conditions}"), conditions=deciding)

    def phrase(self, context: RuleContext) -> Text:
        zh, en = ("；且 ", "; and ") if self.kind == "all" else ("；或 ", "; or ")
        joined = Text.joined([condition.phrase(context) for condition in self.conditions], zh, en)
        return Text(f"（{joined.zh}）", f"({joined.en})")

    def document(self) -> Any:
        return {"name": self.name, self.kind: [condition.document() for condition in self.conditions]}


@dataclass(frozen=True)
class Always(Condition):
    """Always met: an interpretation that requires nothing, or what a measure tests for each thing that it counts."""

    words: Text = NOT_REQUIRED
    comparison: ClassVar[str] = "all"

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.lit(True)

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        return self.phrase(context)

    def phrase(self, context: RuleContext) -> Text:
        return self.words

    def document(self) -> Any:
        return {"name": self.name, "always": True}


@dataclass(frozen=True)
class _ConditionChoice(Choice):
    name: str

    def document(self) -> Any:
        values = {value: None if isinstance(each, Always) else each.document() for value, each in self.options}
        return {"name": self.name, "reading": self.interpretation, "values": values}


def is_required(condition: Condition) -> bool:
    """Return whether a condition asks for anything under the interpretations that it was resolved by."""
    return not (isinstance(condition, Always) and condition.words is NOT_REQUIRED)


def condition_by(interpretation: str, name: str, **options: Condition | None) -> Condition:
    """Return the condition that an interpretation chooses; None requires nothing."""
    conditions = tuple((value, option or Always(name)) for value, option in options.items())
    return cast("Condition", _ConditionChoice(interpretation, conditions, name))
