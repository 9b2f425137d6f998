# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Conditions: a name, a measured figure, a comparison, a threshold; met, failed or undetermined.

An unknown figure makes a condition undetermined, never false. A condition is evaluated by its plan alone; an explanation selects
the plans of its figures as columns beside it (`columns`) and reads the row (`result`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import polars as pl

from services.eligibility.rules.basis import Basis
from services.eligibility.rules.grammar import wording
from services.eligibility.rules.grammar.nodes import Node
from services.eligibility.rules.grammar.results import MET, ConditionResult, FactRow, Figure
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import Column, Parameter, Term, columns_in, fact_words
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.text import NOTHING, Text
from shared.i18n import N_


@dataclass(frozen=True)
class References:
    """What the results of an award's conditions refer to, by the names of conditions: titles, what they rest on, and rows."""

    titles: Mapping[str, Text]
    basis: Callable[[str], Basis]
    #: What may still be done where a condition fails.
    hints: Mapping[str, Text]
    #: Finds the rows that columns of a case came from.
    facts: Callable[[Row, Sequence[Column]], tuple[FactRow, ...]]


#: The figures of a condition by name.
Figures = dict[str, Figure | None]


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

    def result(self, row: Row, prefix: str, references: References, context: RuleContext) -> ConditionResult:
        """Return the result on one case, read from its `columns`."""
        met = row[prefix]
        lacking = [each for each in self.columns_read if each.lacking and row[f"{prefix}.missing.{each.name}"]]
        missing = tuple(sorted({each.lacking for each in lacking})) if met is None else ()
        years = _years_of(lacking, row) if missing else {}
        figures = self.figures(row, prefix, context)
        return ConditionResult(
            self.name,
            references.basis(self.name),
            references.titles[self.name],
            self.comparison,
            met,
            self.sentence(row, figures, met, context)
            if met is not None
            else self._undetermined(row, figures, [fact_words(name, years.get(name, ())) for name in missing], context),
            references.facts(row, self.columns_read),
            self.would_take(row, figures, context) or (references.hints.get(self.name) if met is False else None),
            measured=figures.get("measured"),
            threshold=figures.get("threshold"),
            in_doubt=figures.get("in_doubt"),
            short_by=figures.get("short_by"),
            ahead=figures.get("ahead"),
            last_in=figures.get("last_in"),
            interpretations=self.applied(),
            missing=missing,
            missing_years=years,
        )

    @abstractmethod
    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        """Return what was found and how it compares, for a case that is met or failed."""

    def would_take(self, row: Row, figures: Figures, context: RuleContext) -> Text | None:
        """Return what a failed case is short of, where that can be said."""
        return None

    def _undetermined(self, row: Row, figures: Figures, missing: Sequence[Text], context: RuleContext) -> Text:
        """Return why the case is undetermined: what is in doubt, else what is not on record, else that its day is unknown."""
        doubt = figures.get("in_doubt")
        if doubt is not None:
            found = wording.named(self._name(row, context), figure_text(figures["measured"]))
            threshold = figure_text(figures["threshold"])
            return said(
                N_("{found}, {doubt} more in doubt; compared with {threshold}: undetermined"),
                found=found,
                doubt=doubt.text,
                threshold=threshold,
            )
        if missing:
            return said(N_("undetermined: not on record: {names}"), names=wording.listed(missing))
        found = self._name(row, context)
        if row["day"] is None and any(column.on_day for column in self.columns_read):
            return said(N_("{found}: undetermined, as it depends on a day that is not on record"), found=found)
        for lookup in (column.source for column in self.columns_read if column.source is not None):
            if names := lookup.lacking(row):
                listed = wording.listed([fact_words(name) for name in names])
                message = N_("{found}: undetermined; not on record for “{measure}”: {names}")
                return said(message, found=found, measure=lookup.words, names=listed)
        return said(N_("{found}: undetermined"), found=found)

    def _name(self, row: Row, context: RuleContext) -> Text:
        terms = self.terms()
        return terms["measured"].name_in(row, context) if "measured" in terms else self.phrase(context)

    def figures(self, row: Row, prefix: str, context: RuleContext) -> Figures:
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

    def figures(self, row: Row, prefix: str, context: RuleContext) -> Figures:
        allowed = Figure(self._codes(context), "code", codes=self._words)
        return {"measured": Figure(row[f"{prefix}.measured"], "code", codes=self._words), "threshold": allowed}

    @property
    def _words(self) -> Mapping[str, Text]:
        return columns_in(self.measured)[0].codes

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        found = said(N_("{name} is {value}"), name=self._name(row, context), value=figure_text(figures["measured"]))
        allowed = self._codes(context)
        if met and len(allowed) == 1:
            return found  # what is allowed has been said already
        if len(allowed) == 1:
            message = N_("{found}, but must be {allowed}")
        else:
            message = (
                N_("{found}, one of those allowed ({allowed})")
                if met
                else N_("{found}, none of those allowed ({allowed})")
            )
        return said(message, found=found, allowed=figure_text(figures["threshold"]))

    def phrase(self, context: RuleContext) -> Text:
        codes = Figure(self._codes(context), "code", codes=self._words).text
        zh, en = ("为", " is ") if len(self._codes(context)) == 1 else ("属于：", " is one of: ")
        return Text.joined([self.measured.phrase(context), codes], zh, en)

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
    """A flag that must be true; `otherwise` is what is said where it is not: a name with "not" in it reads badly denied."""

    measured: Term
    otherwise: Text = NOTHING
    comparison: ClassVar[str] = "is"

    def plan(self, context: RuleContext) -> pl.Expr:
        return self.measured.plan(context)

    def figures(self, row: Row, prefix: str, context: RuleContext) -> Figures:
        return {"measured": Figure(row[prefix], "flag"), "threshold": Figure(True, "flag")}

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        if not met and self.otherwise != NOTHING:
            return self.otherwise
        return said(N_("{found}: {result}"), found=self.measured.name_in(row, context), result=MET[met])

    def phrase(self, context: RuleContext) -> Text:
        phrase = self.measured.phrase(context)
        if isinstance(self.measured, Column) and self.measured.lacking == self.measured.name:  # as it is recorded
            return said(N_("recorded as “{flag}”"), flag=phrase)
        return phrase

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

    def figures(self, row: Row, prefix: str, context: RuleContext) -> Figures:
        return {"measured": Figure(row[f"{prefix}.measured"], "text")}

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        return said(
            N_("{name} on record: {value}"), name=self._name(row, context), value=figure_text(figures["measured"])
        )

    def phrase(self, context: RuleContext) -> Text:
        return said(N_("{text} on record (undetermined while it is not)"), text=self.measured.words)

    def document(self) -> Any:
        return {"name": self.name, "on_record": self.measured.document()}


def _years_of(lacking: Sequence[Column], row: Row) -> dict[str, tuple[int, ...]]:
    """Return the years that figures of earlier years which a case lacks are of, by their fact; none if they are of its own."""
    years: dict[str, set[int]] = {}
    for column in lacking:
        if column.earlier is not None and row["award_year"] is not None:
            years.setdefault(column.lacking, set()).add(row["award_year"] - column.earlier[0])
    return {name: tuple(sorted(found)) for name, found in years.items()}


def years_missing(results: Iterable[ConditionResult]) -> dict[str, tuple[int, ...]]:
    """Return the years that the facts which several conditions lack are of, by their fact."""
    years: dict[str, set[int]] = {}
    for result in results:
        for name, found in result.missing_years.items():
            years.setdefault(name, set()).update(found)
    return {name: tuple(sorted(found)) for name, found in years.items()}


def figure_text(figure: Figure | None) -> Text:
    """Return a figure in words; none is unknown."""
    return wording.unknown() if figure is None else figure.text
