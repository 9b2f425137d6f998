"""Cases: built from facts, tested by every condition of their award, with amount and result, in one vectorised pass.

In bulk, cheap conditions come first. Unless refused cases are kept, they are dropped as soon as one condition fails, so that only
the rest is looked up, measured and joined. Otherwise every condition is tested at the end, in one plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from services.eligibility.engine.increments import less_given_before, lowered
from services.eligibility.engine.one_time_awards import choose_candidates, mark_first_years, mark_highest_levels
from services.eligibility.engine.outcomes import GRANTED, REFUSED, UNDETERMINED
from services.eligibility.engine.ranking import mark_places
from services.eligibility.engine.resolved_award import Named, Plans, ResolvedAward, plans_of, resolved_award
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.grammar.arithmetic import last_day
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.lookups import Attachment
from services.eligibility.rules.grammar.measures import Measure
from services.eligibility.rules.grammar.other_support import OTHER_SUPPORT
from services.eligibility.rules.grammar.plans import InMemory, Inputs
from services.eligibility.rules.grammar.rule_context import RuleContext


@dataclass(frozen=True)
class EvaluatedCases:
    """The cases of one award with a boolean column per condition, `result` and `amount`."""

    resolved: ResolvedAward
    context: RuleContext
    cases: pl.DataFrame


@dataclass(frozen=True)
class CasesPlan:
    """A plan of these cases.

    `parts`: by the name of a measure what its figures were made of, each row with the number `case` of its case.
    """

    cases: pl.LazyFrame
    parts: Mapping[str, pl.LazyFrame]


def evaluate_cases(
    award: Award,
    facts: Facts,
    context: RuleContext,
    years: Sequence[int],
    *,
    keep_refused: bool,
    extra_subjects: pl.Series | None = None,
) -> EvaluatedCases:
    """Evaluate every case of these award years.

    `extra_subjects` get a blank case for each year in which no row is about them. Without `keep_refused` the frame holds no case
    with a failed condition.
    """
    resolved, inputs = resolved_award(award, context.interpretations), InMemory(facts)
    extra = None if extra_subjects is None else pl.LazyFrame({"subject": extra_subjects})
    plan = plan_cases(resolved, inputs, context, years, keep_refused=keep_refused, extra_subjects=extra)
    return EvaluatedCases(resolved, context, inputs.run(plan.cases))


def plan_cases(
    resolved: ResolvedAward,
    facts: Inputs,
    context: RuleContext,
    years: Sequence[int],
    *,
    keep_refused: bool,
    extra_subjects: pl.LazyFrame | None = None,
) -> CasesPlan:
    """Return the plan of what `evaluate_cases` evaluates."""
    lookups, plans = resolved.lookups, plans_of(resolved, context)
    tests = _tests(resolved, keep_refused=keep_refused)
    plan = resolved.award.about.cases(facts, years, context, resolved.columns)
    if extra_subjects is not None:
        known = facts.shared(plan)
        plan = pl.concat([known, _blanks(resolved, known, extra_subjects, years)], how="diagonal")
    cases = facts.settled(_tested(plan, tests[0], plans, keep_refused).with_row_index("case"))
    parts: dict[str, pl.LazyFrame] = {}
    for lookup, now in zip(lookups, tests[1:], strict=True):
        if isinstance(lookup, Measure):
            cases = facts.shared(cases)
            measured = lookup.function(cases, facts, context)
            parts[lookup.name], cases = measured.parts, lookup.beside(cases, measured.figures, facts)
        else:
            cases = facts.by_frame(cases, partial(_attached, lookup, context))
        if lookup is not lookups[-1]:
            cases = facts.settled(_tested(cases, now, plans, keep_refused))
    plan = _tested(cases, tests[-1], plans, keep_refused)
    plan = plan.with_columns(met=pl.all_horizontal(name for name, _ in resolved.conditions))
    return CasesPlan(_with_results(resolved, plan, facts, context), parts)


def _attached(lookup: Attachment, context: RuleContext, cases: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    return lookup.attach(cases, facts, context)


def _blanks(resolved: ResolvedAward, known: pl.LazyFrame, subjects: pl.LazyFrame, years: Sequence[int]) -> pl.LazyFrame:
    """Return blank cases for subjects that no row is about in a year; `about_known` is false, null columns are left out.

    An award about events has none for a subject with an event in another year: in this year it had no event.
    A subject that is an enterprise is its own payee, so that form, place and integrity are still tested.
    """
    about = resolved.award.about
    keys = ["subject", "award_year"] if about.is_yearly else ["subject"]
    filled = {"about_known": pl.lit(False)}
    if about.subject_is_enterprise:
        owners = {"payee", *(f"{about.dataset}.{name}" for name in CATALOGUE[about.dataset].owners)}
        own = {"payee", *(column.name for column in resolved.columns if column.source is None)}
        filled |= dict.fromkeys(owners & own, pl.col("subject"))
    if about.is_yearly:
        filled["day"] = last_day(pl.col("award_year"))
    every = subjects.join(pl.LazyFrame({"award_year": sorted(years)}, schema={"award_year": pl.Int32}), how="cross")
    return every.join(known.select(keys), on=keys, how="anti").with_columns(**filled)


def _tests(resolved: ResolvedAward, *, keep_refused: bool) -> list[list[Named]]:
    """Return the conditions to test before any lookup and after each: as early as possible, or all at the end."""
    lookups = resolved.lookups
    tests: list[list[Named]] = [[] for _ in range(len(lookups) + 1)]
    for name, condition in resolved.conditions:
        needed = [lookups.index(each.source) + 1 for each in condition.columns_read if each.source is not None]
        tests[-1 if keep_refused else max(needed, default=0)].append((name, condition))
    return tests


def _tested(cases: pl.LazyFrame, now: Sequence[Named], plans: Plans, keep_refused: bool) -> pl.LazyFrame:
    tested = cases.with_columns(plans.conditions[name].alias(name) for name, _ in now)
    if keep_refused or not now:  # Polars takes an empty iterator for an empty column to filter by, and fails
        return tested
    return tested.filter(pl.col(name) | pl.col(name).is_null() for name, _ in now)


def _with_results(resolved: ResolvedAward, plan: pl.LazyFrame, facts: Inputs, context: RuleContext) -> pl.LazyFrame:
    """Compare the cases of an award with each other, if it is ranked or given once; add `amount` and `result`."""
    award, once, plans = resolved.award, resolved.award.about.once, plans_of(resolved, context)
    if once:
        plan = choose_candidates(award, plan, facts, context)
    if resolved.ranking is not None:
        plan = mark_places(resolved.ranking, plan, facts, context, once=once)
        plan = plan.with_columns(met=pl.all_horizontal("met", plans.conditions_compared["condition.rank"]))
    if once:
        plan = mark_first_years(plan)
        plan = plan if award.about.rank is None else mark_highest_levels(award, plan)
    compared = plans.conditions_compared
    if compared:
        plan = plan.with_columns(**compared).with_columns(met=pl.all_horizontal("met", *compared))
    if plans.amount is None:
        plan = plan.with_columns(amount=pl.lit(0, dtype=pl.Int64))
    else:
        plan = plan.with_columns(amount=plans.amount)
        support = pl.col(OTHER_SUPPORT) if resolved.interpretations["overlap"] == "higher_only" else pl.lit(0)
        support = support if resolved.other_support is not None else pl.lit(0)
        if plans.later_amount is not None:
            plan = less_given_before(award, plan, plans.later_amount, support, facts)
        else:
            plan = plan.with_columns(amount=lowered(pl.col("amount"), support))
    return plan.with_columns(result=_result(award))


def _result(award: Award) -> pl.Expr:
    """Return the result: a met case with an unknown amount is undetermined, one with a zero amount refused, unless in kind."""
    met, amount = pl.col("met"), pl.col("amount")
    issued = pl.lit(True) if award.amount is None else amount != 0
    return (
        pl.when(met & issued)
        .then(pl.lit(GRANTED))
        .when(met.is_null() | (met & amount.is_null()))
        .then(pl.lit(UNDETERMINED))
        .otherwise(pl.lit(REFUSED))
    )
