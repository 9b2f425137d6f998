"""A simulation's budgets are split as payout splits: the same law, whatever the amounts and fractions."""

from __future__ import annotations

from collections import Counter
from datetime import date

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from services.eligibility.scenarios.costs import budgets
from shared.fiscal_split import SplitRule, UnitShare, split

UNITS = ("city", "liandu", "development_zone")
THIRDS = SplitRule(tuple(UnitShare(unit, 1, 3) for unit in UNITS), "liandu")


@st.composite
def rules(draw: st.DrawFn) -> SplitRule:
    weights = draw(st.lists(st.integers(0, 9), min_size=1, max_size=3).filter(any))
    shares = tuple(UnitShare(unit, weight, sum(weights)) for unit, weight in zip(UNITS, weights, strict=False))
    return SplitRule(shares, draw(st.sampled_from([share.unit for share in shares])))


def compared(awards: list[list[int]]) -> pl.DataFrame:
    """Return a comparison in which `awards` (the instalments of each, one a year) are granted by the simulation alone."""
    instalments = [
        [{"number": place + 1, "due_offset_years": place, "amount_fen": fen} for place, fen in enumerate(parts)]
        for parts in awards
    ]
    none = [None] * len(awards)
    part = pl.Struct({"number": pl.Int16(), "due_offset_years": pl.Int16(), "amount_fen": pl.Int64()})
    return pl.DataFrame(
        {
            "award": pl.Series(["courier-rent"] * len(awards)),
            "result": pl.Series(["granted"] * len(awards)),
            "jurisdiction": pl.Series(["city"] * len(awards)),
            "payee_uscc": pl.Series([str(number) for number in range(len(awards))]),
            "entitlement_fen": pl.Series([sum(parts) for parts in awards]),
            "instalments": pl.Series(instalments, dtype=pl.List(part)),
            "today_result": pl.Series(none, dtype=pl.String()),
            "today_jurisdiction": pl.Series(none, dtype=pl.String()),
            "today_payee_uscc": pl.Series(none, dtype=pl.String()),
            "today_entitlement_fen": pl.Series(none, dtype=pl.Int64()),
            "today_instalments": pl.Series(none, dtype=pl.List(part)),
        }
    )


amounts = st.one_of(st.integers(0, 5), st.integers(0, 10**9))


@given(rule=rules(), awards=st.lists(st.lists(amounts, min_size=1, max_size=5), min_size=1, max_size=6))
@example(rule=THIRDS, awards=[[1, 1, 1]])
@example(rule=THIRDS, awards=[[1, 1, 1], [1, 1, 1], [2]])
def test_budgets_are_the_sums_of_what_payout_would_split(rule: SplitRule, awards: list[list[int]]) -> None:
    expected: Counter[tuple[str, int]] = Counter()
    for parts in awards:
        for unit, own in split(parts, rule):
            for place, fen in enumerate(own):
                expected[unit, 2025 + place] += fen
    found = budgets(compared(awards), date(2025, 3, 1), {("city", "*"): rule})
    assert {(row["unit"], row["due_year"]): row["amount_fen"] for row in found} == dict(expected)
    assert all(row["amount_fen"] >= 0 and row["today_fen"] == 0 for row in found)


def test_a_row_that_names_the_award_goes_before_the_row_for_all() -> None:
    rows = {("city", "*"): THIRDS, ("city", "courier-rent"): SplitRule((UnitShare("city", 1, 1),), "city")}
    found = budgets(compared([[9]]), date(2025, 3, 1), rows)
    assert [(row["unit"], row["amount_fen"]) for row in found] == [("city", 9)]


def test_money_that_no_row_covers_has_no_unit() -> None:
    assert [(row["unit"], row["amount_fen"]) for row in budgets(compared([[9]]), date(2025, 3, 1), {})] == [(None, 9)]
