"""A challenge to a fact becomes work for whoever keeps it, and names the revision that answered it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.integration.registry.conftest import Registry, sale, uscc
from tests.support.databases import as_owner

A, B = uscc(1), uscc(2)
OF_A = {"dataset": "annual_sales", "key": {"uscc": A, "year": 2020}}
WRONG = {**OF_A, "field": "online_retail_fen", "stated": "2", "reason": "December is missing"}


def own(registry: Registry, method: str, path: str, body: Any = None, code: str = A) -> tuple[int, Any]:
    answer = registry.request(method, path, json=body, headers=registry.tokens.enterprise(code))
    return answer.status_code, answer.json()


def settle(registry: Registry) -> None:
    registry.enterprises(A, B)
    registry.recorded("annual_sales", sale(A, 2020, 1), sale(B, 2020, 1))


def resolved(registry: Registry, made: Any, **body: Any) -> tuple[int, Any]:
    answer = registry.request("POST", f"/v1/challenges/{made['id']}/resolve", json={"reason": "looked into"} | body)
    return answer.status_code, answer.json()


def test_a_challenge_is_answered_by_the_revision_that_changed_the_row(registry: Registry) -> None:
    settle(registry)
    status, made = own(registry, "POST", "/v1/challenges", WRONG)
    assert (status, made["state"], made["uscc"]) == (201, "open", A)
    assert resolved(registry, made, outcome="corrected")[0] == 422, "without the revision"
    assert resolved(registry, made, outcome="corrected", revision=2)[0] == 422, "an earlier revision"
    unrelated = registry.recorded("annual_sales", sale(B, 2020, 2))
    assert resolved(registry, made, outcome="corrected", revision=unrelated)[0] == 422
    answering = registry.recorded("annual_sales", sale(A, 2020, 2))
    assert resolved(registry, made, outcome="dismissed", revision=answering)[0] == 422
    status, done = resolved(registry, made, outcome="corrected", revision=answering)
    assert (status, done["state"], done["revision"], done["resolved_by"]) == (
        200,
        "corrected",
        answering,
        "data-platform",
    )
    again = resolved(registry, made, outcome="dismissed")
    assert (again[0], again[1]["state"], again[1]["possible"]) == (409, "corrected", [])
    with pytest.raises(DBAPIError), as_owner(registry.database) as connection:
        connection.execute(text("UPDATE challenges SET reason = 'another'"))


def test_only_its_own_rows_are_an_enterprises_to_challenge_and_to_read(registry: Registry) -> None:
    settle(registry)
    assert own(registry, "POST", "/v1/challenges", WRONG, code=B)[0] == 422
    made = own(registry, "POST", "/v1/challenges", WRONG)[1]
    assert own(registry, "GET", f"/v1/challenges/{made['id']}", code=B)[0] == 404
    assert own(registry, "GET", "/v1/challenges", code=B)[1]["items"] == []
    assert [each["id"] for each in own(registry, "GET", "/v1/challenges?open=true")[1]["items"]] == [made["id"]]
    assert registry.get("/v1/challenges", by="liandu-officer").json()["items"] == []
    assert registry.get("/v1/challenges").json()["items"] == [made]


@pytest.mark.parametrize(
    "body",
    [
        WRONG | {"key": {"uscc": A, "year": 2021}},
        WRONG | {"key": {"uscc": A}},
        WRONG | {"key": {"uscc": A, "year": "x"}},
        WRONG | {"key": {"uscc": A, "year": 2020, "more": 1}},
        WRONG | {"field": "no_field"},
        WRONG | {"dataset": "no_dataset"},
        WRONG | {"reason": ""},
        {**OF_A, "key": {"uscc": B, "year": 2021}, "reason": "a missing row of another enterprise"},
    ],
)
def test_a_challenge_to_what_does_not_exist_is_refused(registry: Registry, body: dict[str, Any]) -> None:
    settle(registry)
    assert own(registry, "POST", "/v1/challenges", body)[0] == 422


def test_the_same_is_not_challenged_twice_while_it_is_open(registry: Registry) -> None:
    settle(registry)
    first = own(registry, "POST", "/v1/challenges", WRONG)[1]
    again = WRONG | {"key": {"uscc": A.lower(), "year": 2020}, "reason": "once more"}
    status, refused = own(registry, "POST", "/v1/challenges", again)
    assert (status, refused["challenge_id"], refused["state"], refused["possible"]) == (
        409,
        first["id"],
        "open",
        ["resolve"],
    )
    for other in ({"stated": "3"}, {"stated": None}, {"field": None, "stated": "2"}):
        assert own(registry, "POST", "/v1/challenges", WRONG | other)[0] == 201, other
    officer = registry.request("POST", "/v1/challenges", json=WRONG, headers=registry.tokens.headers("commerce-maker"))
    assert officer.status_code == 201, "another's"
    assert resolved(registry, first, outcome="dismissed")[0] == 200
    assert own(registry, "POST", "/v1/challenges", WRONG)[0] == 201


def test_a_missing_row_is_challenged_without_a_field(registry: Registry) -> None:
    settle(registry)
    missing = {**OF_A, "key": {"uscc": A, "year": 2021}, "reason": "2021 was not reported"}
    status, made = own(registry, "POST", "/v1/challenges", missing)
    assert (status, made["field"], made["uscc"]) == (201, None, A)
    answering = registry.recorded("annual_sales", sale(A, 2021, 5))
    assert resolved(registry, made, outcome="corrected", revision=answering)[0] == 200


def test_whoever_made_it_does_not_resolve_it(registry: Registry) -> None:
    settle(registry)
    both = registry.tokens.bearer(sub="one", scope="challenges:write facts:write")
    made = registry.request("POST", "/v1/challenges", json=WRONG, headers=both).json()
    body = {"outcome": "dismissed", "reason": "r"}
    refused = registry.request("POST", f"/v1/challenges/{made['id']}/resolve", json=body, headers=both)
    assert refused.json()["type"].endswith("same-person")
