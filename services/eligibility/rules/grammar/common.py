# ruff: noqa: ARG002, D102 - overriding methods keep the signature and the docstring of their base
"""What every award shares: validity, the day of decision, earlier payments, integrity, being given once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.combinations import Always, Combination, condition_by
from services.eligibility.rules.grammar.comparisons import Comparison
from services.eligibility.rules.grammar.conditions import Condition, Figures, Holds, figure_text
from services.eligibility.rules.grammar.days import (
    FIRST_DAY,
    LAST_DAY,
    AwardYear,
    CaseDay,
    DecisionDay,
    YearEnd,
    YearStart,
)
from services.eligibility.rules.grammar.lookups import PAYEE, Attachment, Read
from services.eligibility.rules.grammar.plans import collect
from services.eligibility.rules.grammar.rule_context import Row, RuleContext, years_later
from services.eligibility.rules.grammar.subjects import About
from services.eligibility.rules.grammar.terms import Column, parameter
from services.eligibility.rules.grammar.wording import said
from services.eligibility.rules.grammar.words import at_least, no_later_than, within_validity
from services.eligibility.rules.parameters import ParameterValues
from services.eligibility.rules.text import Text
from shared.i18n import N_

#: Names of the shared conditions.
SHARED_WORDS: dict[str, Text] = {
    "award-year": Text("奖补年度在政策有效期内", "award year within the policy's validity"),
    "award-year-from": Text("不早于首个奖补年度", "not before the first award year"),
    "award-year-to": Text("不晚于最后奖补年度", "not after the last award year"),
    "year-begun": Text("奖补年度已开始", "the award year has begun"),
    "year-ended": Text("奖补年度已结束", "the award year has ended"),
    "validity": Text("事项发生在政策有效期内", "the event lies within the policy's validity"),
    "validity-from-first-day": Text("不早于施行日", "not before the first day of validity"),
    "validity-to-last-day": Text("不晚于有效期最后一日", "not after the last day of validity"),
    "happened": Text("事项已发生", "the event has happened"),
    "legal-form": Text("受奖单位组织形式", "the payee's legal form"),
    "not-government": Text("受奖单位不是政府机关", "the payee is no government body"),
    "place": Text("在适用地区内", "within the area covered"),
    "payee-place": Text("受奖单位在适用地区内", "the payee is within the area covered"),
    "project-place": Text("项目在适用地区内", "the project is within the area covered"),
    "not-paid-before": Text("此前未就同一事项支付", "not paid for the same matter before"),
    "integrity": Text("无失信或处罚记录", "no dishonesty or penalty on record"),
    "once": Text("此前年度未获同一奖补", "not given in an earlier year"),
    "highest-level": Text("为当年符合条件的最高级别", "the highest level that counts in the year"),
}
#: Shared conditions that the sentence which grants an award states itself, unless the package names a criterion for them.
SAID_BY_AWARD = {"legal-form", "not-paid-before", "once", "highest-level"}


#: What holds for every award and is no condition of one.
_SHARED_RULES = (
    N_(
        "An award follows from the recorded data as of one revision, this policy, its interpretations, the award year and the"
        " decision day, and from nothing else."
    ),
    N_(
        "A year is a calendar year. “Reaches” and “at least” include the number, “exceeds” and “more than” do not. A period runs"
        " from its first day to the day before its end; without an end it is open."
    ),
    N_(
        "Where data that a condition needs are not on record, it is undetermined: nothing is paid, and what is missing is named."
        " It is never read as zero or as the cap."
    ),
    N_(
        "A condition that is not met refuses the award, also where another one is undetermined. Where one of several is"
        " enough, one that is met is enough, whatever the others are."
    ),
    N_(
        "Place and recognition count as of 31 December of the award year, or for what happens on a day, as of that day."
        " The legal form counts as it is registered, whatever the day."
    ),
    N_("A mark takes nothing from the amount: who approves sees it and has to give a reason."),
    N_(
        "Interpretations say how the document's own sentences are read where they can be read in more than one way. Criteria of"
        " practice are rules that the document does not state."
    ),
    N_("Amounts are calculated in fen and cut to the fen in the last step. One that comes to zero is not awarded."),
    N_(
        "There is one award for a subject and an award year, or for a subject alone where it is given once. A later result"
        " replaces the earlier one and never adds to it."
    ),
    N_(
        "An award given once belongs to the first award year in which every condition is known to be met. An undetermined year"
        " before it is passed over; should it turn out to be met, the award moves there."
    ),
    N_("What was paid before or outside this system, whenever, uses the award up."),
    N_(
        "The payee's record counts if it is a serious dishonesty in force on the decision day, or a safety, quality or tax case"
        " that began in the {years} up to it, both days included."
    ),
    N_(
        "Other public money counts for the same award and subject, and for awards of each year the same award year, whenever it"
        " was given and whichever enterprise the row names. It is taken into account in the last step of the amount."
    ),
)


def shared_rules(parameters: Mapping[str, ParameterValues]) -> list[Text]:
    """Return what holds for every award of a policy with these numbers and is no condition of one, in words."""
    return [said(rule, years=parameters["integrity_lookback_years"].value_phrase()) for rule in _SHARED_RULES]


@dataclass(frozen=True)
class PaidBefore(Attachment):
    """Whether no earlier payment uses the award up: by subject if it is given once, else by subject and award year."""

    codes: tuple[str, ...]
    once: bool

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        if facts["prior_awards"].is_empty():
            return cases.with_columns(pl.lit(True).alias("paid_before.open"))
        keys = ["subject"] if self.once else ["subject", "award_year"]
        paid = facts["prior_awards"].lazy().filter(pl.col("award").is_in(self.codes))
        paid = paid.select("subject", pl.col("award_year").cast(pl.Int32)).select(keys).unique()
        joined = cases.lazy().join(paid.with_columns(paid=True), on=keys, how="left", maintain_order="left")
        return collect(
            joined.with_columns(pl.col("paid").is_null().alias("paid_before.open")).drop("paid"),
            cases,
            facts["prior_awards"],
        )

    def reads(self) -> tuple[Read, ...]:
        return (Read("prior_awards", "subject", only=("award", self.codes)),)


@dataclass(frozen=True)
class Integrity(Attachment):
    """The payee's sanctions on the first version's decision day: dishonesty in force, or a case of the year up to it.

    By `credit_repair` a case that has ended by then no longer counts.
    """

    interpretations: tuple[str, ...] = ("credit_repair",)

    def attach(self, cases: pl.DataFrame, facts: Facts, context: RuleContext) -> pl.DataFrame:
        if facts["sanctions"].is_empty():
            none = pl.lit(None, dtype=pl.List(pl.String))
            return cases.with_columns(none.alias("payee.sanctions"), pl.lit(True).alias("payee.clean"))
        day = context.first_decided_on
        since, kind = pl.col("since"), pl.col("kind")
        not_ended = pl.col("until").is_null() | (pl.col("until") > day)
        in_force = (since <= day) & not_ended
        recent = since.is_between(years_later(day, -context.parameter("integrity_lookback_years")), day)
        if context.interpretation("credit_repair") == "counts":
            recent = recent & not_ended
        found = (
            facts["sanctions"]
            .lazy()
            .filter(pl.when(kind == "serious_dishonesty").then(in_force).otherwise(recent))
            .group_by(payee="uscc")
            .agg(pl.col("kind").unique().sort().alias("payee.sanctions"))
        )
        joined = cases.lazy().join(found, on="payee", how="left", maintain_order="left")
        return collect(
            joined.with_columns(pl.col("payee.sanctions").is_null().alias("payee.clean")), cases, facts["sanctions"]
        )

    def reads(self) -> tuple[Read, ...]:
        return (Read("sanctions", "uscc", PAYEE),)


INTEGRITY = Integrity()
CLEAN = Column("payee.clean", "flag", Text("无失信或处罚记录", "no dishonesty or penalty on record"), INTEGRITY)
RECORDED = Text("有失信或处罚记录", "dishonesty or a penalty on record")


def conditions_on_time(about: About) -> tuple[Condition, ...]:
    """Return the conditions on time: a year of the policy that has ended, or an event within validity, by the decision day.

    A year that sums up events must have begun and have a day of validity; each event is then tested by itself.
    """
    if about.sums_events:
        first = Comparison("validity-from-first-day", YearEnd(), "at_least", FIRST_DAY)
        last = no_later_than("validity-to-last-day", YearStart(), LAST_DAY)
        begun = no_later_than("year-begun", YearStart(), DecisionDay())
        return (Combination("validity", "all", (first, last)), begun)
    if about.is_yearly:
        from_first = at_least("award-year-from", AwardYear(), parameter("first_award_year"))
        to_last = no_later_than("award-year-to", AwardYear(), parameter("last_award_year"))
        ended = Comparison("year-ended", YearEnd(), "before", DecisionDay())
        return (Combination("award-year", "all", (from_first, to_last)), ended)
    day = CaseDay(about.event)
    return (within_validity("validity", day, by_end_of_year=False), no_later_than("happened", day, DecisionDay()))


def condition_on_payment(codes: tuple[str, ...], *, once: bool) -> Holds:
    """Return the condition that nothing was paid for the same before, in this system or outside it."""
    words = Text(
        "“此前已付奖补”中没有同一事项的记录", "no payment for the same matter among the earlier ones on record"
    )
    paid = Text("此前已就同一事项支付", "already paid for the same matter")
    return Holds("not-paid-before", Column("paid_before.open", "flag", words, PaidBefore(codes, once)), paid)


#: By `integrity_screen` a payee with a record is excluded, only flagged, or not screened.
INTEGRITY_CONDITION = condition_by(
    "integrity_screen", "integrity", flag=None, exclude=Holds("integrity", CLEAN, RECORDED), off=None
)


@dataclass(frozen=True)
class _FirstYear(Comparison):
    """The award year against the first one that qualifies; nothing that is short would make a later year the first."""

    def figures(self, row: Row, prefix: str, context: RuleContext) -> Figures:
        return {**super().figures(row, prefix, context), "short_by": None}

    def sentence(self, row: Row, figures: Figures, met: bool, context: RuleContext) -> Text:
        year, first = figure_text(figures["measured"]), figure_text(figures["threshold"])
        if met:
            return said(N_("given once only; no year before {year} was found to meet the conditions"), year=year)
        return said(
            N_("given once only, for the first year in which the conditions were met ({first}), not for {year}"),
            first=first,
            year=year,
        )

    def phrase(self, context: RuleContext) -> Text:
        return said(N_("given once only, for the first year in which the conditions were met"))


#: The first award year in which the subject met the conditions, up to the case's own.
FIRST_MET = Column("once.first_year", "year", Text("最先符合条件的年度", "first year in which the conditions were met"))
ONCE = _FirstYear("once", AwardYear(), "at_most", FIRST_MET)
#: Whether no higher level of the unit counts and is still open in the same year.
HIGHEST = Column(
    "unit.is_highest",
    "flag",
    Text("同年度符合条件且此前未奖补的级别中最高", "highest of the year's levels that count and were not given before"),
)
HIGHEST_LEVEL = Holds("highest-level", HIGHEST)


def conditions_once(about: About) -> tuple[Condition, ...]:
    """Return the conditions of an award given once, which compare its cases with each other."""
    same_year = cast("Condition | None", about.same_year)
    compared = () if same_year is None or isinstance(same_year, Always) else (same_year,)
    return (ONCE, *compared) if about.once else ()


def every_condition(award: Award) -> tuple[Condition, ...]:
    """Return every condition of an award, the shared ones included, in the order of the explanation."""
    paid = (condition_on_payment(award.paid_under, once=award.about.once),) if award.paid_before_by_subject else ()
    own = (*conditions_on_time(award.about), *award.conditions(), *paid, INTEGRITY_CONDITION)
    return (*own, *conditions_once(award.about))
