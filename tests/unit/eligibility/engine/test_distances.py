"""Refused cases by what they lack: counted at once, as each case's own explanation tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from datetime import date

import pytest
from stdnum.cn import uscc as codes

from services.eligibility.engine.cases import EvaluatedCases
from services.eligibility.engine.distances import BANDS, Distances, distances, granted_amounts
from services.eligibility.engine.evaluate import evaluate_awards
from services.eligibility.facts.catalogue import CATALOGUE, Facts
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.tables import frame

POLICY = load_policy("lishui-2020-1")
YEAR, DAY = 2021, date(2022, 6, 1)
NEEDED = 3_650_000
"""Parcels in a year with 10,000 a day."""
COURIERS = {
    "A": (NEEDED, "liandu", "enterprise"),
    "B": (NEEDED * 95 // 100, "liandu", "enterprise"),
    "C": (NEEDED * 95 // 100 - 1, "liandu", "enterprise"),
    "D": (NEEDED // 10, "city", "enterprise"),
    "E": (0, "liandu", "enterprise"),
    "F": (NEEDED * 96 // 100, "liandu", "individual"),
}
"""Parcels, place and legal form: a granted one, one on each side of 5 %, a distant one, one with nothing, one failing twice."""


def courier_cases() -> Iterator[EvaluatedCases]:
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in CATALOGUE}
    for letter, (parcels, place, form) in COURIERS.items():
        body = f"91331100MA4T0000{letter}"
        uscc = f"{body}{codes.calc_check_digit(body)}"
        rows["enterprises"].append(
            {"uscc": uscc, "name": letter, "legal_form": form, "registered_on": date(2015, 6, 1)}
        )
        rows["locations"].append({"uscc": uscc, "since": date(2015, 6, 1), "jurisdiction": place})
        year = {"uscc": uscc, "year": YEAR, "parcels": parcels, "operating_days": 365, "rent_fen": 10_000_000}
        rows["courier_years"].append(year)
    facts = Facts.of({name: frame(name, found) for name, found in rows.items()})
    defaults = Interpretations.official_defaults(POLICY)
    return evaluate_awards(facts, POLICY, defaults, [YEAR], DAY, ["courier-rent"], results=("refused", "granted"))


def counted(jurisdiction: str | None) -> dict[str, Distances]:
    [evaluated] = courier_cases()
    return {each.condition.name: each for each in distances(evaluated, jurisdiction=jurisdiction)}


@pytest.mark.parametrize(
    ("place", "bands"),
    [
        (None, {5: (2, 1), 10: (1, 1), 20: (0, 0), 50: (0, 0), 99: (1, 1), 100: (1, 1)}),
        ("city", {5: (0, 0), 10: (0, 0), 20: (0, 0), 50: (0, 0), 99: (1, 1), 100: (0, 0)}),
    ],
)
def test_cases_are_counted_by_how_much_they_lack(place: str | None, bands: dict[int, tuple[int, int]]) -> None:
    [measured] = [each for each in counted(place).values() if each.bands]
    assert [astuple(band) for band in measured.bands] == [(most, *bands[most]) for most in BANDS]
    assert measured.cases == sum(several for several, _ in bands.values())


def test_a_condition_without_a_number_counts_those_that_fail_it() -> None:
    [other] = [each for each in counted(None).values() if not each.bands]
    assert (other.cases, other.alone, other.bands) == (1, 0, ())


def test_granted_cases_are_counted_by_amount() -> None:
    [evaluated] = courier_cases()
    assert granted_amounts(evaluated, jurisdiction=None) == {3_000_000: 1}
    [evaluated] = courier_cases()
    assert granted_amounts(evaluated, jurisdiction="city") == {}
