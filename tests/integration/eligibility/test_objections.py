"""Objections over HTTP: what they suspend, who decides them, what comes of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.web.enterprises import Enterprises
from tests.integration.eligibility.api_driver import CLOSABLE_ON, Office
from tests.integration.eligibility.support import evaluate, rent, the_decision

PAYEE = "91331100MA2000061E"


def test_an_objection_suspends_one_decision_and_a_rejected_one_lets_it_go_on(office: Office) -> None:
    notice = office.noticed(rent("A", 500), rent("B", 700))
    first, second = office.objected(notice, "A"), office.objected(notice, "A")
    assert (office.state("A"), office.state("B")) == ("suspended", "in_notice")
    suspended = f"/v1/decisions/{office.id_of('A')}"
    held = office.refused("commerce-maker", f"{suspended}/resume", {"reason": "r"}, "conflict")
    assert (held["state"], "resume" in held["possible"], "dismiss" in held["possible"]) == ("suspended", False, True)
    office.decided(first, "rejected")
    assert office.state("A") == "suspended", "the other objection is open"
    twice = office.refused(
        "commerce-checker", f"/v1/objections/{first['id']}/decide", {"outcome": "upheld", "reason": "r"}, "conflict"
    )
    assert (twice["state"], twice["possible"]) == ("rejected", [])
    office.decided(second, "rejected")
    assert office.state("A") == "in_notice"
    third = office.objected(notice, "A")
    assert office.closed(notice)["objections"] == {"open": 1, "rejected": 2, "upheld": 0}
    assert (office.state("A"), office.state("B")) == ("suspended", "proposed")
    late = office.refused(
        "commerce-maker",
        f"/v1/notices/{notice['id']}/objections",
        {"decision_id": office.id_of("B"), "reason": "too late"},
        "conflict",
    )
    assert (late["state"], late["possible"]) == ("closed", [])
    skipped = office.approved_in_bulk({"notice_id": notice["id"]})
    assert (skipped["approved"], skipped["skipped"]["suspended"]) == (1, 1)
    office.decided(third, "rejected")
    assert office.did("commerce-checker", f"{suspended}/approve")["state"] == "approved", "its term has run"


def test_an_upheld_objection_waits_for_another_evaluation(office: Office) -> None:
    notice = office.noticed(rent("A", 500))
    office.decided(office.objected(notice, "A"), "upheld")
    office.closed(notice)
    barred = office.refused("commerce-maker", f"/v1/decisions/{office.id_of('A')}/resume", {"reason": "r"}, "conflict")
    assert "evaluate again" in barred["detail"]
    office.proposed(rent("A", 500))
    assert office.state("A") == "suspended", "the same outcome again changes nothing"
    evaluate(office.database, rent("A", 500), on=date(2026, 2, 1))
    assert office.state("A") == "suspended", "that it would be due later is no correction"
    office.proposed(rent("A", 300))
    corrected = the_decision(office.database, "A")
    assert (corrected.reason, corrected.state, corrected.noticed_on) == ("objection", "proposed", None)
    office.refused("commerce-checker", f"/v1/decisions/{corrected.id}/approve", {}, "not-noticed")


def test_corrected_facts_answer_an_upheld_objection_though_the_outcome_is_the_same(office: Office) -> None:
    notice = office.noticed(rent("A", 500))
    office.decided(office.objected(notice, "A"), "upheld")
    office.closed(notice)
    held = office.id_of("A")
    office.proposed(rent("A", 500), legal_form="other")
    answered = the_decision(office.database, "A")
    assert (answered.reason, answered.state, answered.entitlement_fen) == ("objection", "proposed", 500)
    assert office.ask("auditor", "GET", f"/v1/decisions/{held}").json()["state"] == "superseded"
    office.did("commerce-maker", "/v1/notices", {"decision_ids": [str(answered.id)]})
    assert office.state("A") == "in_notice"
    office.proposed(rent("A", 500), legal_form="other")
    assert office.id_of("A") == str(answered.id), "answered once"
    office.proposed(rent("A", 400), legal_form="other")
    assert the_decision(office.database, "A").reason == "objection", "until one of them is approved"


def test_a_suspension_by_an_officer_outlives_an_objection(office: Office) -> None:
    notice = office.noticed(rent("A", 500))
    moved = f"/v1/decisions/{office.id_of('A')}"
    office.did("commerce-maker", f"{moved}/suspend", {"reason": "lease in doubt"})
    office.decided(office.objected(notice, "A"), "rejected")
    assert office.state("A") == "suspended"
    assert office.did("commerce-maker", f"{moved}/resume", {"reason": "lease seen"})["state"] == "in_notice"
    office.did("commerce-maker", f"{moved}/suspend", {"reason": "again"})
    evaluate(office.database, rent("A", 500), on=date(2026, 2, 1))
    assert office.state("A") == "suspended", "the same outcome, though due later"
    office.closed(notice)
    resumed = office.did("commerce-maker", f"{moved}/resume", {"reason": "seen"})
    assert (resumed["state"], resumed["noticed_on"]) == ("proposed", CLOSABLE_ON)


def test_two_persons_decide_an_objection_in_the_database_too(office: Office) -> None:
    office.objected(office.noticed(rent("A", 500)), "A")
    with pytest.raises(IntegrityError, match="two_persons"), office.database.transaction() as connection:
        connection.execute(
            text(
                "UPDATE objections SET outcome = 'upheld', decided_by = recorded_by, decided_at = now(), decision_reason = 'r'"
            )
        )
    with pytest.raises(IntegrityError, match="not_closed_early"), office.database.transaction() as connection:
        connection.execute(text("UPDATE notices SET closed_on = last_day, closed_by = 'x', closed_at = now()"))


def test_an_enterprise_has_one_open_objection_against_a_decision(office: Office) -> None:
    office.app.state.enterprises = Enterprises(lambda code: True)
    notice = office.noticed(rent(PAYEE, 500), rent("B", 700))
    own = office.tokens.bearer(sub=f"enterprise:{PAYEE}", uscc=PAYEE, scope="own:read own:write")
    path = f"/v1/notices/{notice['id']}/objections"
    body = {"decision_id": office.id_of(PAYEE), "reason": "the rent was higher"}
    first = office.ask_as(own, "POST", path, body)
    assert first.status_code == 201, first.text
    second = office.ask_as(own, "POST", path, body | {"reason": "the rent was much higher"})
    assert (second.status_code, second.json()["state"], second.json()["possible"]) == (409, "open", ["decide"])
    assert office.ask_as(own, "GET", f"/v1/notices/{notice['id']}").json()["objections"]["open"] == 1
    office.objected(notice, PAYEE)  # what others say on paper is recorded beside it
    office.decided(first.json(), "rejected")
    assert office.ask_as(own, "POST", path, body).status_code == 201, "once it is decided, another one may be made"


@pytest.mark.parametrize("about", ["decision_id", "omitted"])
def test_the_database_keeps_one_open_objection_of_an_enterprise_about_a_matter(office: Office, about: str) -> None:
    notice = office.noticed(rent("A", 500))
    case = '{"award": "courier-rent", "subject": "B", "award_year": 2023}'
    matter = {"decision_id": office.id_of("A"), "omitted": None} if about == "decision_id" else {"omitted": case}
    values = {"notice": notice["id"], "decision_id": None, "uscc": matter.get("omitted") and "B"} | matter
    objecting = text(
        "INSERT INTO objections (notice_id, decision_id, omitted, omitted_uscc, objector_uscc, reason, recorded_by)"
        " VALUES (:notice, :decision_id, :omitted, :uscc, :objector, 'r', 'x')"
    )
    with office.database.transaction() as connection:
        for objector in ("A", "B", None, None):
            connection.execute(objecting, values | {"objector": objector})
    with pytest.raises(IntegrityError, match="open_of_enterprise"), office.database.transaction() as connection:
        connection.execute(objecting, values | {"objector": "A"})
