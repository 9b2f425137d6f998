"""Judging what an evaluation asks for: which subjects, which years, as of which day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from services.eligibility.decisions.proposals import Judged
from services.eligibility.evaluation.closure import subjects_touching
from services.eligibility.evaluation.evaluate import KEPT, evaluate
from services.eligibility.evaluations import domain
from services.eligibility.evaluations.schemas import EvaluationRequest
from services.eligibility.facts.catalogue import Facts
from services.eligibility.policy.domain import Book, Readings

PAIRS = {"award": pl.String, "subject": pl.String}
FIRST_DAYS = {"award": pl.String, "subject": pl.String, "identity_year": pl.Int32, "first_decided_on": pl.Date}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is decided already, as far as it bears on an evaluation.

    `first_days`: one row per award in force, with the decision day of its first version. `paid`: awards and subjects whose
    version in force, or open proposal, pays an enterprise in scope.
    """

    first_days: pl.DataFrame
    paid: pl.DataFrame


def judge(
    request: EvaluationRequest, facts: Facts, book: Book, readings: Readings, standing: Standing
) -> tuple[pl.DataFrame, Judged]:
    """Return the outcomes to keep, sorted, and which awards were judged.

    Yearly awards are judged for the years asked for, those given once over all their years. An award with a version in force
    keeps its first version's decision day for what depends on that day; what has happened since then counts too.
    """
    pairs = subjects_in_scope(request, facts, book, standing)
    years, day = request.award_years, request.decided_on
    outcomes = as_decided(facts, book, readings, years, day, standing.first_days, subjects=pairs)
    subjects = None if pairs is None else set(pairs.iter_rows())
    kept = outcomes.sort("award", "subject", "award_year", nulls_last=True)
    return kept, Judged(request.policy, request.award_years, subjects)


def subjects_in_scope(
    request: EvaluationRequest, facts: Facts, book: Book, standing: Standing | None = None
) -> pl.DataFrame | None:
    """Return the (award, subject) pairs in scope; None: all. A subject counts that names an enterprise, or did when decided."""
    if request.scope == "all":
        return None
    named = subjects_touching(facts, book, request.scope)
    return named if standing is None else pl.concat([named, standing.paid]).unique().sort(list(PAIRS))


def as_decided(
    facts: Facts,
    book: Book,
    readings: Readings,
    award_years: Sequence[int],
    decided_on: date,
    first_days: pl.DataFrame,
    *,
    awards: Collection[str] | None = None,
    subjects: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return `outcomes` on `decided_on`.

    Awards in force (`first_days`) keep their first version's decision day for what depends on that day; what has happened
    since then counts too.
    """
    found = outcomes(facts, book, readings, award_years, decided_on, awards=awards, subjects=subjects)
    for (first,), decided in first_days.partition_by("first_decided_on", as_dict=True).items():
        assert isinstance(first, date)
        if first == decided_on:
            continue
        # Asked about an earlier day, what is decided already is not undone for want of time.
        day = max(first, decided_on)
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
    return found


def outcomes(
    facts: Facts,
    book: Book,
    readings: Readings,
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
    return pl.concat(
        evaluate(
            facts, book, readings, years, day, [code for code in codes if awards is None or code in awards],
            subjects=subjects, results=KEPT, first_decided_on=first_decided_on,
        )
        for years, codes in (
            (award_years, domain.award_codes(book, once=False)),
            (book.possible_years, domain.award_codes(book, once=True)),
        )
    )  # fmt: skip


def _with_identity(outcomes: pl.DataFrame, book: Book) -> pl.DataFrame:
    return outcomes.with_columns(identity_year=domain.identity_year(book))
