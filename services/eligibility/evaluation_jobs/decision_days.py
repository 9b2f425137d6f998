"""Evaluation as of the right day: awards with decisions keep their day, new ones are evaluated on the decision day asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from services.eligibility.engine.evaluate import KEPT, evaluate
from services.eligibility.evaluation_jobs.domain import award_codes, identity_year
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations, Policy

PAIRS: dict[str, type[pl.DataType]] = {"award": pl.String, "subject": pl.String}
FIRST_DAYS: dict[str, type[pl.DataType]] = {
    "award": pl.String,
    "subject": pl.String,
    "identity_year": pl.Int32,
    "first_decided_on": pl.Date,
}


def evaluate_as_decided(
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    award_years: Sequence[int],
    decided_on: date,
    first_days: pl.DataFrame,
    *,
    awards: Collection[str] | None = None,
    subjects: pl.DataFrame | None = None,
    open_days: pl.DataFrame | None = None,
    with_new: bool = True,
) -> pl.DataFrame:
    """Return the outcomes on `decided_on`, sorted.

    Awards in force (`first_days`) keep their first version's decision day for what depends on that day; later facts count too.
    Open first proposals (`open_days`) are evaluated as of their own day. Without `with_new`, only these two are returned.
    """
    # An earlier day than the first decision's does not undo that decision.
    kept = [(day, max(day, decided_on), rows) for day, rows in _by_day(first_days)]
    kept += [] if open_days is None else [(day, day, rows) for day, rows in _by_day(open_days)]
    found = evaluate_all_years(
        facts, policy, interpretations, award_years, decided_on, awards=awards if with_new else [], subjects=subjects
    )
    for first, day, decided in kept:
        if with_new and first == day == decided_on:
            continue
        again = decided.select(list(PAIRS)).unique()
        if subjects is not None:
            again = again.join(subjects, on=list(PAIRS), how="semi")
        if again.is_empty():
            continue
        then = evaluate_all_years(
            facts, policy, interpretations, award_years, day, awards=awards, subjects=again, first_decided_on=first
        )
        same = {"on": ["award", "subject", "identity_year"], "nulls_equal": True}
        found = pl.concat(
            [
                _with_identity(found, policy).join(decided, how="anti", **same),  # type: ignore[arg-type]
                _with_identity(then, policy).join(decided, how="semi", **same),  # type: ignore[arg-type]
            ]
        ).drop("identity_year")
    return in_order(found)


def evaluate_all_years(
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    award_years: Sequence[int],
    day: date,
    *,
    awards: Collection[str] | None = None,
    subjects: pl.DataFrame | None = None,
    first_decided_on: date | None = None,
) -> pl.DataFrame:
    """Return what is granted or undetermined: yearly awards of `award_years`, awards given once over all their years.

    Only of `awards` and `subjects`, if they are given.
    """
    codes = {award.code for award in policy.awards} if awards is None else set(awards)
    if subjects is not None:
        codes &= set(subjects["award"])
    return pl.concat(
        evaluate(
            facts, policy, interpretations, years, day, [code for code in group if code in codes],
            subjects=subjects, results=KEPT, first_decided_on=first_decided_on,
        )
        for years, group in (
            (award_years, award_codes(policy, once=False)),
            (policy.possible_years, award_codes(policy, once=True)),
        )
    )  # fmt: skip


def in_order(found: pl.DataFrame) -> pl.DataFrame:
    """Sort outcomes in the order in which an evaluation stores them."""
    return found.sort("award", "subject", "award_year", nulls_last=True)


def _by_day(decided: pl.DataFrame) -> list[tuple[date, pl.DataFrame]]:
    parts = decided.partition_by("first_decided_on", as_dict=True)
    return [(day, rows) for (day,), rows in parts.items() if isinstance(day, date)]


def _with_identity(outcomes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return outcomes.with_columns(identity_year=identity_year(policy))
