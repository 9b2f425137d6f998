"""The official procedure as law: who adopts it, what it governs, and what the database lets nobody skip."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.eligibility.approvals.handlers import APPROVAL, approval_handlers
from services.eligibility.decisions import transitions
from services.eligibility.rules.canonical import canonical_json, sha256
from shared.database.engine import Database
from shared.events.award_decided import AwardDecided
from shared.jobs.runner import JobRunner
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.procedure import (
    PROCEDURE,
    STEPS,
    TODAY,
    WHOLE,
    YES,
    A,
    B,
    adopted,
    confirmed,
    decision,
    path,
    proposed,
    ready,
    waits,
)
from tests.integration.eligibility.support import evaluate, rent
from tests.support.databases import as_owner


def test_without_a_procedure_everything_is_as_before(office: Office) -> None:
    proposed(office, rent(A, 500))
    shown = decision(office, A)
    assert (shown["waiting_for"], shown["steps"], "procedure_hash" in shown["receipt"]) == (["notice"], [], False)
    receipt = office.ask("auditor", "GET", f"/v1/decisions/{shown['id']}/receipt").json()
    assert {"procedure", "procedure_hash"}.isdisjoint(receipt)
    refused = office.refused("commerce-maker", path(office, A, "confirmation"), YES | {"document": "d"}, "conflict")
    assert refused["state"] == "proposed"
    assert "confirm" not in refused["possible"]


def test_a_procedure_governs_what_is_proposed_after_it_and_is_part_of_the_receipt(office: Office) -> None:
    proposed(office, rent(A, 500))
    change = adopted(office)
    assert waits(office, A) == ["notice"]
    evaluate(office.database, rent(A, 500), rent(B, 700), on=TODAY)
    assert (waits(office, A), waits(office, B)) == (["notice"], STEPS)
    receipt = office.ask("auditor", "GET", f"/v1/decisions/{office.id_of(B)}/receipt").json()
    assert receipt["procedure_hash"] == change["hash"] == sha256(canonical_json(receipt["procedure"]))
    assert receipt["procedure"]["reviews"] == [
        {"reviewer": "statistics", "awards": None},
        {"reviewer": "district", "awards": ["courier-rent"]},
    ]
    shown = office.ask("auditor", "GET", PROCEDURE, **{"Accept-Language": "zh-CN"}).json()
    assert (shown["hash"], shown["notice_working_days"]) == (change["hash"], 3)
    assert {"code": "postal", "title": "邮政管理部门"} in shown["departments"]


def test_a_procedure_needs_two_persons_and_is_never_edited(office: Office) -> None:
    made = office.did("commerce-maker", PROCEDURE, WHOLE | {"reason": "r"})
    both = office.tokens.bearer(sub="commerce-maker", scope="readings:confirm")
    refused = office.ask_as(both, "POST", f"{PROCEDURE}/{made['id']}/confirm", {})
    assert refused.json()["type"].endswith("same-person")
    assert (refused.json()["state"], refused.json()["possible"]) == ("proposed", ["confirm"])
    office.did("commerce-checker", f"{PROCEDURE}/{made['id']}/confirm")
    again = office.refused("commerce-checker", f"{PROCEDURE}/{made['id']}/confirm", {}, "conflict")
    assert (again["state"], again["possible"]) == ("confirmed", [])
    for statement in (
        "UPDATE procedure_changes SET hash = 'book'",
        "UPDATE procedure_changes SET confirmed_by = 'x'",
        "DELETE FROM procedure_changes",
    ):
        with (
            pytest.raises(Exception, match="only be confirmed"),
            as_owner(office.database) as each,
        ):
            each.execute(text(statement))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"reviews": [{"reviewer": "astrology"}]}, "/reviews/0/reviewer"),
        ({"reviews": [{"reviewer": "tax"}, {"reviewer": "tax"}]}, "/reviews/1/reviewer"),
        ({"reviews": [{"reviewer": "tax", "awards": ["moon"]}]}, "/reviews/0/awards/0"),
        ({"confirmation": {"required": True, "working_days": 0, "silence": "waits"}}, "/confirmation/working_days"),
        ({"confirmation": {"required": True, "silence": "agrees"}}, "/confirmation/silence"),
        ({"notice_working_days": 91}, "/notice_working_days"),
        ({"later_instalments": "never"}, "/later_instalments"),
    ],
)
def test_a_procedure_names_what_exists(office: Office, changes: dict[str, Any], pointer: str) -> None:
    body = office.refused("commerce-maker", PROCEDURE, WHOLE | changes | {"reason": "r"}, "invalid-request")
    assert [error["pointer"] for error in body["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("adopts", "said"), [({}, "confirmed"), ({"later_instalments": "automatic"}, None), (None, None)]
)
def test_the_event_says_whether_later_instalments_wait(
    office: Office, adopts: dict[str, Any] | None, said: str | None
) -> None:
    if adopts is not None:
        silent = {"required": False, "working_days": 5, "silence": "waits"}
        adopted(office, confirmation=silent, reviews=[], notice_working_days=0, **adopts)
    proposed(office, rent(A, 500))
    with office.database.transaction() as connection:
        assert transitions.approve(connection, [UUID(str(office.id_of(A)))], by="checker", reason=None) == 1
        data = connection.execute(text("SELECT data FROM outbox_events WHERE type = 'award.decided'")).scalar_one()
    event = AwardDecided.model_validate_json(data)
    assert event.later_instalments == said
    assert ("later_instalments" in data) is (said is not None), "left out, not null"


def test_a_worker_of_0_1_0_leaves_alone_what_it_would_approve_too_much_of(office: Office) -> None:
    adopted(office, reviews=[], notice_working_days=0)
    evaluation = proposed(office, rent(A, 500), rent(B, 700))
    confirmed(office, A)
    confirmed(office, B)
    office.did("commerce-checker", "/v1/approvals", {"evaluation_id": evaluation, "up_to_fen": 600})
    handlers = approval_handlers(office.database, notice_days=0)
    assert not JobRunner(office.database, {APPROVAL: handlers[APPROVAL]}).step()
    assert JobRunner(office.database, handlers).step()
    assert (office.state(A), office.state(B)) == ("approved", "proposed")


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [("open_steps", "ck_decisions_no_step_skipped"), ("'{}'", "waits for its confirmation or a review")],
)
@pytest.mark.parametrize("state", ["in_notice", "approved"])
def test_the_database_skips_no_step(office: Office, state: str, steps: str, refusal: str) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    skip = text(
        f"UPDATE decisions SET open_steps = {steps}, state = :state, version = CASE :state WHEN 'approved' THEN 1 END,"
        " approved_by = CASE :state WHEN 'approved' THEN 'x' END, notice_id = CASE :state WHEN 'in_notice' THEN n.id END"
        " FROM (SELECT id FROM notices LIMIT 1) n"
    )
    with office.database.transaction() as connection:
        connection.execute(
            text(
                "INSERT INTO notices (working_days, opened_on, last_day, opened_by) VALUES (0, '2026-03-02', '2026-03-02', 'x')"
            )
        )
    with (
        pytest.raises(IntegrityError, match=refusal),
        office.database.transaction() as c,
    ):
        c.execute(skip, {"state": state})
    ready(office, A)
    if state == "approved":
        with pytest.raises(IntegrityError, match="waits for its notice"), office.database.transaction() as c:
            c.execute(skip, {"state": state})


def test_what_became_of_a_step_is_never_changed(database: Database, office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    ready(office, A)
    for statement in (
        "UPDATE decision_steps SET outcome = NULL, acted_by = NULL, acted_at = NULL",
        "UPDATE decision_steps SET outcome = 'objected', reason = 'r' WHERE step LIKE 'review:%'",
        "UPDATE decision_steps SET due_on = '2030-01-01'",
        "DELETE FROM decision_steps",
    ):
        with pytest.raises(Exception, match=r"is .* already"), as_owner(database) as connection:
            connection.execute(text(statement))
