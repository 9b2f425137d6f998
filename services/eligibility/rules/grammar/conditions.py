# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Conditions: a name, a measured figure, a comparison, a threshold; met, failed or undetermined.

An unknown figure makes a condition undetermined, never false. A condition is evaluated by its plan alone; an explanation selects
the plans of its figures as columns beside it (`columns`) and reads the row (`result`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import and_, or_
from typing import Any, ClassVar, cast

import polars as pl

from services.eligibility.rules.grammar.nodes import Choice, Node
from services.eligibility.rules.grammar.results import ConditionResult, Figure, Row
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column, Parameter, Term, columns_in
from services.eligibility.rules.text import Text


@dataclass(frozen=True)
class Words:
    """The names of conditions in both languages, and the article that they are cited from."""

    article: str
    names: Mapping[str, Text]


@dataclass(frozen=True)
class Condition(Node, ABC):
    """One test on a case."""

    name: str

    @property
    @abstractmethod
    def comparison(self) -> str:
        """The code of the comparison, one of `COMPARISONS`."""

    @abstractmethod
    def plan(self, context: RuleContext) -> pl.Expr:
        """Return the result over all cases: true, false or null."""

    @abstractmethod
    def phrase(self, context: RuleContext) -> Text:
        """Return the test in words."""

    @abstractmethod
    def document(self) -> Any:
        """Return the test as canonical data."""

    @cached_property
    def columns_read(self) -> tuple[Column, ...]:
        """The columns that the condition reads."""
        return columns_in(self)

    def terms(self) -> dict[str, Term]:
        """Return the terms that an explanation shows, by the name of their figure."""
        return {}

    def unknown(self, column: Column, context: RuleContext) -> pl.Expr:
        """Return where a column that the condition reads lacks its fact."""
        return column.missing()

    def missing(self, met: pl.Expr, context: RuleContext) -> list[tuple[str, pl.Expr]]:
        """Return each fact that the condition reads with where it is undetermined (`met` is null) for want of it."""
        needed = (column for column in self.columns_read if column.lacking)
        return [(column.lacking, met.is_null() & self.unknown(column, context)) for column in needed]

    def columns(self, prefix: str, context: RuleContext) -> dict[str, pl.Expr]:
        """Return everything that `result` reads, by the name of its column; `prefix` itself is whether it is met."""
        found = {prefix: self.plan(context)}
        found |= {f"{prefix}.{name}": term.plan(context) for name, term in self.terms().items()}
        needed = (column for column in self.columns_read if column.lacking)
        return found | {f"{prefix}.missing.{each.name}": self.unknown(each, context) for each in needed}

    def result(self, row: Row, prefix: str, words: Words, context: RuleContext) -> ConditionResult:
        """Return the result on one case, read from its `columns`."""
        met = row[prefix]
        lacking = {each.lacking for each in self.columns_read if each.lacking and row[f"{prefix}.missing.{each.name}"]}
        figures = self.figures(row, prefix, context)
        return ConditionResult(
            self.name,
            words.article,
            words.names[self.name],
            self.comparison,
            met,
            measured=figures.get("measured"),
            threshold=figures.get("threshold"),
            in_doubt=figures.get("in_doubt"),
            short_by=figures.get("short_by"),
            ahead=figures.get("ahead"),
            last_in=figures.get("last_in"),
            interpretations=self.applied(),
            missing=tuple(sorted(lacking)) if met is None else (),
        )

    def figures(self, row: Row, prefix: str, context: RuleContext) -> dict[str, Figure | None]:
        """Return the figures that an explanation shows, by name."""
        return {}


@dataclass(frozen=True)
class Membership(Condition):
    """A code that is one of a list of the policy."""

    measured: Term
    allowed: Parameter
    comparison: ClassVar[str] = "one_of"

    def plan(self, context: RuleContext) -> pl.Expr:
        return self.measured.plan(context).is_in(list(self._codes(context)))

    def terms(self) -> dict[str, Term]:
        return {"measured": self.measured}

    def figures(self, row: Row, prefix: str, context: RuleContext) -> dict[str, Figure | None]:
        allowed = Figure(self._codes(context), "code")
        return {"measured": Figure(row[f"{prefix}.measured"], "code"), "threshold": allowed}

    def phrase(self, context: RuleContext) -> Text:
        codes = Text("、".join(self._codes(context)), ", ".join(self._codes(context)))
        return Text.joined([self.measured.phrase(context), codes], " 属于 ", " is one of ")

    def document(self) -> Any:
        return {"name": self.name, "one_of": [self.measured.document(), self.allowed.document()]}

    def _codes(self, context: RuleContext) -> tuple[str, ...]:
        codes: tuple[str, ...] = context.parameter(self.allowed.name)
        return codes


class NamedList(Parameter):
    """A list of codes among the options of a choice, which is documented by its name."""

    def document(self) -> Any:
        return self.name


@dataclass(frozen=True)
class Holds(Condition):
    """A flag that must be true."""

    measured: Term
    comparison: ClassVar[str] = "is"

    def plan(self, context: RuleContext) -> pl.Expr:
        return self.measured.plan(context)

    def figures(self, row: Row, prefix: str, context: RuleContext) -> dict[str, Figure | None]:
        return {"measured": Figure(row[prefix], "flag"), "threshold": Figure(True, "flag")}

    def phrase(self, context: RuleContext) -> Text:
        return self.measured.phrase(context)

    def document(self) -> Any:
        return {"name": self.name, "holds": self.measured.document()}


@dataclass(frozen=True)
class OnRecord(Condition):
    """A text that must be on record; an empty one leaves the condition undetermined, it never fails."""

    measured: Column
    comparison: ClassVar[str] = "present"

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.when(self.measured.plan(context).str.strip_chars().str.len_chars() > 0).then(True)

    def terms(self) -> dict[str, Term]:
        return {"measured": self.measured}

    def unknown(self, column: Column, context: RuleContext) -> pl.Expr:
        return self.plan(context).is_null()

    def figures(self, row: Row, prefix: str, context: RuleContext) -> dict[str, Figure | None]:
        return {"measured": Figure(row[f"{prefix}.measured"], "text")}

    def phrase(self, context: RuleContext) -> Text:
        return Text.joined([self.measured.words, Text("已登记", "on record")], "", " ")

    def document(self) -> Any:
        return {"name": self.name, "on_record": self.measured.document()}


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

    def result(self, row: Row, prefix: str, words: Words, context: RuleContext) -> ConditionResult:
        met = row[prefix]
        within = [each.result(row, f"{prefix}.{number}", words, context) for number, each in enumerate(self.conditions)]
        lacking = {name for each in within for name in each.missing}
        return ConditionResult(
            self.name,
            words.article,
            words.names[self.name],
            self.kind,
            met,
            interpretations=self.applied(),
            missing=tuple(sorted(lacking)) if met is None else (),
            within=tuple(within),
        )

    def phrase(self, context: RuleContext) -> Text:
        zh, en = ("；且 ", "; and ") if self.kind == "all" else ("；或 ", "; or ")
        joined = Text.joined([condition.phrase(context) for condition in self.conditions], zh, en)
        return Text(f"（{joined.zh}）", f"({joined.en})")

    def document(self) -> Any:
        return {"name": self.name, self.kind: [condition.document() for condition in self.conditions]}


@dataclass(frozen=True)
class Always(Condition):
    """Always met: an interpretation that requires nothing."""

    comparison: ClassVar[str] = "all"

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.lit(True)

    def phrase(self, context: RuleContext) -> Text:
        return Text("不作要求", "not required")

    def document(self) -> Any:
        return {"name": self.name, "always": True}


@dataclass(frozen=True)
class _ConditionChoice(Choice):
    name: str

    def document(self) -> Any:
        values = {value: None if isinstance(each, Always) else each.document() for value, each in self.options}
        return {"name": self.name, "reading": self.interpretation, "values": values}


def condition_by(interpretation: str, name: str, **options: Condition | None) -> Condition:
    """Return the condition that an interpretation chooses; None requires nothing."""
    conditions = tuple((value, option or Always(name)) for value, option in options.items())
    return cast("Condition", _ConditionChoice(interpretation, conditions, name))
