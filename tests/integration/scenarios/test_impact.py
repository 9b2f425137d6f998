"""Impact previews: awards gained, lost and changed by a correction before it is made, and the money to recover."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.integration.payout.bank import answer, approve, result
from tests.integration.payout.support import SHARED_HALF, award
from tests.integration.registry.conftest import uscc
from tests.integration.scenarios.conftest import POLICY, City

A, B, C = (uscc(seed) for seed in range(3))
RENT = 20_000_002


def year(code: str, rent: int = RENT, parcels: int = 4_000_000) -> dict[str, Any]:
    return {"uscc": code, "year": 2023, "parcels": parcels, "operating_days": 365, "rent_fen": rent}


@pytest.fixture
def decided(city: City) -> City:
    """A and B have their rent of 2023 decided and known to payout; C has none."""
    city.registry.enterprises(A, B, C)
    city.registry.recorded(
        "locations", *({"uscc": code, "since": "2015-01-01", "jurisdiction": "liandu"} for code in (A, B, C))
    )
    city.registry.recorded("courier_years", year(A), year(B))
    city.payout.arrange(SHARED_HALF)
    city.decide()
    return city


def impact(city: City, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = city.ask("POST", "/v1/impact", {"policy": POLICY, "decided_on": "2024-06-01"} | body)
    return found


def shown(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("award", "subject", "change", "today_fen", "entitlement_fen", "in_force_fen")
    return [tuple(each[name] for name in names) for each in found["awards"]]


def test_gained_lowered_and_lost(decided: City) -> None:
    facts = {"courier_years": [year(A, 10_000_000), year(B, parcels=1), year(C, 1_000)]}
    found = impact(decided, facts=facts)
    assert shown(found) == [
        ("courier-rent", B, "lost", 6_000_000, 0, 6_000_000),
        ("courier-rent", A, "lowered", 6_000_000, 3_000_000, 6_000_000),
        ("courier-rent", C, "gained", 0, 300, None),
    ]
    assert found["totals"]["awards"]["lost"] == 1
    assert found["totals"]["to_recover_fen"] == 0, "nothing is with the bank: unsent orders are cancelled"
    assert found["totals"]["cancelled_fen"] == 9_000_000


def test_what_has_been_paid_would_have_to_come_back(decided: City) -> None:
    for unit in ("city", "liandu"):
        decided.payout.appropriate(unit, 10**9)
    for code in (A, B):
        decided.payout.account(code)
    decided.payout.fund()
    for order in decided.payout.get("/v1/payment-orders")["items"]:
        approve(decided.payout, order["id"])
    for unit in ("city", "liandu"):
        made = decided.payout.post("/v1/payment-batches", {"unit": unit}, by="finance-maker", expect=201)
        orders = decided.payout.get(f"/v1/payment-orders?batch_id={made['id']}")["items"]
        rows = [result(order["id"], bank_reference=f"B-{order['id']}") for order in orders]
        answer(decided.payout, made["id"], *rows)
    found = impact(decided, facts={"courier_years": [year(A, 10_000_000), year(B, parcels=1)]})
    money = {each["subject"]: each["money"] for each in found["awards"]}
    assert (money[A]["paid_fen"], money[A]["to_recover_fen"]) == (6_000_000, 3_000_000)
    assert (money[B]["paid_fen"], money[B]["to_recover_fen"]) == (6_000_000, 6_000_000)
    assert found["totals"]["to_recover_fen"] == 9_000_000
    raised = impact(decided, facts={"courier_years": [year(A, 30_000_000)]})["awards"][0]
    assert (raised["change"], raised["money"]["top_up_fen"], raised["money"]["to_recover_fen"]) == (
        "raised",
        3_000_000,
        0,
    )


def test_what_it_foretells_comes_true(decided: City) -> None:
    """The preview of a mover's correction names per award what the restatement then does to the orders."""
    moved = [
        {"uscc": A, "since": "2015-01-01", "until": "2023-02-01", "jurisdiction": "liandu"},
        {"uscc": A, "since": "2023-02-01", "jurisdiction": "city"},
    ]
    [foretold] = impact(decided, facts={"locations": moved})["awards"]
    assert (foretold["change"], foretold["jurisdiction"], foretold["entitlement_fen"]) == ("moved", "city", 6_000_000)
    assert (foretold["money"]["cancelled_fen"], foretold["money"]["top_up_fen"]) == (3_000_000, 3_000_000)
    decided.registry.recorded("locations", *moved)
    decided.decide(decided_on="2024-06-01")
    assert sorted(order[2] for order in live(decided, A)) == [3_000_000, 3_000_000]
    assert impact(decided, facts={"locations": moved})["awards"] == []


