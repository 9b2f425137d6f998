"""How far cases are from what they were refused by, counted over all cases of an award at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_

import polars as pl

from services.eligibility.engine.cases import EvaluatedCases
from services.eligibility.engine.outcomes import GRANTED, REFUSED
from services.eligibility.rules.grammar.comparisons import Comparison
from services.eligibility.rules.grammar.conditions import Condition
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import WIDE

BANDS = (5, 10, 20, 50, 99, 100)
"""Percent of the threshold that a case lacks at most; what is in the last band alone has less than a hundredth of it."""


@dataclass(frozen=True, slots=True)
class Band:
    """Refused cases that lack at most `up_to_percent` of a threshold, and more than the band before.

    `alone` of them fail nothing else.
    """

    up_to_percent: int
    cases: int
    alone: int


@dataclass(frozen=True, slots=True)
class Distances:
    """Refused cases that fail a condition; `bands` is empty for one that compares no numbers."""

    condition: Condition
    cases: int
    alone: int
    bands: tuple[Band, ...]


def distances(evaluated: EvaluatedCases, *, jurisdiction: str | None) -> list[Distances]:
    """Count the refused cases of an award by the conditions that they fail and what they lack; of one jurisdiction if given."""
    resolved, context = evaluated.resolved, evaluated.context
    cases = _of(evaluated, REFUSED, jurisdiction)
    named = (*resolved.conditions, *resolved.conditions_compared)
    found = []
    for name, condition in named:
        failed = ~pl.col(name)
        others = [pl.col(other) for other, _ in named if other != name]
        alone = reduce(and_, others, failed)
        own = cases.lazy().filter(failed).select(alone=alone.fill_null(value=False), lacks=_lacks(condition, context))
        counted = own.group_by("lacks").agg(cases=pl.len(), alone=pl.col("alone").sum()).collect()
        by_band = {lacks: (several, only) for lacks, several, only in counted.iter_rows()}
        bands = (Band(most, *by_band.get(most, (0, 0))) for most in BANDS) if _is_measured(condition) else ()
        total = counted.sum()
        if counted.height:
            found.append(Distances(condition, int(total["cases"][0]), int(total["alone"][0]), tuple(bands)))
    return found


def granted_amounts(evaluated: EvaluatedCases, *, jurisdiction: str | None) -> dict[int, int]:
    """Return how many cases of an award get each amount (fen), the smallest first; of one jurisdiction if given."""
    granted = _of(evaluated, GRANTED, jurisdiction).get_column("amount").value_counts().sort("amount")
    return dict(granted.iter_rows())


def _of(evaluated: EvaluatedCases, result: str, jurisdiction: str | None) -> pl.DataFrame:
    cases = evaluated.cases.filter(pl.col("result") == result)
    if jurisdiction is None:
        return cases
    return cases.filter(pl.col(evaluated.resolved.award.place.jurisdiction.name) == jurisdiction)


def _is_measured(condition: Condition) -> bool:
    """Whether a condition asks for at least a number; days are no numbers of which one has a share."""
    if not isinstance(condition, Comparison) or condition.sign not in ("at_least", "more_than"):
        return False
    return condition.measured.unit() not in ("day", "year")


def _lacks(condition: Condition, context: RuleContext) -> pl.Expr:
    """Return the first of BANDS that a case is in; null where a condition says nothing of how much is short."""
    if not _is_measured(condition):
        return pl.lit(None, dtype=pl.Int64)
    assert isinstance(condition, Comparison)
    measured = condition.measured.plan(context).cast(WIDE) * condition.threshold.denominator(context)
    threshold = condition.threshold.plan(context).cast(WIDE) * condition.measured.denominator(context)
    short = (threshold - measured) * 100
    band = pl.lit(BANDS[-1])
    for most in reversed(BANDS[:-1]):
        band = pl.when(short <= threshold * most).then(pl.lit(most)).otherwise(band)
    return band.cast(pl.Int64)
