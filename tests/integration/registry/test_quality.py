"""Odd and missing data are told, per award that they would decide, and never refused."""

from __future__ import annotations

from typing import Any

from services.registry.quality.domain import SIGNS
from tests.integration.registry.conftest import Registry, enterprise, uscc

A, B = uscc(1), uscc(2)


def told(registry: Registry, **query: Any) -> set[tuple[str, str, str]]:
    found = registry.items("/v1/quality", limit=3, **query)
    return {(item["code"], item["dataset"], str(item["key"][-1])) for item in found}


def test_every_sign_can_be_looked_for(registry: Registry) -> None:
    assert told(registry) == set()
    assert told(registry, as_of=0) == set()
    assert len({(sign.code, sign.dataset, sign.field) for sign in SIGNS}) == len(SIGNS)


def test_what_is_odd_is_told(registry: Registry) -> None:
    registry.recorded("enterprises", enterprise(A, registered_on="2019-06-01"), enterprise(B))
    registry.recorded(
        "monitoring_inclusions",
        {"uscc": A, "track": "retail", "included_on": "2018-01-01", "removed_on": "2022-06-30"},
    )
    registry.recorded(
        "annual_sales",
        {"uscc": A, "year": 2018, "online_retail_fen": 5},
        {"uscc": A, "year": 2019, "online_retail_fen": 500},
        {"uscc": A, "year": 2020, "online_retail_fen": 600},
        {"uscc": A, "year": 2021, "online_retail_fen": None},
    )
    registry.recorded("courier_years", {"uscc": B, "year": 2021, "operating_days": 366, "parcels": 1, "rent_fen": 1})
    registry.recorded("courier_years", {"uscc": B, "year": 2020, "operating_days": 366, "parcels": 1})
    registry.recorded(
        "park_years",
        {"park_id": "P", "year": 2021, "operating_area_m2": 5, "ecommerce_area_m2": 6, "online_retail_fen": 1},
    )
    assert told(registry) - {("unknown_region", "enterprises", A), ("unknown_region", "enterprises", B)} == {
        ("missing_figure", "annual_sales", "2021"),
        ("sudden_jump", "annual_sales", "2019"),
        ("before_registration", "annual_sales", "2018"),
        ("before_registration", "monitoring_inclusions", "2018-01-01"),
        ("monitored_without_location", "monitoring_inclusions", "2018-01-01"),
        ("days_above_year", "courier_years", "2021"),
        ("missing_figure", "courier_years", "2020"),
        ("part_above_whole", "park_years", "2021"),
        ("no_parent", "park_years", "2021"),
    }
    assert told(registry, award="courier-rent") == {
        ("days_above_year", "courier_years", "2021"),
        ("missing_figure", "courier_years", "2020"),
    }
    assert told(registry, uscc=B, code="missing_figure") == {("missing_figure", "courier_years", "2020")}
    assert told(registry, by="liandu-officer") == set()
