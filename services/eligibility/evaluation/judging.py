"""Judging: every condition of an award over all its cases, in one vectorised pass.

Cheap conditions come first. Where refused cases are not asked for, they are dropped as soon as one condition fails,
so that only what is left is looked up, measured and joined.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.policy.grammar.award import Award
from services.eligibility.policy.grammar.common import (
    HIGHEST_LEVEL,
    INTEGRITY,
    ONCE,
    condition_on_integrity,
    condition_on_payment,
    conditions_on_time,
)
from services.eligibility.policy.grammar.conditions import Condition
from services.eligibility.policy.grammar.lookups import PAYEE_ENTRY, Lookup, PayeeEntry, PayeePlace
from services.eligibility.policy.grammar.measures import Measure
from services.eligibility.policy.grammar.setting import Setting
from services.eligibility.policy.grammar.terms import Column

from .cases import blanks_for, cases_of
from .once import CHOSEN, choose_candidates, mark_first_years, mark_highest_levels
from .outcomes import GRANTED, REFUSED, UNDETERMINED
from .series import less_given_before


@dataclass(frozen=True)
class Judged:
    """The cases of one award with a boolean column per condition, `verdict` and `amount`.

    `conditions` pairs each boolean column with its condition, in the order of the explanation.
    """

    cases: pl.DataFrame
    conditions: tuple[tuple[str, Condition], ...]
    lookups: tuple[Lookup, ...]


def conditions_of(award: Award, setting: Setting) -> tuple[Condition, ...]:
    """Every condition that is tested case by case, shared ones first and last, readings applied."""
    on_payment = (
        (condition_on_payment(award.paid_under, once=award.about.once),) if award.paid_before_by_subject else ()
    )
    integrity = (condition_on_integrity(),) if setting.reading("integrity_screen") == "exclude" else ()
    return (*conditions_on_time(award.about), *award.conditions(), *on_payment, *integrity)


def columns_read(award: Award, conditions: Sequence[Condition], setting: Setting) -> list[Column]:
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


def _lookups(columns: Sequence[Column]) -> list[Lookup]:
    """The lookups behind these columns, each after what it needs; cheap and selective ones first."""
    found: list[Lookup] = []

    def add(column: Column) -> None:
        if column.source is not None and column.source not in found:
            for needed in column.source.needs():
                add(needed)
            found.append(column.source)

    ranked = sorted((column for column in columns if column.source is not None), key=_cost)
    for column in ranked:
        add(column)
    return found


def _cost(column: Column) -> int:
    lookup = column.source
    if isinstance(lookup, Measure):
        return 3
    return 2 if isinstance(lookup, PayeePlace) else 1 if isinstance(lookup, PayeeEntry) else 0


def judge_all(
    award: Award,
    facts: Facts,
    setting: Setting,
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
    waiting = list(named)
    lazy = cases_of(award, facts, years, setting, columns)
    if also is not None:
        known = lazy.collect()
        lazy = pl.concat([known, blanks_for(award, known, also, years)]).lazy()
    cases, waiting = _tested(lazy, waiting, set(), setting, keep_refused)
    lookups = _lookups(columns)
    ready: set[Lookup] = set()
    for lookup in lookups:
        cases = lookup.attach(cases, facts, setting)
        ready.add(lookup)
        cases, waiting = _tested(cases.lazy(), waiting, ready, setting, keep_refused)
    for lookup in (PAYEE_ENTRY, INTEGRITY):
        cases = cases if lookup in ready else lookup.attach(cases, facts, setting)
    met = pl.lit(True)
    for name, _ in named:
        met = met & pl.col(name)
    cases = cases.with_columns(met=met)
    return _concluded(award, Judged(cases, named, tuple(lookups)), facts, setting)


def _tested(
    cases: pl.LazyFrame,
    waiting: list[tuple[str, Condition]],
    ready: set[Lookup],
    setting: Setting,
    keep_refused: bool,
) -> tuple[pl.DataFrame, list[tuple[str, Condition]]]:
    """Test the conditions whose columns are all there; drop failed cases unless refusals are wanted."""
    now = [
        pair for pair in waiting if all(leaf.source is None or leaf.source in ready for leaf in pair[1].leaves(setting))
    ]
    if now:
        cases = cases.with_columns(condition.plan(setting).alias(name) for name, condition in now)
        if not keep_refused:
            cases = cases.filter(pl.col(name) | pl.col(name).is_null() for name, _ in now)
    return cases.collect(), [pair for pair in waiting if pair not in now]


def _concluded(award: Award, judged: Judged, facts: Facts, setting: Setting) -> Judged:
    cases, conditions = judged.cases, judged.conditions
    if award.about.once:
        cases = mark_first_years(choose_candidates(award, cases, setting))
        cases = cases.filter(CHOSEN)
        more: list[tuple[str, Condition]] = [("condition.once", ONCE)]
        if award.about.rank is not None:
            cases = mark_highest_levels(award, cases)
            more.append(("condition.highest", HIGHEST_LEVEL))
        for name, condition in more:
            cases = cases.with_columns(condition.plan(setting).alias(name)).with_columns(
                met=pl.col("met") & pl.col(name)
            )
        conditions = (*conditions, *more)
    verdict = pl.when(pl.col("met")).then(pl.lit(GRANTED)).when(pl.col("met").is_null()).then(pl.lit(UNDETERMINED))
    cases = cases.with_columns(verdict.otherwise(pl.lit(REFUSED)).alias("verdict"))
    if award.amount is None:
        return Judged(cases.with_columns(amount=pl.lit(0, dtype=pl.Int64)), conditions, judged.lookups)
    cases = cases.with_columns(award.amount.plan(setting).alias("amount"))
    later = award.in_later_years
    if later is not None and later.applies(setting):
        cases = cases.with_columns(later.later.plan(setting).alias("later_amount"))
        cases = less_given_before(award, cases, facts)
    return Judged(cases.with_columns(_paid()), conditions, judged.lookups)


def _paid() -> pl.Expr:
    """A met case whose amount is unknown is undetermined; one whose amount is zero is not issued."""
    met = pl.col("verdict") == GRANTED
    return (
        pl.when(met & pl.col("amount").is_null())
        .then(pl.lit(UNDETERMINED))
        .when(met & (pl.col("amount") == 0))
        .then(pl.lit(REFUSED))
        .otherwise("verdict")
        .alias("verdict")
    )
