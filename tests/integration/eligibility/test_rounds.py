"""Rounds gather evaluations, and what is not ready is skipped and counted."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.eligibility.metrics import waiting
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.procedure import (
    NO,
    STEPS,
    YES,
    A,
    B,
    C,
    adopted,
    confirmed,
    decision,
    opened_round,
    path,
    proposed,
    ready,
    reviewed_in_bulk,
    waits,
)
from tests.integration.eligibility.support import rent, the_decision


def test_a_round_from_confirmation_to_approval(office: Office) -> None:
    adopted(office)
    round_id = opened_round(office)
    proposed(office, rent(A, 500), rent(B, 700), rent(C, 900), round_id=UUID(round_id))
    assert [waits(office, subject) for subject in (A, B, C)] == [STEPS] * 3
    confirmed(office, A)
    assert waits(office, A) == STEPS[1:]
    assert (confirmed(office, B, NO)["state"], waits(office, B)) == ("rejected", [])
    office.did("commerce-maker", path(office, C, "confirmation"), YES | {"document": "确认书（纸质）"})
    bulk = reviewed_in_bulk(
        office, "statistics-officer", {"round_id": round_id, "reviewer": "statistics", "except": [office.id_of(C)]}
    )
    assert (bulk["passed"], bulk["skipped"]) == (1, {"excepted": 1, "objected": 0, "reviewed": 0, "stale": 1})
    reviewed_in_bulk(office, "liandu-officer", {"round_id": round_id, "reviewer": "district"})
    assert (waits(office, A), waits(office, C)) == (["notice"], ["review:statistics"])

    notice = office.did("commerce-maker", "/v1/notices", {"round_id": round_id})
    assert notice["skipped"] == {"not_confirmed": 0, "not_reviewed": 1}
    assert (notice["total"], notice["working_days"], notice["last_day"]) == (1, 3, "2026-03-05")
    assert waits(office, A) == ["notice"]
    office.closed(notice)
    assert waits(office, A) == ["approval"]
    done = office.approved_in_bulk({"round_id": round_id})
    assert done["approved"] == 1
    assert {name: count for name, count in done["skipped"].items() if count} == {"not_reviewed": 1, "stale": 1}
    shown = office.ask("auditor", "GET", f"/v1/rounds/{round_id}").json()
    assert (shown["decisions"], shown["entitlement_fen"]) == (3, 2_100)
    assert [(each["state"], each["waiting_for"], each["entitlement_fen"]) for each in shown["totals"]] == [
        ("approved", [], 500),
        ("proposed", ["review:statistics"], 900),
        ("rejected", [], 700),
    ]
    listed = office.ask("auditor", "GET", f"/v1/decisions?round_id={round_id}").json()["items"]
    assert len(listed) == 3
    acts = [(each["act"], each["step"]) for each in decision(office, A)["acts"]]
    assert acts[:4] == [
        ("propose", None),
        ("confirm", "confirmation"),
        ("pass", "review:statistics"),
        ("pass", "review:district"),
    ]


def test_what_a_round_waits_for_is_due_as_inboxes_say(office: Office) -> None:
    adopted(office, terms={"review": 2, "notice": 4})
    round_id = opened_round(office)
    proposed(office, rent(A, 500), rent(B, 700), round_id=UUID(round_id))

    def due() -> dict[str, Any]:
        shown = office.ask("auditor", "GET", f"/v1/rounds/{round_id}").json()
        return {each["step"]: each["due_on"] for each in shown["waits"]}

    def in_inbox(client: str, kind: str) -> str:
        items = office.ask(client, "GET", "/v1/tasks").json()["items"]
        [day] = {each["due_on"] for each in items if (each["kind"], each["subject"]) == (kind, round_id)}
        return str(day)

    asked = {
        "confirmation": in_inbox("commerce-maker", "confirmation"),
        "review:statistics": in_inbox("statistics-officer", "review"),
        "review:district": in_inbox("liandu-officer", "review"),
    }
    assert due() == asked and len(set(asked.values())) == 2, "each step within its own term"
    ready(office, A)
    assert due() == asked | {"notice": in_inbox("commerce-maker", "notice")}
    notice = office.did("commerce-maker", "/v1/notices", {"round_id": round_id})
    assert due()["notice"] is None, "a notice that runs is nobody's task"
    office.closed(notice)
    assert due()["approval"] == in_inbox("commerce-checker", "approval"), "no term of its own: within that of tasks"


def test_notices_and_approvals_skip_and_count_what_is_not_ready(office: Office) -> None:
    adopted(office)
    evaluation = proposed(office, rent(A, 500), rent(B, 700), rent(C, 900))
    confirmed(office, B)
    nothing = office.refused("commerce-maker", "/v1/notices", {"evaluation_id": evaluation}, "nothing-to-notice")
    assert nothing["skipped"] == {"not_confirmed": 2, "not_reviewed": 1}
    assert office.approved_in_bulk({"evaluation_id": evaluation})["skipped"] == {
        "flagged": 0, "not_confirmed": 2, "not_reviewed": 1, "not_noticed": 0, "stale": 0, "own": 0, "suspended": 0,
    }  # fmt: skip
    for subject, code in ((A, "not-confirmed"), (B, "not-reviewed")):
        refused = office.refused("commerce-checker", path(office, subject, "approve"), {}, code)
        assert "approve" not in refused["possible"]
    ready(office, C)
    named = {"decision_ids": [office.id_of(subject) for subject in (A, B, C)]}
    notice = office.did("commerce-maker", "/v1/notices", named)
    assert (notice["total"], notice["skipped"]) == (1, {"not_confirmed": 1, "not_reviewed": 1})


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"policy": "nowhere"}, "/policy"),
        ({"award_years": [2019]}, "/award_years/0"),
        ({"awards": ["moon"]}, "/awards/0"),
        ({"closes_on": "2026-01-01"}, ""),
    ],
)
def test_a_round_names_what_exists(office: Office, changes: dict[str, Any], pointer: str) -> None:
    body = {
        "policy": "lishui-2020-1",
        "title": "t",
        "award_years": [2023],
        "opens_on": "2026-03-01",
        "closes_on": "2026-06-30",
    }
    refused = office.refused("commerce-maker", "/v1/rounds", body | changes, "invalid-request")
    assert [error["pointer"] for error in refused["errors"]] == [pointer]


def test_an_evaluation_keeps_to_its_round(office: Office) -> None:
    body = {
        "policy": "lishui-2020-1",
        "title": "t",
        "award_years": [2023],
        "awards": ["courier-rent"],
        "opens_on": "2026-03-01",
        "closes_on": "2026-06-30",
    }
    made = office.did("commerce-maker", "/v1/rounds", body)
    asked = {"policy": "lishui-2020-1", "award_years": [2023], "decided_on": "2026-03-02", "round_id": made["id"]}
    started = office.did("commerce-maker", "/v1/evaluations", asked)
    assert started["round_id"] == made["id"]
    for changes, pointer in (
        ({"award_years": [2023, 2024]}, "/award_years/1"),
        ({"round_id": str(uuid4())}, "/round_id"),
    ):
        refused = office.refused("commerce-maker", "/v1/evaluations", asked | changes, "invalid-request")
        assert [error["pointer"] for error in refused["errors"]] == [pointer]
    with office.database.transaction() as connection:
        other = connection.execute(
            text(
                "INSERT INTO rounds (policy, title, award_years, opens_on, closes_on, opened_by)"
                " VALUES ('another', 't', '{2023}', '2026-03-01', '2026-03-01', 'x') RETURNING id"
            )
        ).scalar_one()
    refused = office.refused("commerce-maker", "/v1/evaluations", asked | {"round_id": str(other)}, "invalid-request")
    assert [error["pointer"] for error in refused["errors"]] == ["/round_id"]
    rows = [rent(A, 500), rent(B, 500, award="cold-store"), rent(C, 500, award_year=2022, identity_year=2022)]
    proposed(office, *rows, round_id=UUID(made["id"]), years=(2022, 2023))
    rounds = [the_decision(office.database, subject).round_id for subject in (A, B, C)]
    assert rounds == [UUID(made["id"]), None, None]
    proposed(office, rent(A, 600))
    assert the_decision(office.database, A).round_id == UUID(made["id"])
    assert len(office.ask("auditor", "GET", "/v1/rounds").json()["items"]) == 2


def test_open_proposals_are_counted_by_what_they_wait_for(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    confirmed(office, A)
    with office.database.reading() as connection:
        found = {each.labels[0]: each.value for each in waiting(5).compute(connection) if each.value}
    assert found == {"confirmation": 1, "review:statistics": 2, "review:district": 2}
