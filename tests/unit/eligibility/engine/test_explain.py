"""Explanations of the odd ones: unknown subjects, other years, events without a day, and both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.eligibility.engine.evaluate import evaluate
from services.eligibility.engine.explain import NoCaseError, explain
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.tables import facts

POLICY = load_policy("lishui-2020-1")
INTERPRETATIONS = Interpretations.official_defaults(POLICY)
DAY = date(2025, 6, 1)
STORE = {"store_id": "S", "uscc": "A", "jurisdiction": "city", "construction_cost_fen": 10**8}


def test_an_enterprise_without_a_row_is_evaluated_on_what_is_known() -> None:
    gone = {"uscc": "A", "until": date(2016, 1, 1)}
    explained = explain(facts({"locations": [gone]}), POLICY, INTERPRETATIONS, "courier-rent", "A", 2021, DAY)
    assert explained.result == "undetermined"
    lacking = ["parcels", "rent_fen"]
    assert explained.missing == (*(f"courier_years.{name}" for name in lacking), "locations.jurisdiction")


def test_a_subject_that_nobody_knows() -> None:
    explained = explain(facts({}), POLICY, INTERPRETATIONS, "park", "K9", 2021, DAY)
    assert (explained.result, explained.payee_uscc) == ("undetermined", None)


def test_an_event_in_another_year_has_no_case() -> None:
    known = facts({"cold_stores": [STORE | {"in_use_on": date(2021, 5, 5)}]})
    with pytest.raises(NoCaseError, match="2022"):
        explain(known, POLICY, INTERPRETATIONS, "cold-chain", "S", 2022, DAY)


def test_an_event_without_a_day_may_belong_to_any_year() -> None:
    known = facts({"cold_stores": [STORE]})
    for year in (None, 2022):
        explained = explain(known, POLICY, INTERPRETATIONS, "cold-chain", "S", year, DAY)
        assert (explained.award_year, explained.missing) == (None, ("cold_stores.in_use_on",))


def test_both_languages_say_the_same_figures() -> None:
    known = facts({"courier_years": [{"uscc": "A", "year": 2021, "parcels": 5, "rent_fen": 1}]})
    explained = explain(known, POLICY, INTERPRETATIONS, "courier-rent", "A", 2021, DAY)
    zh, en = explained.as_dict("zh-CN"), explained.as_dict("en")
    short = [each["near_misses"][0]["short_by"] for each in (zh, en)]
    assert [(each["value"], each["unit"]) for each in short] == [(3_649_995, "count")] * 2
    assert [each["text"] for each in short] == [
        "10,000 件/日（年发件量 3,649,995 件）",
        "10,000 parcels a day (parcels of the year 3,649,995)",
    ]
    assert (zh["title"], en["title"]) == ("快递企业租房补贴", "Rent of a courier")
    with pytest.raises(ValueError, match="zh-CN, en"):
        explained.as_dict("fr")


COURIER = {
    "courier_years": [{"uscc": "A", "year": year, "parcels": 10**7, "rent_fen": 1} for year in (2019, 2024, 2026)]
}


@pytest.mark.parametrize(
    ("known", "award", "subject", "year", "decided_on", "told"),
    [
        (COURIER, "courier-rent", "A", 2019, DAY, ["奖补年度早了 1 年"]),
        (COURIER, "courier-rent", "A", 2026, DAY, ["奖补年度晚了 2 年", "决定日早了 579 天"]),
        (COURIER, "courier-rent", "A", 2024, date(2024, 12, 31), ["决定日早了 1 天"]),
        (
            {"cold_stores": [STORE | {"in_use_on": date(2020, 1, 1)}]},
            *("cold-chain", "S", 2020, DAY),
            ["投入使用日期早了 1 天"],
        ),
        (
            {
                "logistics_hubs": [{"hub_id": "H", "uscc": "A", "land_source": "other", "opened_on": date(2021, 1, 1)}],
                "hub_years": [{"hub_id": "H"}],
            },
            *("logistics-hub", "H", 2021, DAY),
            ["文件以“等”列举用地来源，其他来源可由主管部门认定"],
        ),
        (
            {
                "platform_authorisations": [
                    {"uscc": "A", "platform": "t", "authorised_on": date(2021, 1, 1), "settled_on": date(2021, 1, 1)}
                ]
            },
            *("provider-setup", "A", 2021, DAY),
            ["未列入认定平台名单的平台，可由商务部门按程序认定"],
        ),
    ],
    ids=[
        "too early a year",
        "too late a year",
        "a year that has not ended",
        "an early event",
        "other land",
        "platform",
    ],
)
def test_what_a_failed_condition_would_take_is_told(
    known: dict[str, list[dict[str, object]]], award: str, subject: str, year: int, decided_on: date, told: list[str]
) -> None:
    explained = explain(facts(known), POLICY, INTERPRETATIONS, award, subject, year, decided_on)
    assert _told(explained.as_dict("zh-CN")["conditions"]) == told


def _told(conditions: list[dict[str, Any]]) -> list[str]:
    found: list[str] = []
    for each in conditions:
        found += [each["would_take"]] if each["would_take"] and not each.get("within") else []
        found += _told(each.get("within", []))
    return found


def test_the_parts_of_a_figure_have_titles_and_words() -> None:
    terminal = {"uscc": "A", "serial": "T1", "accepted_on": date(2021, 3, 1), "jurisdiction": "liandu"}
    known = facts({"delivery_terminals": [terminal]})
    explained = explain(known, POLICY, INTERPRETATIONS, "smart-terminal", "A", 2021, DAY)
    (parts,) = explained.as_dict("zh-CN")["parts"]
    (row,), (told,) = parts["rows"], parts["texts"]
    assert {parts["columns"][name]: words for name, words in told.items()} == {
        "设备序列号": "T1",
        "验收日期": "2021年3月1日",
        "运营主体所在地区": "莲都区",
        "终端所在地区": "莲都区",
        "计入": "是",
    }
    assert row.keys() == told.keys() == parts["columns"].keys()


def test_interpretations_that_bore_on_the_case_are_named() -> None:
    known = facts({"courier_years": [{"uscc": "A", "year": 2021}]})
    explained = explain(known, POLICY, INTERPRETATIONS, "courier-rent", "A", 2021, DAY)
    names = [interpretation.name for interpretation in explained.interpretations]
    assert names == [
        *("individual_businesses", "cooperatives", "daily_average"),
        *("integrity_screen", "credit_repair", "overlap"),
    ]


def test_flags_name_sanctions_and_unverified_rates() -> None:
    known = facts(
        {
            "cross_border_years": [
                {"uscc": "A", "year": 2021, "sales_usd_cents": 0, "sales_cny_fen": 10**12, "postage_fen": 10**6}
            ],
            "reference_rates": [
                {"series": "usd_cny_year", "effective_on": date(2021, 1, 1), "value": 64515, "status": "unverified"}
            ],
            "sanctions": [{"uscc": "A", "kind": "safety", "since": date(2025, 1, 1)}],
        }
    )
    explained = explain(known, POLICY, INTERPRETATIONS, "crossborder-postage", "A", 2021, DAY)
    assert explained.flags == ("integrity:safety", "unverified_rate:usd_cny_year:2021")
    off = INTERPRETATIONS.with_changes({"integrity_screen": "off"})
    assert explain(known, POLICY, off, "crossborder-postage", "A", 2021, DAY).flags == (
        "unverified_rate:usd_cny_year:2021",
    )


def test_everyone_is_evaluated_on_request() -> None:
    known = facts({"enterprises": [{"uscc": "A"}], "courier_years": [{"uscc": "B", "year": 2021}]})
    rows = evaluate(known, POLICY, INTERPRETATIONS, [2021], DAY, ["courier-rent"], all_enterprises=True)
    assert dict(rows.select("subject", "about_known").iter_rows()) == {"A": False, "B": True}
    assert evaluate(known, POLICY, INTERPRETATIONS, [2021], DAY, ["courier-rent"])["subject"].to_list() == ["B"]
