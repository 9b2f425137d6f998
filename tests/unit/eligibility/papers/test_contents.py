"""Letters name each condition once, and only what an award was refused for."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.papers import conditions
from services.eligibility.papers.contents import statement_said
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.populations import ENTERPRISES
from tests.policy.tables import facts

POLICY = load_policy("lishui-2020-1")
#: A park that opened too late for 2021; one of two figures of sales is missing, and the other is enough.
PARK: Any = {
    "parks": [{"park_id": "P", "uscc": ENTERPRISES[0], "jurisdiction": "liandu", "opened_on": date(2022, 7, 1)}],
    "park_years": [{"park_id": "P", "year": 2021, "agricultural_retail_fen": 20_000_000_000}],
}
#: A market whose merchants are online, though most of its area is not let to e-commerce; both figures of sales are too low.
MARKET: Any = {
    "parks": [PARK["parks"][0] | {"opened_on": date(2021, 7, 1), "physical_market": True}],
    "park_years": [
        PARK["park_years"][0]
        | {
            "online_retail_fen": 1_00,
            "agricultural_retail_fen": 2_00,
            "operating_area_m2": 1_000,
            "ecommerce_area_m2": 100,
        }
        | {"merchants": 100, "ecommerce_merchants": 80}
    ],
}


def shown(of: Any, language: str = "en") -> list[dict[str, Any]]:
    """Return the conditions of a park as an explanation has them."""
    official = Interpretations.official_defaults(POLICY)
    (found,) = explain_enterprise(facts(of), POLICY, official, ENTERPRISES[0], [2021], date(2025, 6, 1), ["park"])
    conditions: list[dict[str, Any]] = found.as_dict(language)["conditions"]
    return conditions


def said(of: Any, title: str) -> dict[str, Any]:
    """Return what a letter in Chinese says of one condition among its grounds."""
    found: dict[str, Any]
    (found,) = [
        each
        for ground in conditions.grounds(shown(of, "zh-CN"), "zh-CN")
        for each in ground["conditions"]
        if each["title"] == title
    ]
    return found


def test_what_another_figure_stands_in_for_is_not_what_an_award_was_refused_for() -> None:
    failed = [each["name"] for each in conditions.unmet(shown(PARK))]
    assert "new-by-year-end" in failed
    assert "online-retail" not in failed


def test_a_condition_is_said_once() -> None:
    flag = {"title": "企业自建", "sentence": "企业自建：符合", "result": "met"}
    figure = {"title": "使用面积", "sentence": "使用面积 9,999 平方米，低于 10,000 平方米", "result": "failed"}
    place = {"title": "在适用地区内", "sentence": "无法判定，尚未登记企业所在地区", "result": "undetermined"}
    said = [conditions.condition_said(1, each, "zh-CN") for each in (flag, figure, place)]
    assert [(each["title"], each["finding"], each["result"]) for each in said] == [
        ("", "企业自建", "符合"),
        ("", "使用面积 9,999 平方米，低于 10,000 平方米", "不符合"),
        ("在适用地区内", "尚未登记企业所在地区", "无法判定"),
    ]


def test_alternatives_are_said_as_such_beneath_the_condition_that_they_meet() -> None:
    area_or_merchants = said(MARKET, "电商入驻比例")
    assert area_or_merchants["finding"] == "下列情形符合其一即可；符合其中的：实体交易市场电商应用比例"
    assert [(each["title"], each["finding"], each["result"]) for each in area_or_merchants["alternatives"]] == [
        (
            "营业面积中电商入驻比例",
            "营业面积 1,000 平方米，超过 0 平方米；电商企业入驻面积 100 平方米 ÷ 营业面积 1,000 平方米 = 10%，低于 80%",
            "不符合",
        ),
        (
            "实体交易市场电商应用比例",
            "实体交易市场：符合；市场经营户数 100，超过 0；开展电商应用的经营户数 80 ÷ 市场经营户数 100 = 80%，达到 70%",
            "符合",
        ),
    ]
    both = said({**MARKET, "park_years": [MARKET["park_years"][0] | {"ecommerce_area_m2": 900}]}, "电商入驻比例")
    assert both["finding"].endswith("符合其中的：营业面积中电商入驻比例、实体交易市场电商应用比例"), both
    single = [each for ground in conditions.grounds(shown(MARKET), "en") for each in ground["conditions"]]
    assert not any(each["alternatives"] for each in single if "one of the following" not in each["finding"])


def test_a_refusal_for_want_of_every_alternative_says_that_one_of_them_is_enough() -> None:
    failed = {each["name"]: each for each in conditions.unmet(shown(MARKET, "zh-CN"))}
    assert "occupancy" not in failed and "online-retail" not in failed
    sales = conditions.condition_said(1, failed["park-sales"], "zh-CN")
    assert [each["short"] for each in sales["alternatives"]] == ["299,999,999 元", "99,999,998 元"]
    (line,) = conditions.completion([failed["park-sales"]], (), POLICY, "zh-CN")
    assert line == (
        "园区零售额：电商零售额再增加 299,999,999 元，即符合该项条件；"
        "或者农产品电商零售额再增加 99,999,998 元，即符合该项条件。"
    )


def test_an_alternative_that_cannot_be_completed_by_figures_alone_is_not_offered() -> None:
    no_market = {
        "parks": [MARKET["parks"][0] | {"physical_market": False}],
        "park_years": [MARKET["park_years"][0] | {"ecommerce_merchants": 60}],
    }
    (occupancy,) = [each for each in conditions.unmet(shown(no_market, "zh-CN")) if each["name"] == "occupancy"]
    (line,) = conditions.completion([occupancy], (), POLICY, "zh-CN")
    assert line == "电商入驻比例：电商企业入驻面积再增加 700 平方米，即符合该项条件。"


def test_missing_data_are_named_with_who_records_them() -> None:
    missing = [("courier_years.rent_fen", "快递企业年度情况的全年租金"), ("courier_years.parcels", "年发件量")]
    (line,) = conditions.completion([], missing, POLICY, "zh-CN")
    assert line == "缺少的数据由邮政管理部门登记，请你单位向其提供材料：快递企业年度情况的全年租金、年发件量。"


def test_a_statement_bears_its_day_in_china() -> None:
    statement = {"made_at": "2026-11-30T21:34:06.000000Z", "statement": "s", "document": None}
    assert statement_said(statement, "zh-CN")["made_on"] == "2026年12月1日"
