"""Simulations: what other readings, numbers or facts would give, beside today's, with nothing decided."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from shared.media_types import XLSX
from tests.integration.payout.support import SHARED_HALF
from tests.integration.registry.conftest import enterprise, uscc
from tests.integration.scenarios.conftest import POLICY, City
from tests.support.sheets import workbook

A, B, C = (uscc(seed) for seed in range(3))
ASKED: dict[str, Any] = {"policy": POLICY, "award_years": [2022, 2023], "decided_on": "2024-03-01"}


def couriers(city: City) -> int:
    """A of Liandu and B of the zone are paid rent for 2023; C lacks parcels. A leaps over a tier of retail in 2022."""
    city.registry.enterprises(A, B, C)
    places = ((A, "liandu"), (B, "development_zone"), (C, "liandu"))
    city.registry.recorded(
        "locations", *({"uscc": code, "since": "2015-01-01", "jurisdiction": place} for code, place in places)
    )
    city.registry.recorded("monitoring_inclusions", {"uscc": A, "track": "retail", "included_on": "2019-01-01"})
    city.registry.recorded("annual_sales", {"uscc": A, "year": 2022, "online_retail_fen": 3_000_000_000})
    rents = ((A, 3_650_000, 40_000_000), (B, 3_650_000, 10_000_001), (C, 3_649_999, 10_000_000))
    return city.registry.recorded(
        "courier_years",
        *(
            {"uscc": code, "year": 2023, "parcels": parcels, "operating_days": 365, "rent_fen": rent}
            for code, parcels, rent in rents
        ),
    )


def simulate(city: City, **more: Any) -> dict[str, Any]:
    return city.done("/v1/simulations", ASKED | more)


def found(city: City, simulation: dict[str, Any], query: str = "") -> list[tuple[Any, ...]]:
    outcomes = city.items(f"/v1/simulations/{simulation['id']}/outcomes{query}")
    names = ("award", "subject", "result", "entitlement_fen", "today_fen", "change")
    return [tuple(each[name] for name in names) for each in outcomes]


def test_with_nothing_else_supposed_it_is_today(city: City) -> None:
    couriers(city)
    simulation = simulate(city)
    granted = [
        ("courier-rent", A, "granted", 10_000_000, 10_000_000, "same"),
        ("courier-rent", B, "granted", 3_000_000, 3_000_000, "same"),
        ("retail-scale", A, "granted", 10_000_000, 10_000_000, "same"),
    ]
    assert sorted(found(city, simulation)) == sorted(granted)
    assert simulation["cost"]["total"] == {
        "awards": 3, "entitlement_fen": 23_000_000, "today_awards": 3, "today_fen": 23_000_000,
    }  # fmt: skip
    assert simulation["changes"] == {"same": 3}
    evaluation = city.done("/v1/evaluations", ASKED | {"scope": "all"})
    same = [
        {name: value for name, value in each.items() if name not in ("number", "today_fen", "today_result", "change")}
        for each in city.items(f"/v1/simulations/{simulation['id']}/outcomes")
    ]
    evaluated = city.items(f"/v1/evaluations/{evaluation['id']}/outcomes")
    assert same == [{name: value for name, value in each.items() if name != "number"} for each in evaluated]


def test_who_gains_and_who_loses_and_what_it_costs_whom(city: City) -> None:
    couriers(city)
    city.payout.arrange(SHARED_HALF)
    facts = {"courier_years": [{"uscc": B, "year": 2023, "parcels": 1, "operating_days": 365, "rent_fen": 10_000_001}]}
    simulation = simulate(
        city,
        interpretations={"tier_jump": "every_tier"},
        parameters={"rent_cap": 110_001, "daily_parcels": 9_999},
        facts=facts,
    )
    assert sorted(found(city, simulation)) == sorted(
        [
            ("courier-rent", A, "granted", 11_000_100, 10_000_000, "raised"),
            ("courier-rent", B, "refused", 0, 3_000_000, "lost"),
            ("courier-rent", C, "granted", 3_000_000, 0, "gained"),
            ("retail-scale", A, "granted", 15_000_000, 10_000_000, "raised"),
        ]
    )
    assert found(city, simulation, "?change=lost") == [("courier-rent", B, "refused", 0, 3_000_000, "lost")]
    assert simulation["cost"] | {"arrangement": None} == {
        "total": {"awards": 3, "entitlement_fen": 29_000_100, "today_awards": 3, "today_fen": 23_000_000},
        "by_award": [
            {"award": "courier-rent", "awards": 2, "entitlement_fen": 14_000_100, "today_awards": 2,
             "today_fen": 13_000_000},
            {"award": "retail-scale", "awards": 1, "entitlement_fen": 15_000_000, "today_awards": 1,
             "today_fen": 10_000_000},
        ],
        "by_jurisdiction": [
            {"jurisdiction": "development_zone", "awards": 0, "entitlement_fen": 0, "today_awards": 1,
             "today_fen": 3_000_000},
            {"jurisdiction": "liandu", "awards": 3, "entitlement_fen": 29_000_100, "today_awards": 2,
             "today_fen": 20_000_000},
        ],
        "by_budget": [
            {"unit": "city", "due_year": 2024, "amount_fen": 14_500_050, "today_fen": 10_000_000},
            {"unit": "development_zone", "due_year": 2024, "amount_fen": 0, "today_fen": 3_000_000},
            {"unit": "liandu", "due_year": 2024, "amount_fen": 14_500_050, "today_fen": 10_000_000},
        ],
        "arrangement": None,
    }  # fmt: skip
    assert simulation["cost"]["arrangement"]["sample"] is True
    assert simulation["payees"] == {
        "gaining": 2, "losing": 1, "unchanged": 0, "gained_fen": 9_000_100, "lost_fen": 3_000_000,
    }  # fmt: skip


def test_refusals_come_with_those_first_that_get_something_today(city: City) -> None:
    couriers(city)
    simulation = simulate(city, parameters={"daily_parcels": 10_001})
    refused = found(city, simulation, "?result=refused")
    assert {each[:2] for each in refused[:2]} == {("courier-rent", A), ("courier-rent", B)}
    assert sorted(each[4] for each in refused[:2]) == [3_000_000, 10_000_000]
    assert not any(each[4] for each in refused[2:])
    assert len(refused) == len(set(refused))
    assert ("courier-rent", C, "refused", 0, 0, "same") in refused
    evaluation = city.done("/v1/evaluations", ASKED | {"scope": "all"})
    today = {
        (each["award"], each["subject"])
        for each in city.items(f"/v1/evaluations/{evaluation['id']}/outcomes?result=refused")
    }
    assert {each[:2] for each in refused} == today | {("courier-rent", A), ("courier-rent", B)}
    assert found(city, simulation, "?result=refused&award=courier-rent") == [
        each for each in refused if each[0] == "courier-rent"
    ]


def test_it_is_computed_at_the_revision_asked_for(city: City) -> None:
    revision = couriers(city)
    city.registry.recorded(
        "courier_years", {"uscc": A, "year": 2023, "parcels": 1, "operating_days": 365, "rent_fen": 40_000_000}
    )
    assert simulate(city)["cost"]["total"]["awards"] == 2
    before = simulate(city, facts_revision=revision)
    assert (before["facts_revision"], before["cost"]["total"]["awards"]) == (revision, 3)


def test_money_without_an_arrangement_is_told_without_a_unit(city: City) -> None:
    couriers(city)
    cost = simulate(city)["cost"]
    assert cost["arrangement"] is None
    assert cost["by_budget"] == [{"unit": None, "due_year": 2024, "amount_fen": 23_000_000, "today_fen": 23_000_000}]


def test_nothing_is_decided_and_a_simulation_is_no_evaluation(city: City) -> None:
    couriers(city)
    simulation = simulate(city)
    with city.database.reading() as connection:
        for table in ("decisions", "awards", "evaluation_outcomes", "event_batches"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
    body = {"evaluation_id": simulation["id"]}
    refused = city.ask("POST", "/v1/approvals", body, by="commerce-checker", expect=404)
    assert refused["kind"] == "simulation"
    assert "of another kind" in refused["detail"]
    assert city.ask("GET", f"/v1/evaluations/{simulation['id']}", expect=404)["kind"] == "simulation"


def test_an_officer_of_liandu_sees_figures_of_liandu_alone(city: City) -> None:
    couriers(city)
    simulation = simulate(city, parameters={"daily_parcels": 9_999})
    seen = city.ask("GET", f"/v1/simulations/{simulation['id']}", by="liandu-officer")
    assert [each["jurisdiction"] for each in seen["cost"]["by_jurisdiction"]] == ["liandu"]
    assert seen["cost"]["total"]["entitlement_fen"] == 23_000_000
    assert (seen["payees"]["gaining"], seen["payees"]["unchanged"]) == (1, 1)
    path = f"/v1/simulations/{simulation['id']}/outcomes"
    assert {each["jurisdiction"] for each in city.items(path, by="liandu-officer")} == {"liandu"}
    refused = city.items(f"{path}?result=refused", by="liandu-officer")
    assert all(each["jurisdiction"] == "liandu" for each in refused)


@pytest.mark.parametrize(
    ("change", "pointer", "allowed"),
    [
        ({"parameters": {"nothing": 1}}, "/parameters/nothing", "rent_cap"),
        ({"parameters": {"rent_cap": "1"}}, "/parameters/rent_cap", "yuan"),
        ({"parameters": {"rent_cap": -1}}, "/parameters/rent_cap", "whole number from 0"),
        ({"parameters": {"zone_step": 0}}, "/parameters/zone_step", "whole number from 1"),
        ({"interpretations": {"tier_jump": "sideways"}}, "/interpretations/tier_jump", "(highest), each pays (every_tier)"),
        ({"award_years": [2031]}, "/award_years/0", "2020-2025"),
        ({"facts_revision": 999}, "/facts_revision", "newest revision is"),
        ({"facts": {"nothing": []}}, "/facts/nothing", "courier_years"),
        ({"facts": {"locations": [{"uscc": A, "since": "2015-01-01", "jurisdiction": "mars"}]}},
         "/facts/locations/0/jurisdiction", "liandu"),
        ({"facts": {"courier_years": [{"uscc": A, "year": 2023, "rent_fen": -1}]}},
         "/facts/courier_years/0/rent_fen", "at least 0"),
        ({"facts": {"courier_years": [{"uscc": A, "year": 2023}] * 2}}, "/facts/courier_years/1", "given twice"),
        ({"decided_on": "0001-01-01"}, "/decided_on", "2000"),
        ({"policy": "nowhere"}, "/policy", POLICY),
    ],
)  # fmt: skip
def test_what_cannot_be_supposed_is_refused_with_what_can(
    city: City, change: dict[str, Any], pointer: str, allowed: str
) -> None:
    refused = city.ask("POST", "/v1/simulations", ASKED | change, expect=422)
    assert refused["errors"][0]["pointer"] == pointer
    assert allowed in refused["errors"][0]["message"]


def test_periods_that_would_overlap_end_the_simulation_with_the_row_at_fault(city: City) -> None:
    couriers(city)
    facts = {"locations": [{"uscc": A, "since": "2023-06-01", "jurisdiction": "city"}]}
    started = city.ask("POST", "/v1/simulations", ASKED | {"facts": facts}, expect=202)
    city.runner.step()
    ended = city.ask("GET", f"/v1/simulations/{started['id']}")
    assert ended["state"] == "failed"
    assert ended["problem"]["errors"][0]["pointer"] == "/facts/locations/0"
    city.ask("GET", f"/v1/simulations/{started['id']}/outcomes", expect=409)
    moved = [{"uscc": A, "since": "2015-01-01", "until": "2023-06-01", "jurisdiction": "liandu"}, *facts["locations"]]
    simulation = simulate(city, facts={"locations": moved})
    assert ("courier-rent", A, "granted", 10_000_000, 10_000_000, "moved") in found(city, simulation)


def test_one_key_starts_one_simulation(city: City) -> None:
    headers = city.tokens.headers("commerce-maker", **{"Idempotency-Key": "k"})
    ids = {city.http.post("/v1/simulations", json=ASKED, headers=headers).json()["id"] for _ in range(2)}
    assert len(ids) == 1


def test_a_name_is_the_registrys(city: City) -> None:
    city.registry.recorded("enterprises", enterprise(A, name="丽水甲有限公司"))
    simulation = simulate(city, award_years=[2023], facts={
        "locations": [{"uscc": A, "since": "2015-01-01", "jurisdiction": "city"}],
        "courier_years": [{"uscc": A, "year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 100}],
    })  # fmt: skip
    [outcome] = city.items(f"/v1/simulations/{simulation['id']}/outcomes")
    assert (outcome["payee"], outcome["entitlement_fen"]) == ({"uscc": A, "name": "丽水甲有限公司"}, 30)


def test_facts_of_a_file_are_sent_on(city: City) -> None:
    couriers(city)
    sheet: list[list[Any]] = [
        ["快递企业情况表", "", "", "", "单位：万元"],
        ["统一社会信用代码", "年度", "年发件量", "运营天数", "全年租金"],
        [C, 2023, 3_650_000, 365, 10],
        ["合计", "", "", "", 10],
    ]
    headers = city.tokens.headers("commerce-maker") | {"Content-Type": XLSX}
    answer = city.http.post("/v1/scenario-facts?dataset=courier_years", content=workbook(sheet), headers=headers)
    read = answer.json()
    assert (answer.status_code, read["errors"], read["skipped"]) == (200, [], 1)
    assert read["rows"] == {"read": 1, "accepted": 1, "unchanged": 0, "rejected": 0}
    simulation = simulate(city, facts=read["facts"])
    assert ("courier-rent", C, "granted", 3_000_000, 0, "gained") in found(city, simulation)
    headers["Content-Type"] = "image/png"
    assert city.http.post("/v1/scenario-facts?dataset=courier_years", content=b"x", headers=headers).status_code == 415
