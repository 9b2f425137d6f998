"""The cases of an award: from its facts, and for those who have no row about it, a blank one."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from services.eligibility.facts.catalogue import Facts
from services.eligibility.policy.grammar.award import Award
from services.eligibility.policy.grammar.setting import Setting
from services.eligibility.policy.grammar.terms import Column


def cases_of(
    award: Award, facts: Facts, years: Sequence[int], setting: Setting, columns: Sequence[Column]
) -> pl.LazyFrame:
    """The cases that facts tell of."""
    return award.about.cases(facts, years, setting, columns)


def blanks_for(award: Award, known: pl.DataFrame, subjects: pl.Series, years: Sequence[int]) -> pl.DataFrame:
    """Cases with nothing known, for subjects that facts tell nothing of in a year; `about_known` is false.

    An award about events has none for a subject with an event in another year: there it simply had none.
    Where the subject is an enterprise it is its own payee, so that form, place and integrity are still judged.
    """
    wanted = (
        subjects.alias("subject")
        .to_frame()
        .join(pl.Series("award_year", sorted(years), dtype=pl.Int32).to_frame(), how="cross")
    )
    blank = wanted.join(known, on=["subject", "award_year"] if award.about.yearly_judged else "subject", how="anti")
    payee = pl.col("subject") if award.about.subject_is_enterprise else pl.lit(None, dtype=pl.String)
    day = pl.date(pl.col("award_year"), 12, 31) if award.about.yearly_judged else pl.lit(None, dtype=pl.Date)
    named = {
        name: pl.col("subject") if award.about.subject_is_enterprise and name in award.about.payee_origins() else None
        for name in known.columns
    }
    filled = blank.with_columns(payee=payee, day=day, about_known=pl.lit(False)).with_columns(
        **{
            name: pl.lit(None, dtype=known.schema[name]) if origin is None else origin
            for name, origin in named.items()
            if name not in ("subject", "award_year", "payee", "day", "about_known")
        }
    )
    return filled.select(known.columns)
