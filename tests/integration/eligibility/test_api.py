"""The API's manners, tried on eligibility: tokens, problems, idempotency, official readings by two persons."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from shared.clock import SystemClock
from shared.database.engine import Database
from shared.media_types import DOCX
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event
from tests.integration.eligibility.support import answer, app_of, run
from tests.support.tokens import Tokens

READINGS = "/v1/policies/lishui-2020-1/interpretations"
CHANGE = {"interpretations": {"integrity_screen": "exclude"}, "reason": "decided by the leading group"}


@pytest.fixture
def app(database: Database, tokens: Tokens) -> FastAPI:
    return app_of(database, tokens, working_days=0)


def test_official_readings_are_changed_by_two_persons(app: FastAPI, tokens: Tokens) -> None:
    def official() -> str:
        body = answer(app, "GET", READINGS, headers=tokens.headers("auditor")).json()
        return str(body["interpretations"]["integrity_screen"])

    assert official() == "flag"
    proposed = answer(app, "POST", READINGS, json=CHANGE, headers=tokens.headers("commerce-maker")).json()
    assert (proposed["state"], official()) == ("proposed", "flag")
    confirm = f"{READINGS}/{proposed['id']}/confirm"
    assert answer(app, "POST", confirm, headers=tokens.headers("commerce-maker")).status_code == 403
    confirmed = answer(app, "POST", confirm, headers=tokens.headers("commerce-checker"))
    assert confirmed.json()["confirmed_by"] == "commerce-checker"
    assert official() == "exclude"
    again = answer(app, "POST", confirm, headers=tokens.headers("commerce-checker"))
    assert (again.status_code, again.json()["state"]) == (409, "confirmed")


@pytest.mark.parametrize(
    ("body", "pointer", "allowed"),
    [
        (
            {**CHANGE, "interpretations": {"integrity_screen": "S3CRET"}},
            "/interpretations/integrity_screen",
            "(flag), excluded (exclude), not looked at (off)",
        ),
        ({**CHANGE, "interpretations": {"tiers": "S3CRET"}}, "/interpretations/tiers", "tier_jump"),
        ({**CHANGE, "extra": "S3CRET"}, "/extra", "Unknown field"),
        ({**CHANGE, "reason": " "}, "/reason", "at least 1 character"),
        ({"interpretations": {"tier_jump": 1.5}, "reason": "r"}, "/interpretations/tier_jump", "string"),
    ],
)
def test_bad_input_is_pointed_at(
    app: FastAPI, tokens: Tokens, body: dict[str, Any], pointer: str, allowed: str
) -> None:
    refused = answer(app, "POST", READINGS, json=body, headers=tokens.headers("commerce-maker"))
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    [error] = refused.json()["errors"]
    assert error["pointer"] == pointer
    assert allowed in error["message"]


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        ({"headers": {}, "json": CHANGE}, 401, "unauthenticated"),
        ({"headers": {"Authorization": "Bearer forged"}, "json": CHANGE}, 401, "unauthenticated"),
        ({"client": "auditor", "json": CHANGE}, 403, "forbidden"),
        ({"client": "commerce-maker", "content": b"<x/>", "type": "text/xml"}, 415, "unsupported-media-type"),
        ({"client": "commerce-maker", "content": b"{", "type": "application/json"}, 422, "invalid-request"),
        ({"client": "commerce-maker", "content": b"[" * 5_000_000, "type": "application/json"}, 413, "too-large"),
    ],
    ids=["no token", "foreign token", "no scope", "not JSON", "broken JSON", "five megabytes"],
)
def test_a_request_that_may_not_be_is_refused_as_a_problem(
    app: FastAPI, tokens: Tokens, request_: dict[str, Any], status: int, code: str
) -> None:
    sent = dict(request_)
    headers = sent.pop("headers", None)
    if headers is None:
        headers = tokens.headers(sent.pop("client"))
    if "type" in sent:
        headers["Content-Type"] = sent.pop("type")
    refused = answer(app, "POST", READINGS, headers=headers, **sent)
    assert refused.status_code == status
    assert refused.json()["type"] == f"urn:ecommerce-subsidies:problem:{code}"
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_parameter_that_there_is_not_is_refused_and_does_not_show_everything(app: FastAPI, tokens: Tokens) -> None:
    refused = answer(app, "GET", "/v1/decisions?stat=approved&limit=3", headers=tokens.headers("auditor"))
    assert refused.status_code == 422
    [error] = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("stat", "parameter_unknown")
    assert "state, " in error["message"] and "limit" in error["message"]
    assert answer(app, "GET", "/v1/policies?limit=3", headers=tokens.headers("auditor")).status_code == 422
    assert answer(app, "GET", "/v1/decisions?state=approved&limit=3", headers=tokens.headers("auditor")).is_success


def test_what_does_not_exist_is_told_in_the_callers_language(app: FastAPI, tokens: Tokens) -> None:
    headers = tokens.headers("auditor", **{"Accept-Language": "zh-CN,en;q=0.5"})
    assert answer(app, "GET", "/v1/policies/nowhere", headers=headers).json()["title"] == "未找到"
    assert answer(app, "GET", "/v2", headers=tokens.headers("auditor")).json()["title"] == "Not found"


def test_a_key_gives_the_first_answer_again_and_is_good_for_one_request(
    app: FastAPI, database: Database, tokens: Tokens
) -> None:
    headers = tokens.headers("commerce-maker", **{"Idempotency-Key": "k1"})
    first = answer(app, "POST", READINGS, json=CHANGE, headers=headers)
    second = answer(app, "POST", READINGS, json=CHANGE, headers=headers)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["Idempotency-Replayed"] == "true"
    other = answer(app, "POST", READINGS, json={**CHANGE, "reason": "another"}, headers=headers)
    assert (other.status_code, other.json()["type"][-22:]) == (422, "idempotency-key-reused")
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM reading_changes")).scalar_one() == 1


def test_fifty_identical_requests_at_once_have_one_effect(app: FastAPI, database: Database, tokens: Tokens) -> None:
    headers = tokens.headers("commerce-maker", **{"Idempotency-Key": "at once"})
    statuses: Counter[int] = Counter()

    async def story(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(client.post(READINGS, json=CHANGE, headers=headers) for _ in range(50)))
        statuses.update(each.status_code for each in answers)

    run(app, story)
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM reading_changes")).scalar_one() == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"policy": "nowhere"}, "/policy"),
        ({"award_years": [2019]}, "/award_years/0"),
        ({"award_years": []}, "/award_years"),
        ({"decided_on": "2999-01-01"}, "/decided_on"),
        ({"decided_on": "2021-02-29"}, "/decided_on"),
    ],
)
def test_an_evaluation_that_cannot_be_is_refused(
    app: FastAPI, tokens: Tokens, change: dict[str, Any], pointer: str
) -> None:
    body = {"policy": "lishui-2020-1", "award_years": [2023], "scope": "all", "decided_on": "2024-03-01"} | change
    refused = answer(app, "POST", "/v1/evaluations", json=body, headers=tokens.headers("commerce-maker"))
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


COURIER = "91331100MA20000018"
AWARD = "6f0d1f2e-8a34-5c0b-9c57-2d1a4e9b7c11"
ASSESSMENT: dict[str, Any] = {
    "policy": "lishui-2020-1",
    "uscc": COURIER,
    "award_years": [2023],
    "decided_on": "2024-03-01",
    "facts": {
        "enterprises": [{"uscc": COURIER, "name": "甲", "legal_form": "enterprise", "registered_on": "2015-01-01"}],
        "locations": [{"uscc": COURIER, "since": "2015-01-01", "jurisdiction": "liandu", "until": None}],
        "courier_years": [
            {"uscc": COURIER, "year": 2023, "parcels": 3_649_999, "operating_days": 365, "rent_fen": 100}
        ],
    },
}


def assess(app: FastAPI, tokens: Tokens, **changes: Any) -> httpx.Response:
    headers = tokens.headers("commerce-maker")
    return answer(app, "POST", "/v1/assessments", json=ASSESSMENT | changes, headers=headers)


def test_an_assessment_says_what_is_short_and_by_how_much(app: FastAPI, tokens: Tokens, database: Database) -> None:
    body = assess(app, tokens).json()
    [rent] = [award for award in body["awards"] if award["award"] == "courier-rent"]
    assert (rent["result"], rent["entitlement_fen"], body["entitlement_fen"]) == ("refused", 0, 0)
    [parcels] = [condition for condition in rent["conditions"] if condition["name"] == "daily-parcels"]
    assert parcels["result"] == "failed"
    assert (parcels["measured"]["value"], parcels["threshold"]["value"]) == (3_649_999, 3_650_000)
    cheaper = assess(app, tokens, parameters={"daily_parcels": 9_999}).json()
    assert cheaper["entitlement_fen"] == 30
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM decisions")).scalar_one() == 0


def test_an_assessment_may_be_of_some_awards_alone(app: FastAPI, tokens: Tokens) -> None:
    every = {each["award"]: each for each in assess(app, tokens).json()["awards"]}
    some = assess(app, tokens, awards=["retail-scale", "courier-rent"]).json()["awards"]
    assert some == [every["courier-rent"], every["retail-scale"]]


@pytest.mark.parametrize(("payee", "producer_fen"), [("producer", 10_000_000), ("sales_company", 0)])
def test_the_sum_of_an_assessment_is_what_the_enterprise_itself_is_paid(
    app: FastAPI, tokens: Tokens, payee: str, producer_fen: int
) -> None:
    company = "91331100MA2000061E"
    both = [
        {"uscc": code, "name": code, "legal_form": "enterprise", "registered_on": "2015-01-01"}
        for code in (COURIER, company)
    ]
    facts = {
        "enterprises": both,
        "locations": [{"uscc": each["uscc"], "since": "2015-01-01", "jurisdiction": "liandu"} for each in both],
        "monitoring_inclusions": [{"uscc": company, "track": "retail", "included_on": "2021-01-01"}],
        "sales_spin_offs": [{"sales_company_uscc": company, "producer_uscc": COURIER, "established_on": "2023-06-01"}],
    }
    for code, fen in ((COURIER, producer_fen), (company, 10_000_000 - producer_fen)):
        found = assess(app, tokens, uscc=code, facts=facts, interpretations={"spin_off_payee": payee}).json()
        assert found["entitlement_fen"] == fen


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"facts": {"nothing": []}}, "/facts/nothing"),
        ({"facts": {"courier_years": [{"uscc": COURIER, "year": 2023.5}]}}, "/facts/courier_years/0/year"),
        ({"facts": {"courier_years": [{"uscc": COURIER, "year": 2023, "rent": 1}]}}, "/facts/courier_years/0/rent"),
        ({"facts": {"locations": [{"uscc": COURIER, "since": "2021-02-29"}]}}, "/facts/locations/0/since"),
        ({"parameters": {"nothing": 1}}, "/parameters/nothing"),
        ({"interpretations": {"tier_jump": "sideways"}}, "/interpretations/tier_jump"),
        ({"award_years": [2031]}, "/award_years/0"),
        ({"awards": ["courier-rent", "courier-rental"]}, "/awards/1"),
    ],
)
def test_an_assessment_of_facts_that_cannot_be_is_refused(
    app: FastAPI, tokens: Tokens, changes: dict[str, Any], pointer: str
) -> None:
    refused = assess(app, tokens, **changes)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer


def test_versions_in_force_are_published_again_by_operations_alone(
    app: FastAPI, database: Database, tokens: Tokens
) -> None:
    def told(version: int) -> Event:
        data = b'{"version": %d}' % version
        return Event(topics.AWARD_DECISIONS, AWARD, "award.decided", uuid4(), "/s", AWARD, SystemClock().now(), data)

    with database.transaction() as connection:
        outbox.enqueue(connection, [told(1), told(2)])
        connection.execute(text("UPDATE event_batches SET published_at = now()"))
    for client, body, status, events in (
        ("commerce-maker", {}, 403, None),
        ("ops", {"award_ids": []}, 422, None),
        ("ops", {"award_ids": [str(uuid4())]}, 202, 0),
        ("ops", {"award_ids": [AWARD]}, 202, 1),
        ("payout", {}, 202, 0),
    ):
        answered = answer(app, "POST", "/v1/republications", json=body, headers=tokens.headers(client))
        assert (answered.status_code, answered.json().get("events")) == (status, events)
    with database.reading() as connection:
        waiting = connection.execute(text("SELECT data FROM outbox_events WHERE published_at IS NULL")).scalars().all()
    assert waiting == ['{"version": 2}']


@pytest.mark.parametrize("path", ["", "/lishui-2020-1", "/lishui-2020-1/awards", "/lishui-2020-1/coverage"])
def test_a_policy_can_be_read(app: FastAPI, tokens: Tokens, path: str) -> None:
    read = answer(app, "GET", f"/v1/policies{path}", headers=tokens.headers("auditor"))
    assert read.status_code == 200
    assert read.json()


def test_the_guide_is_a_page_or_a_document(app: FastAPI, tokens: Tokens) -> None:
    headers = tokens.headers("auditor")
    page = answer(app, "GET", "/v1/policies/lishui-2020-1/guide", headers={**headers, "Accept-Language": "zh-CN"})
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    assert "申报指南" in page.text and "第（四）条第一款第三句" in page.text
    book = answer(app, "GET", "/v1/policies/lishui-2020-1/guide", headers={**headers, "Accept": DOCX})
    assert book.content.startswith(b"PK") and "guide.docx" in book.headers["content-disposition"]


def test_coverage_ends_with_the_criteria(app: FastAPI, tokens: Tokens) -> None:
    listed = answer(app, "GET", "/v1/policies/lishui-2020-1/coverage", headers=tokens.headers("auditor")).json()
    assert listed[0]["article"] == "preamble" and listed[0]["criterion"] is None
    criteria = [each for each in listed if each["claimed_as"] == "criterion"]
    assert {each["article"] for each in criteria} == {None}
    assert "integrity" in {each["criterion"] for each in criteria}
