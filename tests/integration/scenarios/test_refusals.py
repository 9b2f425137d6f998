"""Refusals as acts: computed, answered by the enterprise, issued by another person, superseded by facts; and omissions."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.eligibility.corrections.handlers import RegistryFollower
from services.eligibility.refusals.handlers import compare_changed
from tests.integration.registry.conftest import enterprise, uscc
from tests.integration.scenarios.conftest import POLICY, City
from tests.support.databases import as_owner

OWN, OTHER = uscc(1), uscc(2)
CASE = {"policy": POLICY, "award": "courier-rent", "subject": OWN, "award_year": 2023}


def settle(city: City) -> None:
    """A courier that is a parcel a day short, and one that is not."""
    city.registry.recorded("enterprises", enterprise(OWN), enterprise(OTHER))
    city.registry.recorded(
        "locations", *({"uscc": code, "since": "2015-03-01", "jurisdiction": "liandu"} for code in (OWN, OTHER))
    )
    couriers(city, OWN, parcels=3_649_999)
    couriers(city, OTHER, parcels=4_000_000)


def couriers(city: City, code: str, parcels: int, rent: int = 200_000_00) -> None:
    row = {"uscc": code, "year": 2023, "parcels": parcels, "operating_days": 365, "rent_fen": rent}
    city.registry.recorded("courier_years", row)


def own(city: City, method: str, path: str, body: Any = None, code: str = OWN) -> tuple[int, Any]:
    answer = city.http.request(method, path, json=body, headers=city.tokens.enterprise(code))
    return answer.status_code, answer.json()


def follow(city: City) -> None:
    """Let eligibility notice what the registry changed, and compare the refusals that it concerns."""
    with city.database.transaction() as connection:
        connection.execute(text("UPDATE facts_followed SET looked_at = NULL"))
    facts = city.facts
    RegistryFollower(city.database, facts).step()
    compare_changed(city.database, facts, city.registry.clock)


def test_a_refusal_is_computed_stated_on_and_issued_by_another_person(city: City) -> None:
    settle(city)
    status, made = own(city, "POST", "/v1/refusals", CASE)
    assert status == 201, made
    assert (made["state"], made["result"], made["payee"]["uscc"]) == ("proposed", "refused", OWN)
    assert made["would_be_fen"] == 6_000_000
    path = f"/v1/refusals/{made['id']}"
    again = own(city, "POST", "/v1/refusals", CASE)
    assert (again[0], again[1]["refusal_id"], again[1]["state"]) == (409, made["id"], "proposed")
    assert again[1]["possible"] == ["state", "issue"]
    assert own(city, "POST", f"{path}/statements", {"statement": "一天漏报"})[0] == 201
    assert own(city, "POST", f"{path}/issue")[0] == 403
    assert own(city, "GET", path)[1]["possible_acts"] == ["state_on_refusal", "get_refusal_letter"]
    assert city.ask("GET", path, by="commerce-checker")["possible_acts"] == ["issue_refusal", "get_refusal_letter"]
    issued = city.ask("POST", f"{path}/issue", by="commerce-checker")
    assert (issued["state"], issued["issued_by"]) == ("issued", "commerce-checker")
    assert [each["statement"] for each in issued["statements"]] == ["一天漏报"]
    late = own(city, "POST", f"{path}/statements", {"statement": "太晚"})
    assert (late[0], late[1]["state"], late[1]["possible"]) == (409, "issued", [])
    shown = own(city, "GET", path)[1]
    [near] = shown["explanation"]["near_misses"]
    assert near["name"] == "daily-parcels"
    assert shown["possible_acts"] == ["get_refusal_letter"]
    assert own(city, "GET", path, code=OTHER)[0] == 404
    assert own(city, "GET", "/v1/refusals", code=OTHER)[1]["items"] == []


def test_the_same_person_never_issues_what_it_drew_up(city: City) -> None:
    settle(city)
    both = city.tokens.bearer(sub="one", scope="refusals:write refusals:issue decisions:read")
    made = city.http.post("/v1/refusals", json=CASE, headers=both).json()
    shown = city.http.get(f"/v1/refusals/{made['id']}", headers=both).json()
    assert "issue_refusal" not in shown["possible_acts"]
    refused = city.http.post(f"/v1/refusals/{made['id']}/issue", headers=both)
    assert refused.json()["type"].endswith("same-person")
    with pytest.raises(IntegrityError), city.database.transaction() as connection:
        connection.execute(text("UPDATE refusals SET confirmed_by = proposed_by, confirmed_at = now()"))
    with pytest.raises(DBAPIError), as_owner(city.database) as connection:
        connection.execute(text("UPDATE refusals SET award_year = 2022"))


def test_what_is_granted_or_concerns_nobody_is_not_refused(city: City) -> None:
    settle(city)
    granted = CASE | {"subject": OTHER}
    early = own(city, "POST", "/v1/refusals", granted, code=OTHER)
    assert (early[0], early[1]["type"].rsplit(":", 1)[1]) == (409, "granted")
    city.decide()
    [decision] = city.items("/v1/decisions")
    late = own(city, "POST", "/v1/refusals", granted, code=OTHER)
    assert (late[0], late[1]["decision_id"], late[1]["state"]) == (409, decision["id"], "approved")
    assert (early[1]["possible"], late[1]["possible"]) == (["evaluate"], [])
    for body in (granted, CASE | {"subject": "nobody"}, CASE | {"award": "unknown"}, CASE | {"policy": "unknown"}):
        assert own(city, "POST", "/v1/refusals", body)[0] == 422, body


def test_facts_that_change_its_outcome_supersede_it(city: City) -> None:
    settle(city)
    made = own(city, "POST", "/v1/refusals", CASE)[1]
    path = f"/v1/refusals/{made['id']}"
    couriers(city, OTHER, parcels=4_000_001)
    city.registry.recorded("annual_sales", {"uscc": OWN, "year": 2019, "online_retail_fen": 1})
    follow(city)
    assert own(city, "GET", path)[1]["state"] == "proposed", "these facts do not change it"
    couriers(city, OWN, parcels=3_650_000)
    follow(city)
    shown = own(city, "GET", path)[1]
    assert (shown["state"], shown["superseded_in"] > shown["facts_revision"]) == ("superseded", True)
    assert city.ask("GET", path, by="commerce-checker")["possible_acts"] == []
    barred = city.ask("POST", f"{path}/issue", by="commerce-checker", expect=409)
    assert barred["state"] == "superseded"


def test_a_dismissed_omission_draws_up_the_refusal(city: City) -> None:
    settle(city)
    evaluation = city.done(
        "/v1/evaluations", {"policy": POLICY, "award_years": [2023], "scope": "all", "decided_on": "2024-03-01"}
    )
    notice = city.ask("POST", "/v1/notices", {"evaluation_id": evaluation["id"]}, expect=201)
    path = f"/v1/notices/{notice['id']}/objections"
    omission = {"uscc": OWN, "award": "courier-rent", "subject": OWN, "award_year": 2023, "reason": "we were left out"}
    assert own(city, "POST", path, omission, code=OTHER)[0] == 403
    assert own(city, "POST", path, omission | {"subject": OTHER})[0] == 422, "a case of another enterprise"
    proposed = omission | {"uscc": OTHER, "subject": OTHER}
    assert own(city, "POST", path, proposed, code=OTHER)[0] == 409, "what is proposed is not omitted"
    status, made = own(city, "POST", path, omission)
    assert (status, made["decision_id"], made["omission"]["uscc"]) == (201, None, OWN)
    assert own(city, "GET", f"/v1/objections/{made['id']}", code=OTHER)[0] == 404
    body = {"outcome": "rejected", "reason": "too few parcels"}
    decided = city.ask("POST", f"/v1/objections/{made['id']}/decide", body, by="commerce-checker")
    refusal = own(city, "GET", f"/v1/refusals/{decided['refusal_id']}")[1]
    assert (refusal["state"], refusal["proposed_by"]) == ("proposed", made["recorded_by"])
    issued = city.ask("POST", f"/v1/refusals/{refusal['id']}/issue", by="commerce-checker")
    assert issued["state"] == "issued", "who dismissed the objection may issue what it drew up"
    second = own(city, "POST", path, omission)[1]
    upheld = {"outcome": "upheld", "reason": "a parcel was not counted"}
    assert (
        city.ask("POST", f"/v1/objections/{second['id']}/decide", upheld, by="commerce-checker")["refusal_id"] is None
    )


def test_what_an_official_act_stopped_is_not_refused_and_an_objection_to_its_omission_can_be_dismissed(
    city: City,
) -> None:
    settle(city)
    evaluation = city.done(
        "/v1/evaluations", {"policy": POLICY, "award_years": [2023], "scope": "all", "decided_on": "2024-03-01"}
    )
    notice = city.ask("POST", "/v1/notices", {"evaluation_id": evaluation["id"]}, expect=201)
    couriers(city, OWN, parcels=4_000_000)
    omission = {"uscc": OWN, "award": "courier-rent", "subject": OWN, "award_year": 2023, "reason": "we were left out"}
    made = own(city, "POST", f"/v1/notices/{notice['id']}/objections", omission)[1]
    status = f"/v1/policies/{POLICY}/awards/courier-rent/status"
    end = {"status": "ended", "effective_on": "2024-04-01", "document": "丽商务〔2024〕1号", "reason": "公平竞争审查"}
    act = city.ask("POST", status, end, expect=201)
    city.ask("POST", f"{status}/{act['id']}/confirm", {}, by="commerce-checker")
    code, refused = own(city, "POST", "/v1/refusals", CASE)
    assert (code, refused["type"].rsplit(":", 1)[1], refused["possible"]) == (409, "award-stopped", [])
    assert "丽商务〔2024〕1号" in refused["detail"]
    decide = {"outcome": "rejected", "reason": "the award has ended"}
    decided = city.ask("POST", f"/v1/objections/{made['id']}/decide", decide, by="commerce-checker")
    assert (decided["outcome"], decided["refusal_id"]) == ("rejected", None)


@pytest.mark.parametrize(
    ("decided_on", "last_award_year", "total", "stopped"),
    [
        ("2024-03-31", None, 6_000_000, []),
        ("2024-04-01", None, 0, ["courier-rent"]),
        ("2024-04-01", 2023, 6_000_000, []),
        ("2024-04-01", 2022, 0, ["courier-rent"]),
    ],
)
def test_an_assessment_names_what_an_official_act_stopped_and_leaves_it_out_of_the_total(
    city: City, decided_on: str, last_award_year: int | None, total: int, stopped: list[str]
) -> None:
    settle(city)
    status = f"/v1/policies/{POLICY}/awards/courier-rent/status"
    end = {"status": "ended", "effective_on": "2024-04-01", "document": "丽商务〔2024〕1号", "reason": "公平竞争审查"}
    act = city.ask("POST", status, end | {"last_award_year": last_award_year}, expect=201)
    city.ask("POST", f"{status}/{act['id']}/confirm", {}, by="commerce-checker")
    asked = {"policy": POLICY, "award_years": [2023], "decided_on": decided_on, "uscc": OTHER, "from_registry": True}
    found = own(city, "POST", "/v1/assessments", asked, code=OTHER)[1]
    assert (found["entitlement_fen"], [each["award"] for each in found["stopped"]]) == (total, stopped)
    [rent] = [each for each in found["awards"] if each["award"] == "courier-rent"]
    assert (rent["result"], rent["entitlement_fen"]) == ("granted", 6_000_000), "the explanation is as the law has it"
