"""What is undetermined says why, in words that somebody can act on; an explanation cites the rows that decide, and no others."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.eligibility.engine.explain import explain_enterprise
from services.eligibility.engine.explanation import Explanation
from services.eligibility.facts.catalogue import LARGEST
from services.eligibility.rules.domain import Interpretations
from services.eligibility.rules.library import load_policy
from tests.policy.casefile import FOLDER, read_cases
from tests.policy.populations import ENTERPRISES
from tests.policy.tables import facts

POLICY = load_policy("lishui-2020-1")
DEFAULTS = Interpretations.official_defaults(POLICY)
DAY = date(2025, 6, 1)
OWN, CLIENT = ENTERPRISES[:2]
MONITORED = {"uscc": OWN, "track": "retail", "included_on": date(2018, 1, 1)}


def explained(award: str, tables: Any, year: int = 2021) -> Explanation:
    """Return the explanation of an enterprise's only case of a year."""
    (found,) = explain_enterprise(facts(tables), POLICY, DEFAULTS, OWN, [year], DAY, [award])
    return found


def sentences(found: Explanation, language: str = "zh-CN") -> dict[str, str]:
    """Return what is said of each condition, by its name."""
    return {each["name"]: each["sentence"] for each in found.as_dict(language)["conditions"]}


def test_a_missing_figure_of_an_earlier_year_is_named_with_its_year() -> None:
    rows = [{"uscc": OWN, "year": year, "online_retail_fen": year} for year in (2018, 2020, 2021)]
    found = explained("sustained-growth", {"statistics_sales": rows})
    assert found.result == "undetermined"
    assert found.missing == ("statistics_sales.online_retail_fen",), "the code stays as it is"
    assert found.as_dict("zh-CN")["titles"]["missing"] == ["年度网络零售额（统计系统）（2019年）"]
    assert found.as_dict("en")["titles"]["missing"] == ["yearly online retail in the statistics system (2019)"]
    assert sentences(found)["growth-2"] == "无法判定，尚未登记年度网络零售额（统计系统）（2019年）"


def test_tiers_of_an_unknown_figure_are_no_zero() -> None:
    found = explained(
        "retail-scale",
        {
            "annual_sales": [{"uscc": OWN, "year": 2021, "online_retail_fen": None}],
            "monitoring_inclusions": [MONITORED],
        },
    )
    assert (found.result, found.would_be_fen) == ("undetermined", None)
    assert [step.sentence.zh for step in found.steps] == ["首次达到的最高档奖励 未知", "缺少数据，金额无法计算"]
    assert sentences(found)["tier-newly-reached"] == (
        "首次达到的档次数：无法判定，计算“首次达到的档次”所需的数据尚未登记：年度销售（省监测）的网络零售额"
    )


def test_an_undetermined_condition_gives_no_reason_to_refuse() -> None:
    found = explained("sustained-growth", {"statistics_sales": [{"uscc": OWN, "year": 2021, "online_retail_fen": 1}]})
    assert found.steps[-1].sentence.zh == "如全部条件均符合，可得 50,000 元；因有条件无法判定，暂不给予"


def test_what_depends_on_an_unknown_day_says_so() -> None:
    said = sentences(explained("provider-setup", {"enterprises": [{"uscc": OWN}]}))
    assert said["place"] == "受奖单位所在地区：无法判定，因事项日期尚未登记"
    assert said["recognised-platform"].endswith("该平台为认定平台：无法判定，因事项日期尚未登记")


def test_what_a_measure_lacks_is_told_of_the_measure() -> None:
    contract = {"provider_uscc": OWN, "client_uscc": CLIENT, "since": date(2021, 3, 3)}
    said = sentences(explained("provider-growth", {"service_contracts": [contract]}))
    assert said["client-growth"] == (
        "当年零售额：无法判定，计算“所服务企业的零售额增长”所需的数据尚未登记：年度销售（省监测）的网络零售额"
    )