def live(city: City, subject: str) -> list[tuple[str, int, int, str]]:
    orders = city.payout.get(f"/v1/awards/{award(subject, 'courier-rent', 2023)}")["orders"]
    return sorted((o["unit"], o["instalment"], o["amount_fen"], o["state"]) for o in orders if o["live"])


def test_a_withdrawal_and_a_correction_of_a_row_that_hangs_on_another(decided: City) -> None:
    found = impact(decided, withdrawals={"courier_years": [{"uscc": B, "year": 2023}]})
    assert shown(found) == [("courier-rent", B, "lost", 6_000_000, 0, 6_000_000)]
    hub = {"hub_id": "H1", "uscc": C, "jurisdiction": "liandu", "kind": "sorting_centre", "opened_on": "2021-01-01",
           "land_source": "old_factory", "construction_cost_fen": 100_000_001}  # fmt: skip
    decided.registry.recorded("logistics_hubs", hub)
    hub_year = {"hub_id": "H1", "year": 2023, "client_enterprises": 20, "parcels": 3_650_000, "operating_days": 365}
    found = impact(decided, facts={"hub_years": [hub_year]})
    assert shown(found) == [("logistics-hub", "H1", "gained", 0, 50_000_000, None)]
    other = impact(decided, facts={"hub_years": [hub_year], "logistics_hubs": [hub | {"uscc": B}]})
    assert [each["payee"]["uscc"] for each in other["awards"]] == [B]


def test_rows_that_concern_everybody(decided: City) -> None:
    zone = {"zone_id": "Z", "uscc": C, "platform": "unheard", "name": "专区"}
    decided.registry.recorded("platform_zones", zone)
    decided.registry.recorded("zone_years", {"zone_id": "Z", "year": 2023, "lishui_product_sales_fen": 2_000_000_000})
    platform = {"platform": "unheard", "since": "2020-01-02", "name": "新平台", "source": "样例"}
    found = impact(decided, facts={"recognised_platforms": [platform]})
    assert shown(found) == [("platform-zone", "Z", "gained", 0, 5_000_000, None)]
    assert found["subjects_judged"] is None


def test_nothing_is_stored_and_the_same_facts_change_nothing(decided: City) -> None:
    def counted() -> list[int]:
        with decided.database.reading() as connection:
            tables = ("decisions", "awards", "evaluation_outcomes", "event_batches", "jobs", "simulation_outcomes")
            return [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]

    before = counted()
    assert impact(decided, facts={"courier_years": [year(A)]})["awards"] == []
    assert impact(decided, facts={"courier_years": [year(A, 1_000)]})["awards"]
    assert counted() == before


@pytest.mark.parametrize(
    ("body", "pointer", "allowed"),
    [
        ({}, "/facts", "at least one"),
        ({"facts": {"courier_years": []}}, "/facts", "at least one"),
        ({"withdrawals": {"courier_years": [{"uscc": C, "year": 2023}]}}, "/withdrawals/courier_years/0", "no row"),
        ({"withdrawals": {"courier_years": [{"uscc": A}]}}, "/withdrawals/courier_years/0/year", "must be given"),
        ({"withdrawals": {"courier_years": [{"uscc": A, "year": 2023, "parcels": 1}]}},
         "/withdrawals/courier_years/0/parcels", "no such field"),
        ({"facts": {"courier_years": [year(A)]}, "award_years": [2019]}, "/award_years/0", "2020-2025"),
        ({"facts": {"payee_accounts": []}}, "/facts/payee_accounts", "no such dataset"),
        ({"facts": {"locations": [{"uscc": A, "since": "2023-01-01", "jurisdiction": "city"}]}},
         "/facts/locations/0", "overlap"),
    ],
)  # fmt: skip
def test_what_cannot_be_corrected_is_refused_where_it_stands(
    city: City, body: dict[str, Any], pointer: str, allowed: str
) -> None:
    city.registry.enterprises(A)
    city.registry.recorded("locations", {"uscc": A, "since": "2015-01-01", "jurisdiction": "liandu"})
    city.registry.recorded("courier_years", year(A))
    refused = city.ask("POST", "/v1/impact", {"policy": POLICY} | body, expect=422)
    assert refused["errors"][0]["pointer"] == pointer
    assert allowed in refused["errors"][0]["message"]
