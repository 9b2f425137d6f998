"""Judging what an evaluation asks for: which subjects, which years, as of which day."""

from __future__ import annotations

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
    outcomes = _outcomes(request, facts, book, readings, request.decided_on, pairs)
    for (first,), decided in standing.first_days.partition_by("first_decided_on", as_dict=True).items():
        assert isinstance(first, date)
        if first == request.decided_on:
            continue
        # Asked about an earlier day, what is decided already is not undone for want of time.
        day = max(first, request.decided_on)
        again = decided.select(list(PAIRS)).unique()
        if pairs is not None:
            again = again.join(pairs, on=list(PAIRS), how="semi")
        if again.is_empty():
            continue
        then = _with_identity(_outcomes(request, facts, book, readings, day, again, first), book)
        same = {"on": ["award", "subject", "identity_year"], "nulls_equal": True}
        outcomes = pl.concat(
            [
                _with_identity(outcomes, book).join(decided, how="anti", **same),  # type: ignore[arg-type]
                then.join(decided, how="semi", **same),  # type: ignore[arg-type]
            ]
        ).drop("identity_year")
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


def _outcomes(
    request: EvaluationRequest,
    facts: Facts,
    book: Book,
    readings: Readings,
    day: date,
    pairs: pl.DataFrame | None,
    first: date | None = None,
) -> pl.DataFrame:
    return pl.concat(
        evaluate(facts, book, readings, years, day, awards, subjects=pairs, results=KEPT, first_decided_on=first)
        for years, awards in (
            (request.award_years, domain.award_codes(book, once=False)),
            (book.possible_years, domain.award_codes(book, once=True)),
        )
    )


def _with_identity(outcomes: pl.DataFrame, book: Book) -> pl.DataFrame:
    return outcomes.with_columns(identity_year=domain.identity_year(book))
