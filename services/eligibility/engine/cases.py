"""The cases of an award: from its facts, and for those who have no row about it, a blank one."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.rules.grammar.award import Award
from services.eligibility.rules.grammar.rule_context import RuleContext
from services.eligibility.rules.grammar.terms import Column


def cases_of(
    award: Award, facts: Facts, years: Sequence[int], setting: RuleContext, columns: Sequence[Column]
) -> pl.LazyFrame:
    """The cases that facts tell of."""
    return award.about.cases(facts, years, setting, columns)


def blanks_for(award: Award, known: pl.DataFrame, subjects: pl.Series, years: Sequence[int]) -> pl.LazyFrame:
    """Cases with nothing known, for subjects that facts tell nothing of in a year; `about_known` is false, null columns left out.

    An award about events has none for a subject with an event in another year: there it simply had none.
    Where the subject is an enterprise it is its own payee, so that form, place and integrity are still judged.
    """
    about = award.about
    keys = ["subject", "award_year"] if about.yearly_judged else ["subject"]
    own = {"payee", *about.payee_origins()} & set(known.columns) if about.subject_is_enterprise else set[str]()
    filled = dict.fromkeys(own - {"subject"}, pl.col("subject")) | {"about_known": pl.lit(False)}
    if about.yearly_judged:
        filled["day"] = pl.date(pl.col("award_year"), 12, 31)
    asked = pl.LazyFrame({"subject": subjects}).join(
        pl.LazyFrame({"award_year": sorted(years)}, schema={"award_year": pl.Int32}), how="cross"
    )
    return asked.join(known.lazy().select(keys), on=keys, how="anti").with_columns(**filled)
