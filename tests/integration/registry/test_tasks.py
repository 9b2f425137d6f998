"""The registry's tasks: drafts wait for their second person, challenges for whoever keeps the data."""

from __future__ import annotations

from typing import Any

from tests.integration.registry.conftest import Registry, sale, uscc

A = uscc(1)


def tasks(registry: Registry, client: str) -> dict[str, Any]:
    shown: dict[str, Any] = registry.get("/v1/tasks", by=client).json()
    return shown


def test_drafts_and_challenges_wait_for_those_who_may_settle_them(registry: Registry) -> None:
    registry.enterprises(A)
    registry.recorded("annual_sales", sale(A, 2020, 1))
    account = {
        "uscc": A,
        "since": "2020-01-01",
        "account_holder": "甲",
        "bank_code": "102343000018",
        "account_number": "6222020200001234567",
        "until": None,
    }
    body = {"records": [account], "source": "test"}
    drafted = registry.request("POST", "/v1/datasets/payee_accounts/records", json=body).json()["draft"]
    challenge = {
        "dataset": "annual_sales",
        "key": {"uscc": A, "year": 2020},
        "field": "online_retail_fen",
        "stated": "2",
        "reason": "December is missing",
    }
    for stated in ("2", "3"):
        said = challenge | {"stated": stated}
        own = registry.request("POST", "/v1/challenges", json=said, headers=registry.tokens.enterprise(A))
        assert own.status_code == 201

    [draft] = tasks(registry, "commerce-maker")["items"]
    assert (draft["kind"], draft["subject"], draft["link"]) == ("account_draft", drafted, f"/v1/drafts/{drafted}")
    assert tasks(registry, "commerce-checker")["items"] == [], "it confirms reference data alone"
    [challenges] = tasks(registry, "data-platform")["items"]
    assert (challenges["kind"], challenges["count"], challenges["subject"]) == ("challenge", 2, "annual_sales")
    assert len(registry.get(challenges["link"]).json()["items"]) == 2
    assert tasks(registry, "liandu-officer")["items"] == [], "a district keeps no data"
    registry.request("POST", f"/v1/drafts/{drafted}/confirm", headers=registry.tokens.headers("commerce-maker"))
    assert tasks(registry, "commerce-maker")["counts"] == {}
