"""The split: worked cases, and its laws over whatever amounts and fractions."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from shared.fiscal_split import SplitRule, UnitShare, split
from shared.money import MAX_FEN

CASES = yaml.safe_load((Path(__file__).parent / "cases" / "fiscal_split.yaml").read_text("utf-8"))
UNITS = ("city", "liandu", "development_zone")


def share(unit: str, fraction: str) -> UnitShare:
    numerator, denominator = fraction.split("/")
    return UnitShare(unit, int(numerator), int(denominator))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_worked_cases(case: dict[str, Any]) -> None:
    rule = SplitRule(tuple(share(*item) for item in case["shares"].items()), case["remainder_to"])
    pays = {unit: list(parts) for unit, parts in split(case["instalments"], rule)}
    assert pays == case["pays"]


@st.composite
def rules(draw: st.DrawFn) -> SplitRule:
    weights = draw(st.lists(st.integers(0, 1000), min_size=1, max_size=3).filter(any))
    whole = sum(weights)
    fractions = [Fraction(weight, whole) for weight in weights]
    factor = draw(st.integers(1, 1000))
    shares = tuple(
        UnitShare(unit, f.numerator * factor, f.denominator * factor) for unit, f in zip(UNITS, fractions, strict=False)
    )
    return SplitRule(shares, draw(st.sampled_from([s.unit for s in shares])))


amounts = st.one_of(st.integers(0, 5), st.integers(0, 10**9), st.integers(0, MAX_FEN // 12))


@given(rule=rules(), instalments=st.lists(amounts, min_size=1, max_size=12))
@example(rule=SplitRule(tuple(UnitShare(u, 1, 3) for u in UNITS), "liandu"), instalments=[1, 1, 1])
def test_laws(rule: SplitRule, instalments: list[int]) -> None:
    parts = dict(split(instalments, rule))
    assert set(parts) == {s.unit for s in rule.shares}
    for number, amount in enumerate(instalments):
        assert sum(part[number] for part in parts.values()) == amount, "Σ over units is the instalment"
    total = sum(instalments)
    for each in rule.shares:
        assert min(parts[each.unit]) >= 0, "no part is negative"
        if each.unit != rule.remainder_to:
            floor = Fraction(total * each.numerator, each.denominator).__floor__()
            assert sum(parts[each.unit]) == floor, "Σ over instalments is the unit's floored share of the whole"


@given(rule=rules(), instalments=st.lists(amounts, min_size=1, max_size=6))
def test_only_the_remainder_depends_on_who_takes_it(rule: SplitRule, instalments: list[int]) -> None:
    totals = {unit: sum(parts) for unit, parts in split(instalments, rule)}
    for other in rule.shares:
        moved = {unit: sum(parts) for unit, parts in split(instalments, SplitRule(rule.shares, other.unit))}
        for unit in set(totals) - {rule.remainder_to, other.unit}:
            assert moved[unit] == totals[unit]
        assert 0 <= totals[rule.remainder_to] - moved[rule.remainder_to] < len(rule.shares)
