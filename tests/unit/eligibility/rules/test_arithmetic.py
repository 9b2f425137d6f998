"""The traps that arithmetic is kept in one place for."""

from __future__ import annotations

from datetime import date
from itertools import product

import polars as pl
import pytest

from services.eligibility.facts.catalogue import LARGEST
from services.eligibility.rules.grammar import Column, RuleContext, Text, arithmetic
from services.eligibility.rules.grammar.combinations import Combination
from services.eligibility.rules.grammar.conditions import Holds
from services.eligibility.rules.grammar.results import Figure

VALUES = pl.DataFrame({"a": [LARGEST, None, 3], "b": [10, 20, None], "group": [1, 1, 2]})


def column(expression: pl.Expr) -> list[object]:
    return VALUES.select(expression.alias("x"))["x"].to_list()


def test_a_product_does_not_wrap() -> None:
    assert column(arithmetic.product(pl.col("a"), pl.col("a"))) == [LARGEST**2, None, 9]


def test_the_lesser_of_the_unknown_is_unknown() -> None:
    assert column(arithmetic.lesser(pl.col("a"), pl.col("b"))) == [10, None, None]


def test_a_total_with_an_unknown_part_is_unknown() -> None:
    totals = VALUES.group_by("group").agg(x=arithmetic.total(pl.col("a"))).sort("group")
    assert totals["x"].to_list() == [None, 3]


def test_nothing_is_divided_by_zero() -> None:
    assert column(arithmetic.floored(pl.col("b"), pl.lit(0))) == [None, None, None]
    assert column(arithmetic.floored(pl.col("b"), pl.lit(3))) == [3, 6, None]


def test_below_zero_stops_at_zero() -> None:
    assert column(arithmetic.not_below_zero(pl.col("b") - 15)) == [0, 5, None]


def test_what_does_not_fit_raises() -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError):
        VALUES.select(arithmetic.whole(arithmetic.product(pl.col("a"), pl.lit(2**20))))


@pytest.mark.parametrize("kind", ["all", "any"])
@pytest.mark.parametrize("results", list(product((True, False, None), repeat=2)))
def test_kleene(kind: str, results: tuple[bool | None, bool | None]) -> None:
    """A failure decides `all`, a met condition `any`, whatever is unknown."""
    flags = [Column(name, "flag", Text(name, name)) for name in "ab"]
    combination = Combination("both", kind, tuple(Holds(flag.name, flag) for flag in flags))
    cases = pl.DataFrame([results], schema={"a": pl.Boolean, "b": pl.Boolean}, orient="row")
    decisive = kind == "any"
    expected = decisive if decisive in results else None if None in results else not decisive
    context = RuleContext({}, {}, date(2025, 1, 1), date(2025, 1, 1))
    assert cases.select(combination.plan(context)).item() is expected


@pytest.mark.parametrize(
    ("value", "denominator", "shown"),
    [
        (8_000_000, 10_000, 800),
        (8_008_000, 10_000, "800.8"),
        (5, 10_000, "0.0005"),
        (LARGEST, 1, LARGEST),
        (LARGEST + 1, 1, str(LARGEST + 1)),
        (None, 1, None),
    ],
)
def test_figures_are_shown_exactly(value: int | None, denominator: int, shown: object) -> None:
    assert Figure(value, "", denominator).plain() == shown


def test_a_year_begins_and_ends_on_its_days() -> None:
    years = pl.Series("year", range(1, 10_000))
    found = years.to_frame().select(
        first=arithmetic.first_day(pl.col("year")), last=arithmetic.last_day(pl.col("year"))
    )
    assert found.rows() == [(date(year, 1, 1), date(year, 12, 31)) for year in years]
