"""What payout asks of payees before it pays, answered by the registry."""

from __future__ import annotations

from datetime import date

import httpx

from services.payout.clients.payees import Payees
from tests.integration.registry.conftest import Registry, uscc

A, B, UNKNOWN = uscc(1), uscc(2), uscc(3)


def test_payout_finds_who_shares_an_account_who_is_dishonest_and_who_is_unknown(registry: Registry) -> None:
    registry.enterprises(A, B)
    account = {"since": "2020-01-01", "account_holder": "甲", "bank_code": "102100099996"}
    for code in (A, B):
        registry.recorded("payee_accounts", account | {"uscc": code, "account_number": "6222000011112222"})
    revision = registry.recorded("sanctions", {"uscc": A, "kind": "serious_dishonesty", "since": "2026-01-01"})
    payees = Payees(_client(registry))
    facts = payees.facts(date(2026, 3, 2), [A, UNKNOWN], [A], revision)
    assert facts.registered == {A}
    assert facts.users[facts.accounts[A].bank_code, facts.accounts[A].number] == {A, B}
    assert [each.revision for each in facts.dishonest[A]] == [revision]
    assert not facts.support
    assert payees.facts(date(2026, 3, 2), [UNKNOWN], [], revision).accounts == {}


def test_public_money_for_the_same_subject_is_found_whichever_enterprise_it_names(registry: Registry) -> None:
    registry.enterprises(A, B)
    store = {"store_id": "S1", "uscc": A, "jurisdiction": "liandu", "agricultural_upstream": True}
    registry.recorded("cold_stores", store)
    support = {
        "award": "cold-chain",
        "subject": "S1",
        "award_year": 2023,
        "programme": "省级冷链",
        "level": "provincial",
    }
    given = {"uscc": B, "amount_fen": 100, "granted_on": "2023-05-01"}
    revision = registry.recorded("other_support", support | given)
    found = Payees(_client(registry)).facts(date(2026, 3, 2), [A], ["S1"], revision).support
    assert [each.amount_fen for each in found["cold-chain", "S1", 2023]] == [100]


def _client(registry: Registry) -> httpx.Client:
    """Return an HTTP client of the registry's app, as payout."""

    def answer(request: httpx.Request) -> httpx.Response:
        sent = {name: request.headers[name] for name in ("Accept", "Content-Type") if name in request.headers}
        path = request.url.raw_path.decode()
        found = registry.request(request.method, path, by="payout", content=request.content, headers=sent)
        return httpx.Response(
            found.status_code, headers={"Content-Type": found.headers["Content-Type"]}, content=found.content
        )

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://registry")
