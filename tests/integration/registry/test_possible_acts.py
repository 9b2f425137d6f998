"""What an answer lists as possible is done when it is called, or fails for its input alone; all else is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.integration.registry.conftest import Registry, uscc
from tests.integration.registry.test_drafts import ACCOUNTS, RATES, ROWS, drafted

A, B = uscc(1), uscc(2)
PERSONS = ("data-platform", "commerce-maker", "commerce-checker", "liandu-officer", "auditor", "payout")
REFUSED = (403, 404, 409)
COURIER = "courier_years"
WRONG_FILE = "统一社会信用代码,年度,年发件量\n{0},2020,300\n{0},2021,约300万\n{0},2022,无\n"


@pytest.fixture
def settled(registry: Registry) -> Registry:
    """A registry with two enterprises."""
    registry.enterprises(A, B)
    return registry


def subjects(registry: Registry) -> Iterator[tuple[str, Mapping[str, Mapping[str, Any]]]]:
    """Yield the address of each thing in each state, with the acts on it: operation → how it is called."""
    for dataset in (ACCOUNTS, RATES):
        ids = [drafted(registry, dataset, {**ROWS[dataset], "source": f"公告{n}"} if dataset == RATES else ROWS[dataset])
               for n in range(2)]  # fmt: skip
        yield from ((f"/v1/drafts/{each}", on_draft(each)) for each in ids[:1])
        registry.request("POST", f"/v1/drafts/{ids[1]}/discard", json={"reason": "重复"})
        yield f"/v1/drafts/{ids[1]}", on_draft(ids[1])
    made = registry.request(
        "POST",
        "/v1/challenges",
        by="commerce-maker",
        json={"dataset": "enterprises", "key": {"uscc": A}, "field": "name", "reason": "已更名"},
    ).json()
    yield f"/v1/challenges/{made['id']}", on_challenge(made["id"])
    for query in ({"mode": "accept_valid"}, {"mode": "all_or_nothing"}, {"mode": "accept_valid", "dry_run": "true"}):
        job = registry.imported(WRONG_FILE.format(B).encode(), dataset=COURIER, **query)
        yield f"/v1/imports/{job['id']}", on_import(job["id"])
    key = f"uscc={A}"
    yield f"/v1/datasets/enterprises/history?{key}", on_row({"uscc": A})
    yield f"/v1/datasets/enterprises/history?uscc={uscc(9)}", on_row({"uscc": uscc(9)})


def on_draft(draft: str) -> dict[str, dict[str, Any]]:
    return {
        "confirm_draft": {"path": f"/v1/drafts/{draft}/confirm"},
        "discard_draft": {"path": f"/v1/drafts/{draft}/discard", "json": {"reason": "重复"}},
    }


def on_challenge(challenge: str) -> dict[str, dict[str, Any]]:
    body = {"outcome": "dismissed", "reason": "核对无误"}
    return {"resolve_challenge": {"path": f"/v1/challenges/{challenge}/resolve", "json": body}}


def on_import(number: str) -> dict[str, dict[str, Any]]:
    body = {"rows": [{"line": 3, "cells": [{"column": 2, "value": "3000000"}]}]}
    return {"correct_import": {"path": f"/v1/imports/{number}/corrections", "json": body}}


def on_row(key: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    challenge = {"dataset": "enterprises", "key": key, "reason": "已更名"}
    return {
        "record_enterprises": {"path": "/v1/datasets/enterprises/records", "json": {"records": [{}]}},
        "withdraw_enterprises": {
            "path": "/v1/datasets/enterprises/withdrawals",
            "json": {"keys": [key], "reason": " "},
        },
        "make_challenge": {"path": "/v1/challenges", "json": {**challenge, "field": "nothing"}},
    }


def test_what_is_listed_is_done_and_what_is_not_is_refused(settled: Registry) -> None:
    for address, acts in subjects(settled):
        listed = {}
        for person in PERSONS:
            answer = settled.get(address, by=person)
            if answer.status_code == 200:
                listed[person] = set(answer.json()["possible_acts"])
                assert listed[person] <= acts.keys(), (address, person)
        for operation, call in acts.items():
            for person in sorted(PERSONS, key=lambda each: operation in listed.get(each, ())):
                status = settled.request("POST", by=person, **dict(call)).status_code
                may = operation in listed.get(person, ())
                # The first of those who may ends what the next one would have done.
                done_already = may and status == 409
                assert done_already or (status not in REFUSED) == may or _unknown_row(operation, status), (
                    address,
                    operation,
                    person,
                    status,
                )


def _unknown_row(operation: str, status: int) -> bool:
    """Whether a row is refused for its key: which rows there are is no secret to those who may write."""
    return operation in ("withdraw_enterprises", "make_challenge") and status == 422


def test_every_state_lists_something_to_somebody_only_while_something_is_left(settled: Registry) -> None:
    draft = drafted(settled, ACCOUNTS, ROWS[ACCOUNTS])

    def possible(address: str, person: str) -> list[str]:
        found: list[str] = settled.get(address, by=person).json()["possible_acts"]
        return found

    assert possible(f"/v1/drafts/{draft}", "data-platform") == ["discard_draft"], "who drafted it does not confirm it"
    assert possible(f"/v1/drafts/{draft}", "commerce-maker") == ["confirm_draft", "discard_draft"]
    assert possible(f"/v1/drafts/{draft}", "commerce-checker") == [], "another scope confirms accounts"
    settled.confirm(draft, by="commerce-maker")
    assert possible(f"/v1/drafts/{draft}", "commerce-maker") == []
    job = settled.imported(WRONG_FILE.format(A).encode(), dataset=COURIER, mode="accept_valid")
    assert possible(f"/v1/imports/{job['id']}", "data-platform") == ["correct_import"]
    assert possible(f"/v1/imports/{job['id']}", "auditor") == []
    assert "record_courier_years" in possible(f"/v1/enterprises/{A}", "data-platform")
    assert possible(f"/v1/enterprises/{A}", "auditor") == []
    assert "start_import" in possible("/v1/datasets", "data-platform")
