"""An award is suspended, ended or resumed by an official act of two persons; what was proposed before goes on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.eligibility.decisions.proposals import Counts
from tests.integration.eligibility.api_driver import Office
from tests.integration.eligibility.support import evaluate, rent
from tests.support.databases import as_owner

A, B, C = "91331100MA2A0000A1", "91331100MA2A0000B2", "91331100MA2A0000C3"
STATUS = "/v1/policies/lishui-2020-1/awards/courier-rent/status"
END = {
    "status": "ended",
    "effective_on": "2024-03-01",
    "document": "丽商务〔2024〕1号",
    "reason": "公平竞争审查",
}


def act(office: Office, **changes: Any) -> str:
    """Propose an act and have it confirmed; returns its id."""
    proposed = office.did("commerce-maker", STATUS, {**END, **changes})
    office.did("commerce-checker", f"{STATUS}/{proposed['id']}/confirm")
    return str(proposed["id"])


def propose(office: Office, subject: str, on: date, **changes: Any) -> Counts:
    changes = {"award_year": 2023} | changes
    return evaluate(
        office.database,
        rent(subject, 100, **changes),
        on=on,
        subjects={("courier-rent", subject)},
        years=(changes["award_year"],),
    )[1]


@pytest.mark.parametrize(
    ("change", "on", "created"),
    [
        ({}, date(2024, 2, 29), 1),
        ({}, date(2024, 3, 1), 0),
        ({"status": "suspended"}, date(2024, 3, 1), 0),
        ({"last_award_year": 2023}, date(2024, 3, 1), 1),
        ({"last_award_year": 2022}, date(2024, 3, 1), 0),
    ],
)
def test_no_new_award_is_proposed_from_that_day_on(
    office: Office, change: dict[str, Any], on: date, created: int
) -> None:
    act(office, **change)
    counts = propose(office, A, on)
    assert (counts.created, counts.stopped) == (created, 1 - created)


def test_an_act_has_no_effect_until_it_is_confirmed_and_a_later_one_resumes_the_award(office: Office) -> None:
    proposed = office.did("commerce-maker", STATUS, END)
    assert propose(office, A, date(2024, 3, 1)).created == 1
    office.did("commerce-checker", f"{STATUS}/{proposed['id']}/confirm")
    assert propose(office, B, date(2024, 3, 1)).stopped == 1
    act(office, status="in_force", effective_on="2024-06-01")
    assert propose(office, B, date(2024, 5, 31)).stopped == 1
    assert propose(office, B, date(2024, 6, 1)).created == 1


def test_open_proposals_and_awards_in_force_go_on_corrections_included(office: Office) -> None:
    evaluate(office.database, rent(A, 100), rent(B, 200))
    office.did("commerce-checker", f"/v1/decisions/{office.id_of(B)}/reject", {"reason": "wrong"})
    act(office, effective_on="2024-03-02")
    assert propose(office, A, date(2024, 4, 1), entitlement_fen=90).restated == 1
    assert propose(office, B, date(2024, 4, 1), entitlement_fen=90).stopped == 1, "closed before, and new again"
    closed = office.closed(office.did("commerce-maker", "/v1/notices", {"decision_ids": [office.id_of(A)]}))
    assert closed["state"] == "closed"
    office.did("commerce-checker", f"/v1/decisions/{office.id_of(A)}/approve")
    assert propose(office, A, date(2024, 5, 1), entitlement_fen=80).restated == 1


def test_the_status_and_every_act_can_be_read(office: Office) -> None:
    assert office.ask("auditor", "GET", STATUS).json()["status"] == "in_force"
    act(office, last_award_year=2022)
    office.did("commerce-maker", STATUS, {**END, "status": "suspended"})
    shown = office.ask("auditor", "GET", STATUS).json()
    assert (shown["status"], shown["effective_on"], shown["last_award_year"]) == ("ended", "2024-03-01", 2022)
    assert [each["state"] for each in shown["changes"]] == ["confirmed", "proposed"]
    rules = office.ask("auditor", "GET", "/v1/policies/lishui-2020-1/awards").json()
    assert {rule["code"]: rule["status"]["status"] for rule in rules if rule["code"] in ("courier-rent", "park")} == {
        "courier-rent": "ended",
        "park": "in_force",
    }


def test_two_persons_and_one_confirmation(office: Office) -> None:
    proposed = office.did("commerce-maker", STATUS, END)
    confirm = f"{STATUS}/{proposed['id']}/confirm"
    assert office.ask("commerce-maker", "POST", confirm, {}).status_code == 403
    both = office.tokens.bearer(sub="one", scope="readings:propose readings:confirm evaluations:read")
    own = office.ask_as(both, "POST", STATUS, END).json()
    alone = office.ask_as(both, "POST", f"{STATUS}/{own['id']}/confirm", {}).json()
    assert alone["type"].endswith("same-person"), "with both rights, and alone"
    with pytest.raises(DBAPIError, match="two_persons"), office.database.transaction() as connection:
        connection.execute(text("UPDATE award_status_changes SET confirmed_by = proposed_by, confirmed_at = now()"))
    office.did("commerce-checker", confirm)
    office.refused("commerce-checker", confirm, {}, "conflict")
    with pytest.raises(DBAPIError, match="only be confirmed, once"), as_owner(office.database) as connection:
        connection.execute(text("UPDATE award_status_changes SET effective_on = '2030-01-01'"))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"status": "gone"}, "/status"),
        ({"effective_on": "soon"}, "/effective_on"),
        ({"status": "in_force", "last_award_year": 2022}, "/"),
        ({"document": " "}, "/document"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_a_bad_act_is_pointed_at(office: Office, change: dict[str, Any], pointer: str) -> None:
    errors = office.refused("commerce-maker", STATUS, {**END, **change}, "invalid-request")["errors"]
    assert [error["pointer"].startswith(pointer.rstrip("/")) for error in errors] == [True]


def test_an_award_that_there_is_not_is_refused(office: Office) -> None:
    office.refused("commerce-maker", STATUS.replace("courier-rent", "rent"), END, "not-found")
