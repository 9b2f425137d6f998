"""Facts of two policies in one running system: imported, decided, explained, split, funded and ordered beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient, DemoError
from tests.integration.registry.conftest import uscc
from tests.support.running import demo_client, running
from tests.support.steps import COURIER, TODAY, record, until

BUSINESSES = [uscc(number) for number in range(6)]
FUND = 2_000_000
"""Enough for two of the five awards of 10,000 yuan."""
E_TOWN: dict[str, Any] = {
    "number": "E-TOWN-2024",
    "effective_from": "2022-01-01",
    "sample": True,
    "rows": [
        {
            "jurisdiction": "e_town",
            "award": "*",
            "shares": [{"unit": "e_town_fund", "numerator": 1, "denominator": 1}],
            "remainder_to": "e_town_fund",
        }
    ],
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoClient]:
    # The journeys run on Apache Kafka; what is tried here is the same on any broker.
    settings = {"ELIGIBILITY_REEVALUATION_QUIET_SECONDS": "3600", "LOCAL_BROKER": "mesh"}
    with running(tmp_path_factory.mktemp("two"), settings) as system, demo_client(system) as demo:
        yield demo


def business(demo: DemoClient, code: str, place: str) -> None:
    """Record an enterprise and where it is."""
    record(
        demo, "enterprises", uscc=code, name=f"样例{code[-6:]}公司", legal_form="enterprise", registered_on="2015-05-05"
    )
    record(demo, "locations", uscc=code, since="2015-05-05", jurisdiction=place, until=None)


def evaluated(demo: DemoClient, policy: str, years: list[int]) -> list[dict[str, Any]]:
    """Evaluate a policy for all enterprises, approve what it proposes, and return its decisions."""
    body = {"policy": policy, "award_years": years, "scope": "all", "decided_on": TODAY.isoformat()}
    job = demo.post("commerce-maker", "eligibility:/v1/evaluations", body)
    done = demo.wait_for_job("commerce-maker", f"eligibility:/v1/evaluations/{job['id']}", "evaluation")
    demo.approve(done["id"], "seen")
    return demo.decisions(evaluation_id=done["id"])


def test_two_policies_are_decided_and_paid_beside_each_other(demo: DemoClient) -> None:
    business(demo, COURIER, "liandu")
    record(demo, "courier_years", uscc=COURIER, year=2023, parcels=4_000_000, operating_days=365, rent_fen=20_000_001)
    for number, code in enumerate(BUSINESSES):
        business(demo, code, "e_town")
        record(demo, "etown_sales", uscc=code, year=2023, online_retail_fen=400_000_000 + number,
               local_products_fen=None, local_products_passed_on=None)  # fmt: skip

    [rent] = evaluated(demo, "lishui-2020-1", [2023])
    middle = evaluated(demo, "etown-2024-1", [2023])
    assert (rent["award"], rent["policy"], rent["entitlement_fen"]) == ("courier-rent", "lishui-2020-1", 6_000_000)
    assert {(each["award"], each["policy"]) for each in middle} == {("retail-middle", "etown-2024-1")}
    assert {each["payee"]["uscc"] for each in middle} == set(BUSINESSES[1:]), "the sixth has no place"
    explained = demo.get("auditor", f"eligibility:/v1/decisions/{middle[0]['id']}/explanation")
    [rank] = [each for each in explained["conditions"] if each["name"] == "first-by-retail"]
    assert (rank["threshold"]["value"], rank["last_in"]["value"]) == (5, 400_000_001)
    for each in (rent, *middle):
        assert demo.post("auditor", f"eligibility:/v1/decisions/{each['id']}/replay", {})["same"]

    foreign = E_TOWN["rows"][0] | {"jurisdiction": "liandu"}
    with pytest.raises(DemoError, match="one policy"):
        demo.post("finance-maker", "payout:/v1/arrangements", E_TOWN | {"number": "X", "rows": [foreign]})
    demo.arrange(E_TOWN)
    demo.arrange(SAMPLE_ARRANGEMENT)
    orders = until(lambda: len(found := demo.orders()) == 7 and found)
    assert {(order["award"], order["unit"]) for order in orders} == {
        ("courier-rent", "city"),
        ("courier-rent", "liandu"),
        ("retail-middle", "e_town_fund"),
    }

    for unit in ("city", "liandu"):
        demo.appropriate(unit, TODAY.year, 100_000_000, "1号")
    demo.appropriate("e_town_fund", TODAY.year, FUND, "2号")
    until(lambda: len(demo.orders(state="issued")) == 4)
    waiting = demo.orders(state="waiting")
    assert {(order["unit"], order["waiting_for"]) for order in waiting} == {("e_town_fund", "funds")}
    assert len(waiting) == 3, "the fund has a total, and nothing is ordered above it"
    budget = demo.get("auditor", f"payout:/v1/budgets/e_town_fund/{TODAY.year}")
    assert (budget["appropriated_fen"], budget["free_fen"]) == (FUND, 0)
    assert demo.get("auditor", "payout:/v1/reconciliation")["differences"] == []


def test_a_correction_of_one_moves_the_others(demo: DemoClient) -> None:
    record(demo, "etown_sales", uscc=BUSINESSES[5], year=2023, online_retail_fen=500_000_000,
           local_products_fen=None, local_products_passed_on=None)  # fmt: skip
    body = {"policy": "etown-2024-1", "award_years": [2023], "scope": [BUSINESSES[5]], "decided_on": TODAY.isoformat()}
    job = demo.post("commerce-maker", "eligibility:/v1/evaluations", body)
    done = demo.wait_for_job("commerce-maker", f"eligibility:/v1/evaluations/{job['id']}", "evaluation")
    proposed = {
        (each["award"], each["payee"]["uscc"], each["result"]) for each in demo.decisions(evaluation_id=done["id"])
    }
    assert proposed == {
        ("retail-top", BUSINESSES[5], "granted"),
        ("retail-middle", BUSINESSES[5], "withdrawn"),
        ("retail-middle", BUSINESSES[0], "granted"),
    }
    demo.approve(done["id"], "seen")
    until(lambda: demo.get("auditor", "payout:/v1/reconciliation")["differences"] == [])
    until(lambda: any(order["award"] == "retail-top" for order in demo.orders()))