@pytest.mark.parametrize(
    ("language", "sentence", "missing", "last"),
    [
        (
            "zh-CN",
            "无法判定。以下数额过大，合计超出可支付的上限，须核对：参展的展位费、参展的公共形象展示费",
            "（数额过大，须核对）",
            "金额超出可支付的上限",
        ),
        (
            "en",
            "undetermined. Together larger than any amount that can be paid, to be checked: booth fee (exhibition attendances),"
            " public display fee (exhibition attendances)",
            ", too large: to be checked",
            "larger than any amount that can be paid",
        ),
    ],
    ids=["zh-CN", "en"],
)
def test_what_is_too_large_is_named_as_such(language: str, sentence: str, missing: str, last: str) -> None:
    given = next(iter(read_cases(FOLDER / "exhibition-organised.yaml")))
    year = next(each for each in next(iter(given.expect.values())) if each is not None)
    (row,) = given.tables["exhibition_attendances"]
    too_large = [row | {"booth_fee_fen": LARGEST, "display_fee_fen": 1, "other_support_fen": 0}]
    tables = facts({**given.tables, "exhibition_attendances": too_large})
    (found,) = explain_enterprise(
        tables, POLICY, DEFAULTS, row["uscc"], [year], given.decided_on, ["exhibition-organised"]
    )
    shown = found.as_dict(language)
    assert found.result == "undetermined"
    assert shown["sentence"].endswith(sentence)
    assert shown["amount"][-1]["sentence"] == last
    assert len(shown["missing"]) == 2 and all(words.endswith(missing) for words in shown["titles"]["missing"])


def test_what_an_interpretation_does_not_ask_for_is_not_told_as_met() -> None:
    for award, name in (("provider-growth", "authorised"), ("sales-spin-off", "other-company-place")):
        found = explained(award, {"enterprises": [{"uscc": OWN}]})
        assert name not in sentences(found)
        assert not [each for each in found.interpretations if each.criterion and each.value in each.criterion.idle]


def test_days_of_a_hub_are_those_of_the_year_that_is_told() -> None:
    hub = {"hub_id": "H", "uscc": OWN, "opened_on": date(2020, 7, 1)}
    years = [{"hub_id": "H", "year": year, "parcels": 366_0000, "client_enterprises": 20} for year in (2020, 2021)]
    said = {
        year: sentences(explained("logistics-hub", {"logistics_hubs": [hub], "hub_years": years}, year))[
            "daily-parcels"
        ]
        for year in (2020, 2021)
    }
    assert "÷ 自启用日起的当年日历天数 184 天" in said[2020]
    assert "÷ 全年日历天数 365 天" in said[2021]


@pytest.mark.parametrize(
    ("award", "dataset", "condition"),
    [
        ("sustained-growth", "statistics_sales", "growth-1"),
        ("retail-scale", "annual_sales", "tier-newly-reached"),
    ],
)
def test_rows_of_the_years_that_are_compared_are_cited(award: str, dataset: str, condition: str) -> None:
    """Those of later years decide nothing."""
    rows = [{"uscc": OWN, "year": year, "online_retail_fen": year} for year in range(2018, 2024)]
    found = explained(award, {dataset: rows})
    (tested,) = [each for each in found.conditions if each.name == condition]
    assert [row.key["year"] for row in tested.facts if row.dataset == dataset] == [2018, 2019, 2020, 2021]


def test_rates_that_took_effect_after_the_year_are_not_cited() -> None:
    rates = [
        {"series": "pboc_benchmark_1y", "effective_on": date(year, 1, 1), "value": 435, "status": "verified"}
        for year in (2015, 2021, 2022)
    ]
    found = explained("loan-interest", {"loans": [{"loan_id": "L", "uscc": OWN}], "reference_rates": rates})
    (tested,) = [each for each in found.conditions if each.name == "loans-counted"]
    cited = [row.key["effective_on"].year for row in tested.facts if row.dataset == "reference_rates"]
    assert cited == [2015, 2021]
