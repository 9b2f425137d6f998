"""An account that a payee confirms with its acceptance: the registry confirms its draft, once, however often it is told."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import httpx
import pytest
from stdnum.cn import uscc

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.confirmations import accounts
from services.eligibility.confirmations.handlers import Statement, confirm, confirmation_view
from services.eligibility.decisions.domain import INTERPRETATIONS_DOCUMENT, POLICY_DOCUMENT
from services.eligibility.decisions.proposals import store_document
from services.eligibility.procedures.domain import Confirmation, Procedure, Silence
from services.eligibility.procedures.handlers import confirm_change, propose_change
from services.eligibility.rules.library import load_policy
from shared.authorization import Actor
from shared.errors import Unavailable
from tests.integration.eligibility.harness import Harness
from tests.integration.eligibility.support import CHECKER, MAKER, POLICY, evaluate, rent, the_decision

A, B = (code + str(uscc.calc_check_digit(code)) for code in ("91331100660565430", "91331100660565431"))
TODAY = date(2026, 3, 2)


def account(code: str, number: str = "6222020200001234567") -> dict[str, Any]:
    return {
        "uscc": code,
        "since": "2020-01-01",
        "account_holder": "甲",
        "bank_code": "102343000018",
        "account_number": number,
        "until": None,
    }


@pytest.fixture
def payees(world: Harness) -> Harness:
    """Two enterprises whose awards wait for their confirmation."""
    records = [
        {"uscc": code, "name": "甲", "legal_form": "enterprise", "registered_on": "2019-01-01"} for code in (A, B)
    ]
    world.record("enterprises", *records)
    with world.database.transaction() as connection:
        for kind in (POLICY_DOCUMENT, INTERPRETATIONS_DOCUMENT):
            store_document(connection, kind, kind, b"{}")
        procedure = Procedure(Confirmation(True, 5, Silence.WAITS))
        made = propose_change(connection, load_policy(POLICY), procedure, "r", by=MAKER.subject)
        confirm_change(connection, load_policy(POLICY), UUID(made["id"]), by=CHECKER.subject)
    evaluate(world.database, rent(A, 500), rent(B, 700), on=TODAY)
    return world


def drafted(world: Harness, *codes: str, by: str = "data-platform") -> str:
    answer = httpx.Client(transport=world.transport, base_url="http://registry").post(
        "/v1/datasets/payee_accounts/records",
        json={"records": [account(code) for code in codes], "source": "test"},
        headers=world.tokens.bearer(sub=by, scope="facts:write"),
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["draft"])


def draft(world: Harness, draft_id: str) -> dict[str, Any]:
    reader = httpx.Client(transport=world.transport, base_url="http://registry")
    shown: dict[str, Any] = reader.get(f"/v1/drafts/{draft_id}", headers=world.tokens.headers("auditor")).json()
    return shown


def accepted(world: Harness, code: str, *, account_confirmed: bool = True, by: str | None = None) -> UUID:
    """Have a payee accept its award, or an officer with its paper."""
    decision_id: UUID = the_decision(world.database, code).id
    payee = Actor(by or f"enterprise:{code}", frozenset(), uscc=None if by else code)
    statement = Statement(account_confirmed, commitment=True, document="确认书" if by else None)
    with world.database.transaction() as connection:
        confirm(
            connection,
            decision_id,
            payee,
            accept=True,
            statement=statement,
            today=TODAY,
            notice_days=5,
            language="en",
        )
    return decision_id


def told(world: Harness) -> None:
    while accounts.tell_registry(world.database, world.facts):
        pass


def outcome(world: Harness, decision_id: UUID) -> str | None:
    with world.database.reading() as connection:
        shown = confirmation_view(connection, decision_id, CHECKER)
    return str(shown["account"]) if shown["account"] else None


def test_a_confirmed_account_is_recorded_with_the_enterprise_as_second_person(payees: Harness) -> None:
    waiting = drafted(payees, A)
    decision_id = accepted(payees, A)
    assert (outcome(payees, decision_id), draft(payees, waiting)["state"]) == ("waiting", "proposed")
    told(payees)
    shown = draft(payees, waiting)
    assert (shown["state"], shown["confirmed_by"], shown["proposed_by"]) == (
        "confirmed",
        f"enterprise:{A}",
        "data-platform",
    )
    assert outcome(payees, decision_id) == "confirmed"
    assert not accounts.tell_registry(payees.database, payees.facts)


def test_told_again_after_an_end_in_between_it_is_confirmed_once(payees: Harness) -> None:
    waiting = drafted(payees, A)
    decision_id = accepted(payees, A)

    class Ends(RegistryFacts):
        """The registry gives effect, and the worker ends before it has kept the answer."""

        def confirm_account(self, uscc: str, *, by: str, at: Any) -> str:
            payees.facts.confirm_account(uscc, by=by, at=at)
            raise Unavailable("ended")

    with pytest.raises(Unavailable):
        accounts.tell_registry(payees.database, Ends(httpx.Client()))
    first = draft(payees, waiting)
    assert outcome(payees, decision_id) == "waiting"
    told(payees)
    assert draft(payees, waiting) == first
    assert first["state"] == "confirmed"


@pytest.mark.parametrize("by", [None, "commerce-maker"])
def test_whoever_drafted_an_account_does_not_become_its_second_person(payees: Harness, by: str | None) -> None:
    waiting = drafted(payees, A, by=by or f"enterprise:{A}")
    decision_id = accepted(payees, A, by=by)
    told(payees)
    assert (draft(payees, waiting)["state"], outcome(payees, decision_id)) == ("proposed", "own_draft")


def test_a_payee_confirms_its_own_account_alone_and_what_it_has_seen(payees: Harness) -> None:
    of_both = drafted(payees, A, B)
    decision_id = accepted(payees, A)
    later = drafted(payees, A)
    told(payees)
    assert outcome(payees, decision_id) == "confirmed"
    assert [draft(payees, each)["state"] for each in (of_both, later)] == ["proposed", "proposed"]
    headers = payees.tokens.headers("auditor")
    records = payees._writer.get("/v1/datasets/payee_accounts/records", headers=headers).json()["items"]
    assert [each["uscc"] for each in records] == [A], "of an import for many its own account alone"
    rest = payees._writer.post(f"/v1/drafts/{of_both}/confirm", headers=payees.tokens.headers("commerce-maker"))
    assert rest.json()["state"] == "confirmed", "what A has confirmed already stands in nobody's way"
    records = payees._writer.get("/v1/datasets/payee_accounts/records", headers=headers).json()["items"]
    assert sorted(each["uscc"] for each in records) == sorted([A, B])


def test_without_the_statement_no_account_is_confirmed(payees: Harness) -> None:
    waiting = drafted(payees, A)
    decision_id = accepted(payees, A, account_confirmed=False)
    told(payees)
    assert (draft(payees, waiting)["state"], outcome(payees, decision_id)) == ("proposed", None)
