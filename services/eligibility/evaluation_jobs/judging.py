"""Judging what an evaluation asks for: which years, as of which day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from services.eligibility.engine.evaluate import KEPT, evaluate
from services.eligibility.evaluation_jobs import domain
from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.domain import Interpretations, Policy

PAIRS = {"award": pl.String, "subject": pl.String}
FIRST_DAYS = {"award": pl.String, "subject": pl.String, "identity_year": pl.Int32, "first_decided_on": pl.Date}


def as_decided(
    facts: Facts,
    book: Policy,
    readings: Interpretations,
    award_years: Sequence[int],
    decided_on: date,
    first_days: pl.DataFrame,
    *,
    awards: Collection[str] | None = None,
    subjects: pl.DataFrame | None = None,
    open_days: pl.DataFrame | None = None,
    undecided: bool = True,
) -> pl.DataFrame:
    """Return `outcomes` on `decided_on`, sorted.

    Awards in force (`first_days`) keep their first version's decision day for what depends on that day; what has happened
    since then counts too. First proposals that are open (`open_days`) are judged as of their own day.
    Without `undecided`, these two alone are returned.
    """
    # Asked about an earlier day, what is decided already is not undone for want of time.
    kept = [(day, max(day, decided_on), rows) for day, rows in _by_day(first_days)]
    kept += [] if open_days is None else [(day, day, rows) for day, rows in _by_day(open_days)]
    found = outcomes(
        facts, book, readings, award_years, decided_on, awards=awards if undecided else [], subjects=subjects
    )
    for first, day, decided in kept:
        if undecided and first == day == decided_on:
            continue
        again = decided.select(list(PAIRS)).unique()
        if subjects is not None:
            again = again.join(subjects, on=list(PAIRS), how="semi")
        if again.is_empty():
            continue
        then = outcomes(facts, book, readings, award_years, day, awards=awards, subjects=again, first_decided_on=first)
        same = {"on": ["award", "subject", "identity_year"], "nulls_equal": True}
        found = pl.concat(
            [
                _with_identity(found, book).join(decided, how="anti", **same),  # type: ignore[arg-type]
                _with_identity(then, book).join(decided, how="semi", **same),  # type: ignore[arg-type]
            ]
        ).drop("identity_year")
    return in_order(found)


def in_order(found: pl.DataFrame) -> pl.DataFrame:
    """Sort outcomes as an evaluation keeps them."""
    return found.sort("award", "subject", "award_year", nulls_last=True)


def _by_day(decided: pl.DataFrame) -> list[tuple[date, pl.DataFrame]]:
    parts = decided.partition_by("first_decided_on", as_dict=True)
    return [(day, rows) for (day,), rows in parts.items() if isinstance(day, date)]


def outcomes(
    facts: Facts,
    book: Policy,
    readings: Interpretations,
    award_years: Sequence[int],
    day: date,
    *,
    awards: Collection[str] | None = None,
    subjects: pl.DataFrame | None = None,
    first_decided_on: date | None = None,
) -> pl.DataFrame:
    """Return what is granted and what stays open: yearly awards of `award_years`, those given once over all their years.

    Of `awards` and `subjects`, if they are given.
    """
    wanted = {award.code for award in book.awards} if awards is None else set(awards)
    if subjects is not None:
        wanted &= set(subjects["award"])
    return pl.concat(
        evaluate(
            facts, book, readings, years, day, [code for code in codes if code in wanted],
            subjects=subjects, results=KEPT, first_decided_on=first_decided_on,
        )
        for years, codes in (
            (award_years, domain.award_codes(book, once=False)),
            (book.possible_years, domain.award_codes(book, once=True)),
        )
    )  # fmt: skip


def _with_identity(outcomes: pl.DataFrame, book: Policy) -> pl.DataFrame:
    return outcomes.with_columns(identity_year=domain.identity_year(book))
