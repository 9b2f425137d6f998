# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Days and years as terms: of the case, of the award year, of the decision, of an interpretation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.rules.grammar import arithmetic, wording
from services.eligibility.rules.grammar.nodes import Node, choice
from services.eligibility.rules.grammar.rule_context import Row, RuleContext
from services.eligibility.rules.grammar.terms import Column, Term
from services.eligibility.rules.text import Text

_ALL_YEAR = Text("全年日历天数", "calendar days of the year")


@dataclass(frozen=True)
class DaysOfYear(Term):
    """Calendar days of the award year, or in the year of `since` those from that day on (both ends counted)."""

    since: Column | None = None

    def plan(self, context: RuleContext) -> pl.Expr:
        year = pl.col("award_year")
        first, last = arithmetic.first_day(year), arithmetic.last_day(year)
        if self.since is not None:
            opened = self.since.plan(context)
            first = pl.when(opened > first).then(opened).otherwise(first)
        days = ((last - first).dt.total_days() + 1).clip(lower_bound=0)
        return days if self.since is None else pl.when(self.since.plan(context).is_not_null()).then(days)

    def bound(self, context: RuleContext) -> int:
        return 366

    def unit(self) -> str:
        return "days"

    def phrase(self, context: RuleContext) -> Text:
        if self.since is None:
            return _ALL_YEAR
        return Text(f"{_ALL_YEAR.zh}（启用当年自启用日起算）", f"{_ALL_YEAR.en} (in the first, from the opening on)")

    def name_in(self, row: Row, context: RuleContext) -> Text:
        opened = None if self.since is None else row[self.since.name]
        if opened is None or opened.year < row["award_year"]:
            return _ALL_YEAR
        return Text("自启用日起的当年日历天数", "calendar days of the year from the opening on")

    def document(self) -> Any:
        return {"days_of_year": None if self.since is None else self.since.document()}


class _Day(Term):
    def unit(self) -> str:
        return "day"


@dataclass(frozen=True)
class LaterDay(_Day):
    """The later of two days; unknown while one is."""

    one: Column
    other: Column

    def plan(self, context: RuleContext) -> pl.Expr:
        one, other = self.one.plan(context), self.other.plan(context)
        # Not max_horizontal: that would take the known day for the later one.
        return pl.when(one >= other).then(one).when(one < other).then(other)

    def phrase(self, context: RuleContext) -> Text:
        return Text(
            f"{self.one.words.zh}与{self.other.words.zh}中较晚者",
            f"the later of the {self.one.words.en} and the {self.other.words.en}",
        )

    def document(self) -> Any:
        return {"later_of": [self.one.document(), self.other.document()]}


@dataclass(frozen=True)
class CaseDay(_Day):
    """31 December of the award year, or the day of the event that the case is about."""

    event: Term | None

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.col("day")

    def phrase(self, context: RuleContext) -> Text:
        return YearEnd().phrase(context) if self.event is None else self.event.phrase(context)

    def document(self) -> Any:
        return {"case_day": None if self.event is None else self.event.document()}


@dataclass(frozen=True)
class YearEnd(_Day):
    """31 December of the award year."""

    def plan(self, context: RuleContext) -> pl.Expr:
        return arithmetic.last_day(pl.col("award_year"))

    def phrase(self, context: RuleContext) -> Text:
        return Text("奖补年度最后一日", "the last day of the award year")

    def document(self) -> Any:
        return "year_end"


@dataclass(frozen=True)
class YearStart(_Day):
    """1 January of the award year."""

    def plan(self, context: RuleContext) -> pl.Expr:
        return arithmetic.first_day(pl.col("award_year"))

    def phrase(self, context: RuleContext) -> Text:
        return Text("奖补年度第一日", "the first day of the award year")

    def document(self) -> Any:
        return "year_start"


@dataclass(frozen=True)
class ValidityDay(_Day):
    """The first or the last day of validity, as the interpretations `named` read it."""

    end: str
    named: tuple[str, ...]

    def resolved(self, interpretations: Mapping[str, str]) -> Node:
        return replace(self, interpretations=tuple((name, interpretations[name]) for name in self.named))

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.lit(self._day(context))

    def phrase(self, context: RuleContext) -> Text:
        return wording.day(self._day(context))

    def name_in(self, row: Row, context: RuleContext) -> Text:
        first = self.end == "first"
        return (
            Text("施行日", "the first day of validity") if first else Text("有效期最后一日", "the last day of validity")
        )

    def document(self) -> Any:
        return {"day_of_validity": self.end}

    def _day(self, context: RuleContext) -> date:
        return context.first_day if self.end == "first" else context.last_day


FIRST_DAY = ValidityDay("first", ("validity_first_day",))
LAST_DAY = ValidityDay("last", ("validity_first_day", "validity_last_day"))


@dataclass(frozen=True)
class AwardYear(Term):
    """The award year itself."""

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.col("award_year").cast(pl.Int64)

    def unit(self) -> str:
        return "year"

    def phrase(self, context: RuleContext) -> Text:
        return Text("奖补年度", "award year")

    def document(self) -> Any:
        return "award_year"


@dataclass(frozen=True)
class DecisionDay(_Day):
    """The day of the decision."""

    def plan(self, context: RuleContext) -> pl.Expr:
        return pl.lit(context.decided_on)

    def phrase(self, context: RuleContext) -> Text:
        return Text("决定日", "the decision day")

    def document(self) -> Any:
        return "decided_on"


def days(operating_days: Column, since: Column | None = None) -> Term:
    """Return the days over which a daily average is taken, by the interpretation `daily_average`."""
    options: dict[str, Term] = {"calendar_days": DaysOfYear(since), "operating_days": operating_days}
    return choice("daily_average", options)


def later_of(one: Column, other: Column) -> LaterDay:
    """Return the later of two days."""
    return LaterDay(one, other)
