"""Judging: every condition of an award over all its cases, in one vectorised pass.

Cheap conditions come first. Where refused cases are not asked for, they are dropped as soon as one condition fails,
so that only what is left is looked up, measured and joined. Where they are, nothing is gained by testing early.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from services.eligibility.engine.cases import blanks_for, cases_of
from services.eligibility.engine.increments import less_given_before
from services.eligibility.engine.one_time_awards import choose_candidates, mark_first_years, mark_highest_levels
from services.eligibility.engine.outcomes import GRANTED, REFUSED, UNDETERMINED
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.common import (
    HIGHEST_LEVEL,
    INTEGRITY,
    ONCE,
    condition_on_integrity,
    condition_on_payment,
    conditions_on_time,
)
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.lookups import PAYEE_ENTRY, Attachment, PayeeEntry, PayeePlace
from services.eligibility.rules.grammar.measures import Measure
from services.eligibility.rules.grammar.plans import collect
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column

#: A condition with the name of the boolean column that tells its result.
Named = tuple[str, Condition]


@dataclass(frozen=True)
class Judged:
    """The cases of one award with a boolean column per condition, `verdict` and `amount`.

    `conditions` pairs each boolean column with its condition, in the order of the explanation. `parts`: by the name of
    a measure what its figures were made of, each row with the number `case` of its case.
    """

    cases: pl.DataFrame
    conditions: tuple[Named, ...]
    lookups: tuple[Attachment | Measure, ...]
    parts: Mapping[str, pl.LazyFrame]


def conditions_of(award: Award, setting: RuleContext) -> tuple[Condition, ...]:
    """Every condition that is tested case by case, shared ones first and last, readings applied."""
    on_payment = (
        (condition_on_payment(award.paid_under, once=award.about.once),) if award.paid_before_by_subject else ()
    )
    integrity = (condition_on_integrity(),) if setting.reading("integrity_screen") == "exclude" else ()
    return (*conditions_on_time(award.about), *award.conditions(), *on_payment, *integrity)


def columns_read(award: Award, conditions: Sequence[Condition], setting: RuleContext) -> list[Column]:
    """Every column that conditions, amounts, jurisdiction and order read under these readings, each once."""
    amounts = [award.amount, None if award.in_later_years is None else award.in_later_years.later]
    columns = [leaf for condition in conditions for leaf in condition.leaves(setting)]
    columns += [leaf for amount in amounts if amount is not None for leaf in amount.leaves(setting)]
    columns += [award.place.column(setting), *award.about.payee.leaves(setting)]
    if award.about.earliest_by:
        columns += [leaf for term in award.about.order() for leaf in term.leaves(setting)]
    if award.about.rank is not None:
        columns.append(award.about.rank[0])
    for column in list(columns):
        columns += _needed(column)
    return list({column.name: column for column in columns}.values())


def _needed(column: Column) -> list[Column]:
    if column.source is None:
        return []
    return [found for needed in column.source.needs() for found in (needed, *_needed(needed))]


def _lookups(columns: Sequence[Column]) -> list[Attachment | Measure]:
    """The lookups behind these columns, each after what it needs, cheap and selective ones first; then what all show."""
    found: list[Attachment | Measure] = []

    def add(column: Column) -> None:
        if column.source is not None and column.source not in found:
            for needed in column.source.needs():
                add(needed)
            found.append(column.source)

    ranked = sorted((column for column in columns if column.source is not None), key=_cost)
    for column in ranked:
        add(column)
    return [*found, *(shown for shown in (PAYEE_ENTRY, INTEGRITY) if shown not in found)]


def _cost(column: Column) -> int:
    lookup = column.source
    if isinstance(lookup, Measure):
        return 3
    return 2 if isinstance(lookup, PayeePlace) else 1 if isinstance(lookup, PayeeEntry) else 0


def judge_all(
    award: Award,
    facts: Facts,
    setting: RuleContext,
    years: Sequence[int],
    *,
    keep_refused: bool,
    also: pl.Series | None = None,
) -> Judged:
    """Judge every case of these award years.

    `also` names subjects that get a blank case for each year in which facts tell nothing of them. With
    `keep_refused` false the frame holds no failed case.
    """
    conditions = conditions_of(award, setting)
    named = tuple((f"condition.{i}", condition) for i, condition in enumerate(conditions))
    columns = columns_read(award, conditions, setting)
    lookups = _lookups(columns)
    plan = cases_of(award, facts, years, setting, columns)
    about = [facts[dataset] for dataset in award.about.datasets]
    if also is not None:
        known = collect(plan, *about)
        about.append(also.to_frame())
        plan = pl.concat([known.lazy(), blanks_for(award, known, also, years)], how="diagonal")
    tests = _tests(named, lookups, setting, keep_refused)
    cases = collect(_tested(plan, tests[0], setting, keep_refused), *about).with_row_index("case")
    parts: dict[str, pl.LazyFrame] = {}
    for lookup, now in zip(lookups, tests[1:], strict=True):
        if isinstance(lookup, Measure):
            measured = lookup.function(cases, facts, setting)
            parts[lookup.name], cases = measured.parts, lookup.beside(cases, measured.figures)
        else:
            cases = lookup.attach(cases, facts, setting)
        if now:
            cases = collect(_tested(cases.lazy(), now, setting, keep_refused), cases)
    cases = cases.with_columns(met=pl.all_horizontal(name for name, _ in named))
    return _concluded(award, Judged(cases, named, tuple(lookups), parts), facts, setting)


def _tests(
    named: Sequence[Named], lookups: Sequence[Attachment | Measure], setting: RuleContext, keep_refused: bool
) -> list[list[Named]]:
    """The conditions to test before any lookup and after each: as early as they can be, all in the end if none drops a case."""
    tests: list[list[Named]] = [[] for _ in range(len(lookups) + 1)]
    for name, condition in named:
        needed = [lookups.index(leaf.source) + 1 for leaf in condition.leaves(setting) if leaf.source is not None]
        tests[-1 if keep_refused else max(needed, default=0)].append((name, condition))
    return tests


def _tested(cases: pl.LazyFrame, now: Sequence[Named], setting: RuleContext, keep_refused: bool) -> pl.LazyFrame:
    """Test conditions; drop failed cases unless refusals are wanted."""
    tested = cases.with_columns(condition.plan(setting).alias(name) for name, condition in now)
    return tested if keep_refused else tested.filter(pl.col(name) | pl.col(name).is_null() for name, _ in now)


def _concluded(award: Award, judged: Judged, facts: Facts, setting: RuleContext) -> Judged:
    cases, conditions = judged.cases, judged.conditions
    if award.about.once:
        cases = mark_first_years(choose_candidates(award, cases, setting))
        more: list[Named] = [("condition.once", ONCE)]
        if award.about.rank is not None:
            cases = mark_highest_levels(award, cases)
            more.append(("condition.highest", HIGHEST_LEVEL))
        plans = {name: condition.plan(setting) for name, condition in more}
        cases = cases.with_columns(**plans, met=pl.all_horizontal("met", *plans.values()))
        conditions = (*conditions, *more)
    if award.amount is None:
        cases = cases.with_columns(amount=pl.lit(0, dtype=pl.Int64))
    else:
        later = award.in_later_years
        amounts = {"amount": award.amount.plan(setting)}
        if later is not None and later.applies(setting):
            amounts["later_amount"] = later.later.plan(setting)
        cases = cases.with_columns(**amounts)
        if "later_amount" in amounts:
            cases = less_given_before(award, cases, facts)
    return replace(judged, cases=cases.with_columns(verdict=_verdict(award)), conditions=conditions)


def _verdict(award: Award) -> pl.Expr:
    """A met case whose amount is unknown is undetermined; one whose amount is zero is not issued, unless in kind."""
    met, amount = pl.col("met"), pl.col("amount")
    issued = pl.lit(True) if award.amount is None else amount != 0
    return (
        pl.when(met & issued)
        .then(pl.lit(GRANTED))
        .when(met.is_null() | (met & amount.is_null()))
        .then(pl.lit(UNDETERMINED))
        .otherwise(pl.lit(REFUSED))
    )
