"""Letters name each condition once, and only what an award was refused for."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.papers import contents
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


def test_what_another_figure_stands_in_for_is_not_what_an_award_was_refused_for() -> None:
    official = Interpretations.official_defaults(POLICY)
    (found,) = explain_enterprise(facts(PARK), POLICY, official, ENTERPRISES[0], [2021], date(2025, 6, 1), ["park"])
    conditions = found.as_dict("en")["conditions"]
    failed = [each["name"] for each in contents.unmet(conditions)]
    assert "new-by-year-end" in failed
    assert "online-retail" not in failed


def test_a_condition_is_said_once() -> None:
    flag = {"title": "企业自建", "sentence": "企业自建：符合", "result": "met"}
    figure = {"title": "使用面积", "sentence": "使用面积 9,999 平方米，低于 10,000 平方米", "result": "failed"}
    place = {"title": "在适用地区内", "sentence": "无法判定，尚未登记：企业所在地区", "result": "undetermined"}
    said = [contents.condition_said(1, each, "zh-CN") for each in (flag, figure, place)]
    assert [(each["title"], each["finding"], each["result"]) for each in said] == [
        ("", "企业自建", "符合"),
        ("", "使用面积 9,999 平方米，低于 10,000 平方米", "不符合"),
        ("在适用地区内", "无法判定，尚未登记：企业所在地区", "无法判定"),
    ]
