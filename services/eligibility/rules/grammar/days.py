# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""Days: the length of a year, the later of two days, and the first award year's reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from services.eligibility.rules.grammar.choices import ChosenTerm
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column, Row, Term
from services.eligibility.rules.text import Text


@dataclass(frozen=True)
class DaysOfYear(Term):
    """Calendar days of the award year, or in the year of `since` those from that day on (both ends counted)."""

    since: Column | None = None

    def plan(self, setting: RuleContext) -> pl.Expr:
        first, last = pl.date(pl.col("award_year"), 1, 1), pl.date(pl.col("award_year"), 12, 31)
        if self.since is not None:
            opened = self.since.plan(setting)
            first = pl.when(opened > first).then(opened).otherwise(first)
        days = ((last - first).dt.total_days() + 1).clip(lower_bound=0)
        return days if self.since is None else pl.when(self.since.plan(setting).is_not_null()).then(days)

    def value(self, row: Row, setting: RuleContext) -> Any:
        year = row["award_year"]
        first = date(year, 1, 1)
        if self.since is not None:
            opened = self.since.value(row, setting)
            if opened is None:
                return None
            first = max(first, opened)
        return max(0, (date(year, 12, 31) - first).days + 1)

    def bound(self, setting: RuleContext) -> int:
        return 366

    def leaves(self, setting: RuleContext) -> Iterator[Column]:
        if self.since is not None:
            yield self.since

    def phrase(self, setting: RuleContext) -> Text:
        if self.since is None:
            return Text("全年日历天数", "calendar days of the year")
        return Text("启用年度自启用日起的日历天数", "calendar days of the year, from opening on in its first")

    def document(self) -> Any:
        return {"days_of_year": None if self.since is None else self.since.document()}


@dataclass(frozen=True)
class LaterDay(Term):
    """The later of two days; unknown while one is."""

    one: Column
    other: Column

    def plan(self, setting: RuleContext) -> pl.Expr:
        one, other = self.one.plan(setting), self.other.plan(setting)
        # Not max_horizontal: that would take the known day for the later one.
        return pl.when(one >= other).then(one).when(one < other).then(other)

    def value(self, row: Row, setting: RuleContext) -> Any:
        one, other = self.one.value(row, setting), self.other.value(row, setting)
        return None if one is None or other is None else max(one, other)

    def parts(self, setting: RuleContext) -> tuple[Term, ...]:
        return (self.one, self.other)

    def all_parts(self) -> tuple[Term, ...]:
        return (self.one, self.other)

    def denominator(self, setting: RuleContext) -> int:
        return 1

    def phrase(self, setting: RuleContext) -> Text:
        return Text(
            f"{self.one.words.zh}与{self.other.words.zh}中较晚者",
            f"the later of {self.one.words.en} and {self.other.words.en}",
        )

    def document(self) -> Any:
        return {"later_of": [self.one.document(), self.other.document()]}


@dataclass(frozen=True)
class CaseDay(Term):
    """31 December of the award year, or the day of the event that the case is about."""

    event: Term | None

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.col("day")

    def value(self, row: Row, setting: RuleContext) -> Any:
        return row["day"]

    def parts(self, setting: RuleContext) -> tuple[Term, ...]:
        return () if self.event is None else (self.event,)

    def all_parts(self) -> tuple[Term, ...]:
        return () if self.event is None else (self.event,)

    def unit(self, setting: RuleContext) -> str:
        return "day"

    def phrase(self, setting: RuleContext) -> Text:
        if self.event is None:
            return Text("奖补年度12月31日", "31 December of the award year")
        return self.event.phrase(setting)

    def document(self) -> Any:
        return {"case_day": None if self.event is None else self.event.document()}


@dataclass(frozen=True)
class YearEnd(Term):
    """31 December of the award year."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.date(pl.col("award_year"), 12, 31)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return None if row["award_year"] is None else date(row["award_year"], 12, 31)

    def unit(self, setting: RuleContext) -> str:
        return "day"

    def phrase(self, setting: RuleContext) -> Text:
        return Text("奖补年度12月31日", "31 December of the award year")

    def document(self) -> Any:
        return "year_end"


@dataclass(frozen=True)
class YearStart(Term):
    """1 January of the award year."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.date(pl.col("award_year"), 1, 1)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return None if row["award_year"] is None else date(row["award_year"], 1, 1)

    def unit(self, setting: RuleContext) -> str:
        return "day"

    def phrase(self, setting: RuleContext) -> Text:
        return Text("奖补年度1月1日", "1 January of the award year")

    def document(self) -> Any:
        return "year_start"


@dataclass(frozen=True)
class ReadDay(Term):
    """A day that is itself the value of a reading."""

    reading: str

    def _day(self, setting: RuleContext) -> date:
        return date.fromisoformat(setting.reading(self.reading))

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.lit(self._day(setting))

    def value(self, row: Row, setting: RuleContext) -> Any:
        return self._day(setting)

    def unit(self, setting: RuleContext) -> str:
        return "day"

    def reading_names(self, setting: RuleContext) -> tuple[str, ...]:
        return (self.reading,)

    def phrase(self, setting: RuleContext) -> Text:
        return Text(setting.reading(self.reading), setting.reading(self.reading))

    def document(self) -> Any:
        return {"day_of_reading": self.reading}


@dataclass(frozen=True)
class AwardYear(Term):
    """The award year itself."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.col("award_year").cast(pl.Int64)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return row["award_year"]

    def unit(self, setting: RuleContext) -> str:
        return "year"

    def phrase(self, setting: RuleContext) -> Text:
        return Text("奖补年度", "award year")

    def document(self) -> Any:
        return "award_year"


@dataclass(frozen=True)
class DecisionDay(Term):
    """The day on which it is decided."""

    def plan(self, setting: RuleContext) -> pl.Expr:
        return pl.lit(setting.decided_on)

    def value(self, row: Row, setting: RuleContext) -> Any:
        return setting.decided_on

    def unit(self, setting: RuleContext) -> str:
        return "day"

    def phrase(self, setting: RuleContext) -> Text:
        return Text("决定日", "the decision day")

    def document(self) -> Any:
        return "decided_on"


def days(operating_days: Column, since: Column | None = None) -> ChosenTerm:
    """Days over which a daily average is taken, by the reading `daily_average`."""
    return ChosenTerm("daily_average", (("operating_days", operating_days), ("calendar_days", DaysOfYear(since))))


def later_of(one: Column, other: Column) -> LaterDay:
    """The later of two days."""
    return LaterDay(one, other)
