"""What counts as growth: a slope that stays, not noise, a peak, or a step at the start."""

from __future__ import annotations

import random

import pytest

from tests.soak.growth import LEAST_SAMPLES, MIB, Allowance, Series, growth

DICE = random.Random(1)
MEMORY = Allowance(0.05, 8 * MIB)
STEADY = [200 * MIB + DICE.uniform(-5, 5) * MIB for _ in range(60)]
CASES = {
    "steady with noise": (STEADY, False),
    "a leak of half a MiB a sample": ([value + n * MIB / 2 for n, value in enumerate(STEADY)], True),
    "one peak": ([*STEADY[:40], 900 * MIB, *STEADY[41:]], False),
    "a step during the warm-up": ([100 * MIB] * 18 + STEADY[18:], False),
    "it shrinks": ([value - n * MIB for n, value in enumerate(STEADY)], False),
    "too few samples": ([value * (n + 1) for n, value in enumerate(STEADY[: 18 + LEAST_SAMPLES - 1])], False),
}


@pytest.mark.parametrize("case", CASES)
def test_growth_is_a_slope_that_stays(case: str) -> None:
    values, expected = CASES[case]
    series = Series(case, "B", MEMORY, [(float(n), value) for n, value in enumerate(values)])
    assert series.grows(warm_up_seconds=18) is expected


def test_growth_is_told_in_the_unit_of_the_value() -> None:
    assert growth([(10.0, 5.0), (20.0, 6.0), (30.0, 7.0)]) == pytest.approx(2.0)
    assert growth([(10.0, 5.0)]) == 0.0
