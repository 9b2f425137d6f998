"""Judging what an evaluation asks for: which subjects, which years, as of which day."""

from __future__ import annotations

from collections.abc import Collection
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

    `first_days`: one row per award that keeps a decision day, that of its first version. `paid`: awards and subjects whose
    version in force, or open proposal, pays an enterprise in scope.
    """

    first_days: pl.DataFrame
    paid: pl.DataFrame


def judge(
    request: EvaluationRequest, facts: Facts, book: Book, readings: Readings, standing: Standing
) -> tuple[pl.DataFrame, Judged]:
    """Return the outcomes to keep, sorted, and which awards were judged.

    Yearly awards are judged for the years asked for, those given once over all their years. An award with a version in force
    keeps that version's first decision day for what depends on the day.
    """
    pairs = subjects_in_scope(request, facts, book, standing)
    subjects = None if pairs is None else set(pairs.iter_rows())
    kept = outcomes_of(request, facts, book, readings, standing.first_days, pairs)
    return kept, Judged(request.policy, request.award_years, subjects)


def outcomes_of(
    request: EvaluationRequest,
    facts: Facts,
    book: Book,
    readings: Readings,
    first_days: pl.DataFrame,
    pairs: pl.DataFrame | None,
    awards: Collection[str] | None = None,
) -> pl.DataFrame:
    """Return the outcomes to keep of some pairs (None: all) and awards (None: all), sorted, as `judge` does."""
    outcomes = _outcomes(request, facts, book, readings, request.decided_on, pairs, awards)
    for (day,), decided in first_days.partition_by("first_decided_on", as_dict=True).items():
        assert isinstance(day, date)
        if day == request.decided_on:
            continue
        again = decided.select(list(PAIRS)).unique()
        if awards is not None:
            again = again.filter(pl.col("award").is_in(list(awards)))
        if pairs is not None:
            again = again.join(pairs, on=list(PAIRS), how="semi")
        if again.is_empty():
            continue
        then = _with_identity(_outcomes(request, facts, book, readings, day, again, awards), book)
        same = {"on": ["award", "subject", "identity_year"], "nulls_equal": True}
        outcomes = pl.concat(
            [
                _with_identity(outcomes, book).join(decided, how="anti", **same),  # type: ignore[arg-type]
                then.join(decided, how="semi", **same),  # type: ignore[arg-type]
            ]
        ).drop("identity_year")
    return in_order(outcomes)


def in_order(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Sort outcomes as an evaluation keeps them."""
    return outcomes.sort("award", "subject", "award_year", nulls_last=True)


def subjects_in_scope(
    request: EvaluationRequest, facts: Facts, book: Book, standing: Standing | None = None
) -> pl.DataFrame | None:
    """Return the (award, subject) pairs in scope; None: all. A subject counts that names an enterprise, or did when decided."""
    if request.scope == "all":
        return None
    named = subjects_touching(facts, book, request.scope)
    return named if standing is None else pl.concat([named, standing.paid]).unique().sort(list(PAIRS))


def _outcomes(
    request: EvaluationRequest,
    facts: Facts,
    book: Book,
    readings: Readings,
    day: date,
    pairs: pl.DataFrame | None,
    awards: Collection[str] | None,
) -> pl.DataFrame:
    wanted = {award.code for award in book.awards} if awards is None else set(awards)
    if pairs is not None:
        wanted &= set(pairs["award"])
    return pl.concat(
        evaluate(facts, book, readings, years, day, chosen, subjects=pairs, results=KEPT)
        for years, codes in (
            (request.award_years, domain.award_codes(book, once=False)),
            (book.possible_years, domain.award_codes(book, once=True)),
        )
        for chosen in [[code for code in codes if code in wanted]]
    )


def _with_identity(outcomes: pl.DataFrame, book: Book) -> pl.DataFrame:
    return outcomes.with_columns(identity_year=domain.identity_year(book))
