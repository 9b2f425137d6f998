"""What the awards share: payees, places, earlier payments, once, and the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from services.eligibility.facts.catalogue import Facts

COLUMNS = ("award", "subject", "award_year", "result", "entitlement_fen", "jurisdiction")
AREA = ("city", "liandu", "development_zone")
WAN = 1_000_000  # fen
POLICY_YEARS = range(2020, 2025)
FIRST_DAY, LAST_DAY = date(2020, 1, 2), date(2025, 1, 2)

MET = pl.col("met")


@dataclass(frozen=True)
class Known:
    """The facts, and the award years that are asked for."""

    facts: Facts
    years: tuple[int, ...]

    def rows(self, dataset: str) -> pl.LazyFrame:
        """Return all rows of a dataset."""
        return self.facts[dataset].lazy()

    def of_years(self, dataset: str) -> pl.LazyFrame:
        """Return a dataset's rows of the years asked for."""
        return self.rows(dataset).filter(pl.col("year").is_in(self.years))

    def in_each_year(self, rows: pl.LazyFrame, years: Sequence[int] = POLICY_YEARS) -> pl.LazyFrame:
        """Return `rows` once for each year."""
        return rows.join(pl.LazyFrame({"year": list(years)}, schema={"year": pl.Int64}), how="cross")

    def payees(self, *forms: str, but: str = "") -> pl.LazyFrame:
        """Return who has one of `forms`, or any `but` one, with `jurisdiction` and `urban`, null where no place is known."""
        form = pl.col("legal_form")
        having = self.rows("enterprises").filter(form.is_in(forms) if forms else form != but).select("uscc")
        places = self.rows("locations").select("uscc", "jurisdiction", urban=pl.col("jurisdiction").is_in(AREA))
        return having.join(places, on="uscc", how="left")

    def enterprises(self) -> pl.LazyFrame:
        """Return enterprises that are not known to be outside the area."""
        return self.payees("enterprise").filter(pl.col("urban").fill_null(value=True))

    def not_government(self) -> pl.LazyFrame:
        """Return units of any form but government that are not known to be outside the area."""
        return self.payees(but="government").filter(pl.col("urban").fill_null(value=True))

    def monitored(self, *tracks: str) -> pl.LazyFrame:
        """Return who is in monitoring on one of `tracks`, or on any."""
        rows = self.rows("monitoring_inclusions")
        return (rows.filter(pl.col("track").is_in(tracks)) if tracks else rows).select("uscc").unique()

    def unpaid(self, cases: pl.LazyFrame, *awards: str, by: Sequence[str] = ("uscc",)) -> pl.LazyFrame:
        """Drop the cases whose subject, or subject and year, was paid before under one of `awards`."""
        paid = self.rows("prior_awards").filter(pl.col("award").is_in(awards))
        keys = [pl.col("subject"), pl.col("award_year").alias("year")][: len(by)]
        return cases.join(paid.select(keys), left_on=list(by), right_on=["subject", "year"][: len(by)], how="anti")

    def concluded(self, award: str, cases: pl.LazyFrame, subject: str = "uscc", *, money: bool = True) -> pl.LazyFrame:
        """Keep what is granted or undetermined of cases with `met` and `fen`; a cash award of zero is not issued."""
        if money:
            cases = cases.with_columns(met=pl.when(MET).then(pl.col("fen") > 0).otherwise(MET))
        year = pl.col("year")
        return cases.filter(MET.fill_null(value=True) & (year.is_in(self.years) | year.is_null())).select(
            award=pl.lit(award),
            subject=subject,
            award_year=year.cast(pl.Int32),
            result=pl.when(MET).then(pl.lit("granted")).otherwise(pl.lit("undetermined")),
            entitlement_fen=(pl.when(MET).then("fen").otherwise(0) if money else pl.lit(0)).cast(pl.Int64),
            jurisdiction="jurisdiction",
        )


def within_validity(day: str) -> pl.Expr:
    """Whether a day is within the policy's validity; unknown where the day is."""
    return pl.col(day).is_between(FIRST_DAY, LAST_DAY)


def in_area(place: str = "jurisdiction") -> pl.Expr:
    """Whether a place is in the area; unknown where the place is."""
    return pl.col(place).is_in(AREA)


def once(cases: pl.LazyFrame, subject: str = "uscc") -> pl.LazyFrame:
    """Keep each subject's first year in which it is met, and what is undetermined before it or without a year.

    Nobody moves, so it does not matter which of several candidates of a year qualifies.
    """
    cases = cases.filter(MET.fill_null(value=True))
    met = MET.any(ignore_nulls=False)
    cases = cases.group_by(subject, "year").agg(met, pl.col("jurisdiction").first())
    first = pl.col("year").filter("met").min().over(subject)
    return cases.filter((pl.col("year") <= first).fill_null(value=True))
