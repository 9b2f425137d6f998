"""Payees confirm or decline what is proposed for them, in time, or are silent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import httpx
import pytest

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.confirmations.handlers import Statement, confirm, decline_silent
from services.eligibility.worker import loops
from shared.authorization import Actor
from tests.integration.eligibility.api_driver import MONDAY, Office
from tests.integration.eligibility.procedure import (
    NO,
    STEPS,
    TODAY,
    YES,
    A,
    B,
    adopted,
    confirmed,
    decision,
    enterprise,
    path,
    proposed,
    waiting_for_a_lock,
    waits,
)
from tests.integration.eligibility.support import history, rent, settings_of


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


def test_silence_declines_nothing_that_is_answered_while_it_waits_for_the_award(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500), rent(B, 700))
    answer = Statement(account_confirmed=False, commitment=True, document="意愿确认书")
    with ThreadPoolExecutor(1) as worker:
        with office.database.transaction() as connection:
            confirm(
                connection,
                UUID(decision(office, A)["id"]),
                Actor("commerce-maker", frozenset()),
                accept=True,
                statement=answer,
                today=TODAY,
                notice_days=5,
                language="en",
            )
            declining = worker.submit(decline_silent, office.database, date(2026, 3, 10))
            while not waiting_for_a_lock(office.database):
                assert not declining.done()
        assert declining.result()
    assert [decision(office, subject)["state"] for subject in (A, B)] == ["proposed", "rejected"]
    assert [act["act"] for act in decision(office, A)["acts"]] == ["propose", "confirm"]


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


def test_what_was_declined_is_proposed_again_once_its_outcome_differs(office: Office) -> None:
    adopted(office)
    proposed(office, rent(A, 500))
    confirmed(office, A, NO)
    proposed(office, rent(A, 500), facts=1)
    assert [row[1] for row in history(office.database, A)] == ["rejected"]
    proposed(office, rent(A, 600))
    assert [row[1] for row in history(office.database, A)] == ["rejected", "proposed"]


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
