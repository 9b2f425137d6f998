"""The official procedure: what proposals wait for, who may do it, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from stdnum.cn import uscc

from services.eligibility.approvals.handlers import APPROVAL, approval_handlers
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.confirmations.handlers import decline_silent
from services.eligibility.decisions import transitions
from services.eligibility.metrics import waiting
from services.eligibility.reviews.handlers import REVIEW, run_bulk_review
from services.eligibility.rules.canonical import canonical_json, sha256
from services.eligibility.worker import loops
from shared.database.engine import Database
from shared.events.award_decided import AwardDecided
from shared.jobs.runner import JobRunner
from shared.web.enterprises import Enterprises
from tests.integration.eligibility.api_driver import MONDAY, Office
from tests.integration.eligibility.support import evaluate, history, rent, settings_of, the_decision

PROCEDURE = "/v1/policies/lishui-2020-1/procedure"
A, B, C = (
    code + uscc.calc_check_digit(code) for code in ("91331100660565430", "91331100660565431", "91331100660565432")
)
WHOLE = {
    "confirmation": {"required": True, "working_days": 5, "silence": "declines"},
    "reviews": [{"reviewer": "statistics"}, {"reviewer": "district", "awards": ["courier-rent"]}],
    "notice_working_days": 3,
    "later_instalments": "confirmed",
}
STEPS = ["confirmation", "review:statistics", "review:district"]
YES = {"accept": True, "account_confirmed": True, "commitment": True}
NO = {"accept": False, "account_confirmed": False, "commitment": False}
TODAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def registry_knows_the_payees(office: Office) -> None:
    office.app.state.enterprises = Enterprises({A, B, C}.__contains__)


def adopted(office: Office, **changes: Any) -> dict[str, Any]:
    """Have two persons adopt a procedure."""
    made = office.did("commerce-maker", PROCEDURE, WHOLE | changes | {"reason": "丽商务〔2026〕1号"})
    return office.did("commerce-checker", f"{PROCEDURE}/{made['id']}/confirm")


def proposed(office: Office, *rows: dict[str, Any], **how: Any) -> str:
    return str(evaluate(office.database, *rows, on=TODAY, **how)[0])


def decision(office: Office, subject: str) -> dict[str, Any]:
    shown: dict[str, Any] = office.ask("auditor", "GET", f"/v1/decisions/{office.id_of(subject)}").json()
    return shown


def waits(office: Office, subject: str) -> list[str]:
    return list(decision(office, subject)["waiting_for"])


def enterprise(office: Office, code: str) -> dict[str, str]:
    return office.tokens.bearer(sub=f"enterprise:{code}", uscc=code, scope="own:read own:write")


def path(office: Office, subject: str, act: str) -> str:
    return f"/v1/decisions/{office.id_of(subject)}/{act}"


def confirmed(office: Office, subject: str, body: dict[str, Any] = YES) -> dict[str, Any]:
    given = office.ask_as(enterprise(office, subject), "POST", path(office, subject, "confirmation"), body)
    assert given.is_success, given.text
    shown: dict[str, Any] = given.json()
    return shown


def reviewed(office: Office, subject: str, client: str, reviewer: str, **changes: Any) -> dict[str, Any]:
    body = {"reviewer": reviewer, "outcome": "passed"} | changes
    return office.did(client, path(office, subject, "reviews"), body)


def reviewed_in_bulk(office: Office, client: str, body: dict[str, Any]) -> dict[str, Any]:
    job = office.did(client, "/v1/reviews", body)
    assert JobRunner(office.database, {REVIEW: lambda job: run_bulk_review(office.database, job, notice_days=5)}).step()
    done: dict[str, Any] = office.ask("auditor", "GET", f"/v1/reviews/{job['id']}").json()
    return done


def ready(office: Office, *subjects: str) -> None:
    for subject in subjects:
        confirmed(office, subject)
        reviewed(office, subject, "statistics-officer", "statistics")
        reviewed(office, subject, "liandu-officer", "district")


def test_a_round_from_confirmation_to_approval(office: Office) -> None:
    adopted(office)
    opened = office.did(
        "commerce-maker",
        "/v1/rounds",
        {
            "policy": "lishui-2020-1",
            "title": "2023年度第一批",
            "award_years": [2023],
            "opens_on": "2026-03-01",
            "closes_on": "2026-06-30",
        },
    )
    proposed(office, rent(A, 500), rent(B, 700), rent(C, 900), round_id=UUID(opened["id"]))
    assert [waits(office, subject) for subject in (A, B, C)] == [STEPS] * 3
    confirmed(office, A)
    assert waits(office, A) == STEPS[1:]
    assert (confirmed(office, B, NO)["state"], waits(office, B)) == ("rejected", [])
    office.did("commerce-maker", path(office, C, "confirmation"), YES | {"document": "确认书（纸质）"})
    bulk = reviewed_in_bulk(
        office, "statistics-officer", {"round_id": opened["id"], "reviewer": "statistics", "except": [office.id_of(C)]}
    )
    assert (bulk["passed"], bulk["skipped"]) == (1, {"excepted": 1, "objected": 0, "reviewed": 0, "stale": 1})
    reviewed_in_bulk(office, "liandu-officer", {"round_id": opened["id"], "reviewer": "district"})
    assert (waits(office, A), waits(office, C)) == (["notice"], ["review:statistics"])

    notice = office.did("commerce-maker", "/v1/notices", {"round_id": opened["id"]})
    assert notice["skipped"] == {"not_confirmed": 0, "not_reviewed": 1}
    assert (notice["total"], notice["working_days"], notice["last_day"]) == (1, 3, "2026-03-05")
    assert waits(office, A) == ["notice"]
    office.closed(notice)
    assert waits(office, A) == ["approval"]
    done = office.approved_in_bulk({"round_id": opened["id"]})
    assert done["approved"] == 1
    assert {name: count for name, count in done["skipped"].items() if count} == {"not_reviewed": 1, "stale": 1}
    shown = office.ask("auditor", "GET", f"/v1/rounds/{opened['id']}").json()
    assert (shown["decisions"], shown["entitlement_fen"]) == (3, 2_100)
    assert [(each["state"], each["waiting_for"], each["entitlement_fen"]) for each in shown["totals"]] == [
        ("approved", [], 500),
        ("proposed", ["review:statistics"], 900),
        ("rejected", [], 700),
    ]
    listed = office.ask("auditor", "GET", f"/v1/decisions?round_id={opened['id']}").json()["items"]
    assert len(listed) == 3
    acts = [(each["act"], each["step"]) for each in decision(office, A)["acts"]]
    assert acts[:4] == [
        ("propose", None),
        ("confirm", "confirmation"),
        ("pass", "review:statistics"),
        ("pass", "review:district"),
    ]


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
            pytest.raises(Exception, match=r"only be confirmed|permission denied"),
            office.database.transaction() as each,
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


@pytest.mark.parametrize(
    ("client", "reviewer", "allowed"),
    [
        ("statistics-officer", "statistics", True),
        ("postal-officer", "statistics", False),
        ("statistics-officer", "district", False),
        ("liandu-officer", "district", True),
        ("liandu-officer", "statistics", False),
        ("zone-officer", "district", False),
        ("commerce-maker", "statistics", False),
        ("commerce-checker", "district", False),
        ("auditor", "statistics", False),
    ],
)
def test_only_the_reviewer_reviews(office: Office, client: str, reviewer: str, allowed: bool) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    given = office.ask(client, "POST", path(office, A, "reviews"), {"reviewer": reviewer, "outcome": "passed"})
    assert given.is_success is allowed
    assert given.status_code in (200, 403, 404)
    if given.status_code == 403 and "missing_scopes" not in given.json():
        assert given.json()["state"] == "proposed" and {"pass", "oppose"} <= set(given.json()["possible"])
        assert reviewer not in given.json()["reviewers"]
    assert (f"review:{reviewer}" not in waits(office, A)) is allowed


def test_only_the_payee_or_an_officer_with_its_document_confirms(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    other = office.ask_as(enterprise(office, B), "POST", path(office, A, "confirmation"), YES)
    assert other.status_code == 404
    read_only = office.tokens.bearer(sub=f"enterprise:{A}", uscc=A, scope="own:read")
    assert office.ask_as(read_only, "POST", path(office, A, "confirmation"), YES).status_code == 403
    for client in ("commerce-checker", "liandu-officer", "statistics-officer", "auditor"):
        assert office.ask(client, "POST", path(office, A, "confirmation"), YES).status_code == 403
    body = office.refused("commerce-maker", path(office, A, "confirmation"), YES, "invalid-request")
    assert [error["pointer"] for error in body["errors"]] == ["/document"]
    given = office.ask_as(
        enterprise(office, A), "POST", path(office, A, "confirmation"), YES | {"commitment": False}
    ).json()
    assert [error["pointer"] for error in given["errors"]] == ["/commitment"]
    assert waits(office, A) == STEPS


def test_a_confirmation_is_given_once_and_in_time(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    confirmed(office, A)
    again = office.ask_as(enterprise(office, A), "POST", path(office, A, "confirmation"), NO).json()
    assert (again["type"].rpartition(":")[2], again["state"]) == ("conflict", "proposed")
    assert {"pass", "oppose"} <= set(again["possible"])
    assert {"confirm", "approve", "publish"}.isdisjoint(again["possible"])
    assert decision(office, B)["steps"][0]["due_on"] == "2026-03-09"
    office.clock.instant = MONDAY + timedelta(days=8)
    late = office.ask_as(enterprise(office, B), "POST", path(office, B, "confirmation"), YES).json()
    assert (late["type"].rpartition(":")[2], late["due_on"]) == ("too-late", "2026-03-09")
    assert late["state"] == "proposed" and {"confirm", "decline"}.isdisjoint(late["possible"])
    assert not decline_silent(office.database, date(2026, 3, 9))
    assert decline_silent(office.database, date(2026, 3, 10))
    assert not decline_silent(office.database, date(2026, 3, 10))
    assert [(decision(office, subject)["state"]) for subject in (A, B)] == ["proposed", "rejected"]
    assert decision(office, B)["acts"][-1] | {"acted_at": ""} == {
        "act": "decline",
        "state": "rejected",
        "actor": "eligibility",
        "acted_at": "",
        "reason": "declined",
        "step": "confirmation",
    }
    after = office.ask_as(enterprise(office, B), "POST", path(office, B, "confirmation"), YES).json()
    assert (after["state"], after["possible"]) == ("rejected", [])


@pytest.mark.parametrize(("silence", "state"), [("declines", "rejected"), ("waits", "proposed")])
def test_the_worker_declines_after_the_term_what_nobody_has_answered(office: Office, silence: str, state: str) -> None:
    adopted(office, confirmation={"required": True, "working_days": 5, "silence": silence})
    proposed(office, rent(A, 500), rent(B, 700))
    confirmed(office, A)
    settings = settings_of(office.database, working_days=5)
    registry = RegistryFacts(httpx.Client(base_url="http://registry.test"))
    [worker] = [each for each in loops(settings, office.database, registry, office.clock) if each.name == "silence"]
    for days, worked in ((7, False), (8, silence == "declines"), (9, False)):  # the fifth working day is the eighth day
        office.clock.instant = MONDAY + timedelta(days=days)
        assert worker.step() is worked
        assert [decision(office, subject)["state"] for subject in (A, B)] == [
            "proposed",
            state if days > 7 else "proposed",
        ]
    assert decision(office, B)["acts"][-1]["act"] == ("decline" if silence == "declines" else "propose")


def test_where_silence_waits_a_payee_may_answer_late(office: Office) -> None:
    adopted(office, confirmation={"required": True, "working_days": 5, "silence": "waits"})
    proposed(office, rent(A, 500))
    assert not decline_silent(office.database, date(2026, 5, 1))
    office.clock.instant = MONDAY + timedelta(days=60)
    assert confirmed(office, A)["waiting_for"] == STEPS[1:]


def test_an_enterprise_sees_a_notice_as_the_public_does_and_objects_to_its_own_award_alone(office: Office) -> None:
    notice = office.noticed(rent(A, 500), rent(B, 700, payee_name="丽水张三丰商行"), legal_form="individual")
    path, own = f"/v1/notices/{notice['id']}", enterprise(office, A)
    office.objected(notice, B)
    of_public, of_own = (
        office.ask_as(headers, "GET", path).json() | {"possible_acts": []}
        for headers in (office.tokens.bearer(sub="website", scope="notices:read"), own)
    )
    assert of_own == of_public
    assert (of_own["total"], of_own["objections"]["open"], len(of_own["items"])) == (2, 1, 2)
    assert B not in str(of_own) and "张三丰" not in str(of_own), "natural persons are masked"
    assert office.ask_as(own, "GET", f"{path}/objections").json()["items"] == []
    for subject, status in ((B, 403), (A, 201)):
        body = {"decision_id": office.id_of(subject), "reason": "r"}
        given = office.ask_as(own, "POST", f"{path}/objections", body)
        assert given.status_code == status, given.text
    assert len(office.ask_as(own, "GET", f"{path}/objections").json()["items"]) == 1


def test_what_is_superseded_cannot_be_confirmed_or_reviewed(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    old = office.id_of(A)
    proposed(office, rent(A, 600))
    for client, act, body in (
        (enterprise(office, A), "confirmation", YES),
        (office.tokens.headers("statistics-officer"), "reviews", {"reviewer": "statistics", "outcome": "passed"}),
    ):
        refused = office.ask_as(client, "POST", f"/v1/decisions/{old}/{act}", body)
        assert (refused.status_code, refused.json()["state"], refused.json()["possible"]) == (409, "superseded", [])


def test_what_was_declined_is_proposed_again_once_its_outcome_differs(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    confirmed(office, A, NO)
    proposed(office, rent(A, 500), facts=1)
    assert [row[1] for row in history(office.database, A)] == ["rejected"]
    proposed(office, rent(A, 600))
    assert [row[1] for row in history(office.database, A)] == ["rejected", "proposed"]


def test_what_was_passed_for_an_outcome_stays_passed_while_it_is_the_same(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), by="eligibility")
    confirmed(office, A)
    reviewed(office, A, "statistics-officer", "statistics")
    proposed(office, rent(A, 500))  # a person's evaluation proposes an automatic proposal anew
    assert [row[1] for row in history(office.database, A)] == ["superseded", "proposed"]
    assert waits(office, A) == ["review:district"]
    proposed(office, rent(A, 600))
    assert waits(office, A) == STEPS


def test_an_objection_of_a_review_suspends_one_decision_until_its_reviewer_passes_it(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    ready(office, B)
    confirmed(office, A)
    body = {"reviewer": "statistics", "outcome": "objected"}
    refused = office.refused("statistics-officer", path(office, A, "reviews"), body, "invalid-request")
    assert [error["pointer"] for error in refused["errors"]] == ["/reason"]
    assert (
        reviewed(office, A, "statistics-officer", "statistics", outcome="objected", reason="r")["state"] == "suspended"
    )
    assert (waits(office, A), waits(office, B)) == (STEPS[1:], ["notice"])
    resumed = office.refused("commerce-maker", path(office, A, "resume"), {"reason": "r"}, "conflict")
    assert "resume" not in resumed["possible"]
    assert reviewed(office, A, "liandu-officer", "district")["state"] == "suspended"
    assert reviewed(office, A, "statistics-officer", "statistics")["state"] == "proposed"
    assert waits(office, A) == ["notice"]
    again = {"reviewer": "statistics", "outcome": "objected", "reason": "r"}
    office.refused("statistics-officer", path(office, A, "reviews"), again, "conflict")


def test_corrected_facts_propose_anew_what_a_review_objects_to(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    confirmed(office, A)
    reviewed(office, A, "statistics-officer", "statistics", outcome="objected", reason="r")
    proposed(office, rent(A, 500))
    assert [row[1] for row in history(office.database, A)] == ["suspended"]
    proposed(office, rent(A, 500), facts=1)
    assert [(row[1], row[4]) for row in history(office.database, A)] == [
        ("superseded", "initial"),
        ("proposed", "initial"),
    ]
    assert waits(office, A) == STEPS[1:]


def test_nobody_is_asked_to_confirm_less_than_is_in_force(office: Office) -> None:
    adopted(office, reviews=[], notice_working_days=0)
    evaluation = proposed(office, rent(A, 500))
    confirmed(office, A)
    assert waits(office, A) == ["approval"]
    assert office.approved_in_bulk({"evaluation_id": evaluation})["approved"] == 1
    proposed(office, rent(A, 400))
    assert waits(office, A) == ["approval"]
    proposed(office, rent(A, 600))
    assert waits(office, A) == ["confirmation"]
    proposed(office, rent(A, 500, payee_uscc=B))
    assert waits(office, A) == ["confirmation"]
    proposed(office, subjects={("courier-rent", A)})
    assert (decision(office, A)["result"], waits(office, A)) == ("withdrawn", ["approval"])


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
        with pytest.raises(Exception, match=r"is .* already|permission denied"), database.transaction() as connection:
            connection.execute(text(statement))


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


def test_a_bulk_review_that_is_run_again_counts_what_it_has_passed(office: Office) -> None:
    adopted(office)
    evaluation = proposed(office, rent(A, 500), rent(B, 700))
    job = office.did("statistics-officer", "/v1/reviews", {"evaluation_id": evaluation, "reviewer": "statistics"})

    class Crash(Exception):
        """The worker dies."""

    def dies(running: Any) -> None:
        running.succeed = lambda *_: (_ for _ in ()).throw(Crash)
        run_bulk_review(office.database, running, notice_days=5)

    JobRunner(office.database, {REVIEW: dies}).step()
    with office.database.transaction() as connection:
        connection.execute(text("UPDATE jobs SET state = 'running', lease_until = now() - interval '1 minute'"))
    assert JobRunner(
        office.database, {REVIEW: lambda each: run_bulk_review(office.database, each, notice_days=5)}
    ).step()
    done = office.ask("auditor", "GET", f"/v1/reviews/{job['id']}").json()
    assert (done["state"], done["passed"], sum(done["skipped"].values())) == ("succeeded", 2, 0)
