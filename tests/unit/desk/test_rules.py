"""The rules as the desk shows them, made from what eligibility really answers."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from services.eligibility.engine.description import describe
from services.eligibility.interpretations.handlers import coverage_view, policy_view
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.support.desk import Services
from tests.unit.desk.test_cases import shown

POLICY = load_policy("lishui-2020-1")
CONTEXT = POLICY.context(Interpretations.official_defaults(POLICY), date(2025, 6, 1))
IN_FORCE: dict[str, Any] = {"status": "in_force", "effective_on": None, "last_award_year": None, "document": None}
AWARDS = [describe(POLICY, award, CONTEXT, "zh-CN") | {"status": IN_FORCE} for award in POLICY.awards]
ANSWERS = {
    f"eligibility GET /v1/policies/{POLICY.code}": policy_view(POLICY, "zh-CN"),
    f"eligibility GET /v1/policies/{POLICY.code}/awards": AWARDS,
    f"eligibility GET /v1/policies/{POLICY.code}/coverage": coverage_view(POLICY, "zh-CN"),
    f"eligibility GET /v1/policies/{POLICY.code}/interpretations": {"readings": [], "changes": []},
}


@pytest.mark.parametrize("award", AWARDS, ids=lambda award: award["code"])
def test_a_rule_is_shown_with_what_it_rests_on_and_no_more(award: dict[str, Any]) -> None:
    text = shown(f"/policies/{POLICY.code}/awards/{award['code']}", Services(ANSWERS)).text
    assert f"<dt>奖补对象</dt><dd>{award['who']}</dd>" in text
    assert f"<dt>认定方式</dt><dd>{award['about']}</dd>" in text
    named = {each["basis"]["title"] for each in award["readings"] if each["basis"]}
    tested = [*award["conditions"], *(part for each in award["conditions"] for part in each["within"])]
    named |= {each["basis"]["title"] for each in tested if each["basis"]["kind"] == "criterion"}
    named |= {each["title"] for each in award["amount_bases"]}
    assert set(re.findall("实施口径：([^<]+)<", text)) == named


def test_the_numbers_of_a_policy_are_told_in_their_units() -> None:
    text = shown(f"/policies/{POLICY.code}", Services(ANSWERS)).text
    rows = {
        cells[0]: (cells[2], cells[3])
        for row in re.findall("<tr>(.*?)</tr>", text, re.DOTALL)
        if len(cells := re.findall("<td>(.*?)</td>", row, re.DOTALL)) == 4
    }
    assert rows["首个奖补年度"] == ("2020", "年")
    assert rows["贴息比例"] == ("50%", "")
    assert rows["服务企业数"] == ("20", "家")
    assert rows["政府机关以外的单位"][0].endswith("事业单位、其他")
    assert rows["自行参展"][0] == "商务部门以外的单位"
