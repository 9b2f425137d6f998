"""A second policy with other numbers, fewer awards and another validity works without engine code."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.rulebook import rulebook
from services.eligibility.engine.evaluate import evaluate
from services.eligibility.engine.explain import explain
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.package import read_package
from tests.policy.packages import county_2021_1
from tests.policy.tables import facts

POLICY = read_package(county_2021_1)
DEFAULTS = Interpretations.official_defaults(POLICY)
DAY = date(2023, 7, 1)
COURIER: list[dict[str, Any]] = [
    {"uscc": "A", "year": year, "parcels": 365 * 1500, "operating_days": None, "rent_fen": 10**7}
    for year in (2021, 2022)
]
YUNHE = [{"uscc": "A", "jurisdiction": "yunhe"}]


def paid(
    tables: dict[str, list[dict[str, Any]]], award: str, interpretations: Interpretations = DEFAULTS
) -> dict[int, str | int]:
    rows = evaluate(facts({"locations": YUNHE, **tables}), POLICY, interpretations, [2021, 2022, 2023], DAY, [award])
    return {
        row["award_year"]: row["entitlement_fen"] if row["result"] == "granted" else row["result"]
        for row in rows.iter_rows(named=True)
    }


def test_a_number_changed_on_a_day_holds_from_that_year_on() -> None:
    assert paid({"courier_years": COURIER}, "courier-rent") == {2021: 100_000, 2022: "refused"}
    more = [{**row, "parcels": 365 * 2000} for row in COURIER]
    assert paid({"courier_years": more}, "courier-rent") == {2021: 100_000, 2022: 200_000}


def test_the_explanation_names_the_number_of_that_year() -> None:
    explained = explain(
        facts({"locations": YUNHE, "courier_years": COURIER}), POLICY, DEFAULTS, "courier-rent", "A", 2022, DAY
    )
    (short,) = explained.near_misses
    assert short.threshold is not None and short.threshold.value == 365 * 2000
    assert short.short_by is not None and short.short_by.value == 365 * 500


def test_the_county_covers_its_own_area_alone() -> None:
    assert paid({"courier_years": COURIER, "locations": [{"uscc": "A"}]}, "courier-rent") == {
        2021: "refused",
        2022: "refused",
    }


def test_three_instalments_with_what_does_not_divide_in_the_last() -> None:
    tables: dict[str, list[dict[str, Any]]] = {
        "annual_sales": [{"uscc": "A", "year": 2021, "online_retail_fen": 10**6 + 9999}],
        "monitoring_inclusions": [{"uscc": "A", "track": "retail"}],
    }
    rows = evaluate(facts({"locations": YUNHE, **tables}), POLICY, DEFAULTS, [2021], DAY, ["retail-year"])
    assert [part["amount_fen"] for part in rows["instalments"][0]] == [33, 33, 34]
    assert [part["due_offset_years"] for part in rows["instalments"][0]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2021, 6, 30), "refused"),
        (date(2021, 7, 1), 700),
        (date(2023, 6, 30), 700),
        (date(2023, 7, 1), "refused"),
    ],
)
def test_its_validity(day: date, expected: str | int) -> None:
    store = {"store_id": "S", "uscc": "A", "in_use_on": day}
    assert paid({"cold_stores": [store]}, "cold-store") == {day.year: expected}


def test_its_own_default_interpretations() -> None:
    tax = [{"uscc": "A", "kind": "tax", "since": date(2021, 7, 1)}]
    assert paid({"courier_years": COURIER[:1], "sanctions": tax}, "courier-rent") == {2021: "refused"}
    flagged = DEFAULTS.with_changes({"integrity_screen": "flag"})
    assert paid({"courier_years": COURIER[:1], "sanctions": tax}, "courier-rent", flagged) == {2021: 100_000}


def test_its_rulebook_and_hash() -> None:
    assert "Cold store" in rulebook(POLICY, "en")
    assert len(POLICY.hash) == 64 and POLICY.with_parameters({"rent_cap": 5}).hash != POLICY.hash
