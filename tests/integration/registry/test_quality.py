"""Odd and missing data are told, per award that they would decide, and never refused."""

from __future__ import annotations

from typing import Any

from services.registry.quality.signs import SIGNS
from shared.policies import TIERED_AWARDS, UNTIERED_AWARDS
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
        ("without_location", "courier_years", "2020"),
        ("without_location", "courier_years", "2021"),
    }
    assert told(registry, award="courier-rent") == {
        ("days_above_year", "courier_years", "2021"),
        ("missing_figure", "courier_years", "2020"),
        ("without_location", "courier_years", "2020"),
        ("without_location", "courier_years", "2021"),
    }
    assert told(registry, uscc=B, code="missing_figure") == {("missing_figure", "courier_years", "2020")}
    assert told(registry, by="liandu-officer") == set()


def test_every_award_has_signs_of_what_would_decide_it() -> None:
    told_of = {award for sign in SIGNS for award in sign.awards}
    assert told_of == {*TIERED_AWARDS, *UNTIERED_AWARDS}


def test_a_loan_without_its_years_interest_is_told_for_every_year_with_a_balance(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("locations", {"uscc": A, "since": "2015-01-01", "jurisdiction": "liandu"})
    loan = {"licensed_lender": True, "business_purpose": True, "drawn_on": "2020-06-01", "tenor_months": 36}
    registry.recorded("loans", {"loan_id": "L", "uscc": A, "lender": "丽水样例银行", **loan})
    period = {"loan_id": "L", "since": "2020-06-01", "until": "2023-01-01", "principal_fen": 100}
    registry.recorded("loan_balances", period)
    registry.recorded(
        "loan_years",
        {"loan_id": "L", "year": 2020, "interest_paid_fen": 3, "other_subsidy_fen": 0},
        {"loan_id": "L", "year": 2021, "other_subsidy_fen": 0},
    )
    assert told(registry, award="loan-interest") == {
        ("missing_figure", "loan_years", "2021"),
        ("missing_figure", "loan_years", "2022"),
    }
    assert told(registry, award="loan-interest", by="liandu-officer") == told(registry, award="loan-interest")


def test_a_yuan_sale_in_a_year_without_a_rate_is_told(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("locations", {"uscc": A, "since": "2015-01-01", "jurisdiction": "city"})
    rate = {
        "series": "usd_cny_year",
        "effective_on": "2020-01-01",
        "value": 68974,
        "status": "secondary",
        "source": "-",
    }
    registry.recorded("reference_rates", rate)
    sold = {"uscc": A, "sales_usd_cents": 0, "sales_cny_fen": 5, "postage_fen": 1}
    registry.recorded("cross_border_years", {**sold, "year": 2020}, {**sold, "year": 2021})
    assert told(registry, award="crossborder-postage") == {("no_rate", "cross_border_years", "2021")}


def test_periods_that_end_on_their_last_day_are_told(registry: Registry) -> None:
    registry.enterprises(A, B)
    registry.imported(
        f"统一社会信用代码,起始日期,所在地区,终止日期\n{A},2015-06-01,莲都区,2023-12-31\n{A},2024-01-01,莲都区,\n".encode(),
        dataset="locations",
    )
    assert told(registry, dataset="locations") == {
        ("gap_of_one_day", "locations", "2015-06-01"),
        ("ends_on_31_december", "locations", "2015-06-01"),
    }
    registry.imported(
        f"统一社会信用代码,起始日期,所在地区,截止日期（含当日）\n{B},2015-06-01,莲都区,2023-12-31\n{B},2024-01-01,莲都区,\n".encode(),
        dataset="locations",
    )
    assert told(registry, dataset="locations", uscc=B) == set()
    ends = {item["until"] for item in registry.items("/v1/datasets/locations/records", uscc=B)}
    assert ends == {"2024-01-01", None}


def test_odd_days_names_and_holders_are_told(registry: Registry) -> None:
    registry.recorded(
        "enterprises",
        enterprise(A, registered_on="1900-01-01"),
        enterprise(B, name="-"),
        enterprise(uscc(3), name="（丽）公司"),
    )
    account = {"since": "2020-01-01", "bank_code": "102343000018", "account_number": "6222000011112222"}
    registry.recorded(
        "payee_accounts",
        {"uscc": A, "account_holder": "别人的公司", **account},
        {"uscc": uscc(3), "account_holder": "(丽) 公司", **account},
    )
    assert told(registry, code="odd_day") == {("odd_day", "enterprises", A)}
    assert told(registry, code="odd_name") == {("odd_name", "enterprises", B)}
    assert {item["uscc"] for item in registry.items("/v1/quality", code="holder_differs")} == {A}
