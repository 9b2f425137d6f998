"""Money moves by two persons: what one enters counts for nothing, and nobody confirms what is their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from services.payout.budgets.tables import MAX_APPROPRIATION_FEN
from shared.authorization import Scope
from tests.integration.payout.bank import approve, batch, issued, paid, recovery_of, result, state
from tests.integration.payout.support import USCC, Payout, decision

BOTH_HALVES = " ".join(
    scope.value
    for scope in (
        Scope.APPROPRIATIONS_WRITE,
        Scope.APPROPRIATIONS_CONFIRM,
        Scope.BATCHES_WRITE,
        Scope.ORDERS_APPROVE,
        Scope.RECOVERIES_WRITE,
        Scope.RECOVERIES_APPROVE,
        Scope.RESULTS_BANK,
    )
)
"""What an installation gives to one person by mistake: the database and the handlers refuse what no scope does."""


@dataclass(frozen=True)
class Act:
    """An act that needs two persons: how it is entered, on a payout that `prepare` brought there, its table, and its postings.

    Its proposals are below the path where it is entered, or `below` another.
    """

    prepare: Callable[[Payout], tuple[str, dict[str, Any]]]
    table: str
    postings: int = 1
    below: str = ""

    def enter(self, payout: Payout, headers: Mapping[str, str]) -> str:
        return self.send(payout, headers, *self.prepare(payout))

    def send(self, payout: Payout, headers: Mapping[str, str], path: str, body: Any) -> str:
        answer = payout.http.post(path, json=body, headers=dict(headers))
        assert answer.is_success, answer.text
        (entered,) = answer.json().get("items", [answer.json()])
        assert entered["state"] == "proposed"
        return f"{self.below or path}/{entered['id']}"


def _appropriation(_: Payout) -> tuple[str, dict[str, Any]]:
    return "/v1/appropriations", {"unit": "city", "year": 2026, "amount_fen": 500, "document": "d"}


def _carry_over(payout: Payout) -> tuple[str, dict[str, Any]]:
    payout.appropriate("city", 500)
    return "/v1/budgets/city/2026/carry-over", {"amount_fen": 200, "document": "d"}


def _results(payout: Payout) -> tuple[str, dict[str, Any]]:
    order_id = issued(payout)
    approve(payout, order_id)
    return f"/v1/payment-batches/{batch(payout)['id']}/results", {"rows": [result(order_id)]}


def _repayment(payout: Payout) -> tuple[str, dict[str, Any]]:
    body = {"amount_fen": 200, "received_on": "2026-03-01", "bank_reference": "R1"}
    return f"/v1/recoveries/{recovery_of(payout, 400)}/repayments", body


ACTS = {
    "appropriation": Act(_appropriation, "appropriation_proposals"),
    "carry-over": Act(_carry_over, "appropriation_proposals", below="/v1/appropriations"),
    "results": Act(_results, "result_proposals"),
    "repayment": Act(_repayment, "repayment_proposals", postings=2),
}
ALL = pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)


def books(payout: Payout) -> Any:
    """What money looks like: the ledger, the budgets, the orders and the recoveries."""
    lists = ("ledger/entries", "budgets", "payment-orders", "recoveries")
    return [payout.get(f"/v1/{each}?limit=1000")["items"] for each in lists]


def send(payout: Payout, path: str, headers: Mapping[str, str], body: Any = None) -> int:
    return int(payout.http.post(path, json=body, headers=dict(headers)).status_code)


@ALL
def test_what_one_person_enters_counts_for_nothing_and_that_person_cannot_confirm_it(payout: Payout, act: Act) -> None:
    alone = payout.tokens.bearer(sub="alone", scope=BOTH_HALVES)
    path, body = act.prepare(payout)
    before = books(payout)
    proposal = act.send(payout, alone, path, body)
    refused = payout.http.post(f"{proposal}/confirm", headers=alone)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "same-person"), refused.text
    assert books(payout) == before
    with pytest.raises(IntegrityError, match="two_persons"):
        payout.execute(
            f"UPDATE {act.table} SET confirmed_by = proposed_by, confirmed_at = now() WHERE confirmed_at IS NULL"
        )
    with pytest.raises(IntegrityError, match="decided once"):
        payout.execute(f"UPDATE {act.table} SET proposed_by = 'another'", owner=True)
    payout.post(f"{proposal}/confirm", by="finance-checker", expect=200)
    assert books(payout) != before


@ALL
def test_what_is_discarded_never_counts(payout: Payout, act: Act) -> None:
    proposal = act.enter(payout, payout.tokens.headers("finance-maker"))
    before = books(payout)
    payout.post(f"{proposal}/discard", {"reason": "录入有误"}, by="finance-maker", expect=200)
    for step, body in (("confirm", None), ("discard", {"reason": "r"})):
        payout.post(f"{proposal}/{step}", body, by="finance-checker", expect=409)
    assert books(payout) == before


@ALL
def test_two_confirmations_at_once_have_one_effect(payout: Payout, act: Act) -> None:
    proposal = act.enter(payout, payout.tokens.headers("finance-maker"))
    postings = len(books(payout)[0])
    headers = [payout.tokens.headers("finance-checker")] * 3
    with ThreadPoolExecutor(3) as persons:
        answered = sorted(persons.map(lambda own: send(payout, f"{proposal}/confirm", own), headers))
    assert answered == [200, 409, 409]
    assert len(books(payout)[0]) == postings + act.postings
    payout.reconcile()


@ALL
def test_a_confirmation_that_dies_before_its_commit_changes_nothing(
    payout: Payout, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = act.enter(payout, payout.tokens.headers("finance-maker"))
    before = books(payout)

    def die(*_: object, **__: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as dying:
        dying.setattr("shared.web.idempotency.audit.record", die)  # the last statement of the transaction
        payout.post(f"{proposal}/confirm", by="finance-checker", expect=500)
    assert books(payout) == before
    payout.post(f"{proposal}/confirm", by="finance-checker", expect=200)


def test_a_draft_gives_no_money_and_a_reduction_is_held_against_what_is_free_when_it_is_confirmed(
    payout: Payout,
) -> None:
    payout.arrange()
    payout.receive(decision(jurisdiction="city", instalments=((2025, 500),)))
    draft = payout.post("/v1/appropriations", _appropriation(payout)[1], by="finance-maker", expect=201)
    assert payout.fund() == 0
    assert payout.get("/v1/budgets")["items"] == []
    payout.post(f"/v1/appropriations/{draft['id']}/confirm", by="finance-checker", expect=200)
    less = {"unit": "city", "year": 2026, "amount_fen": -1, "document": "d"}
    reduction = payout.post("/v1/appropriations", less, by="finance-maker", expect=201)
    assert payout.fund() == 1
    payout.post(f"/v1/appropriations/{reduction['id']}/confirm", by="finance-checker", expect=409)
    listed = payout.get("/v1/appropriations")["items"]
    assert [(each["id"], each["state"]) for each in listed] == [
        (draft["id"], "confirmed"),
        (reduction["id"], "proposed"),
    ]
    assert payout.get("/v1/appropriations?state=proposed&unit=city&year=2026")["items"] == listed[1:]
    assert [each["id"] for each in payout.get("/v1/budgets/city/2026")["appropriations"]] == [draft["id"]]
    assert payout.get("/v1/appropriations", by="liandu-officer")["items"] == []


def test_what_is_carried_over_is_held_against_what_is_free_when_it_is_confirmed(payout: Payout) -> None:
    """Late, twice, or after orders have taken the money: as if it had not been asked."""
    path, body = _carry_over(payout)
    headers = payout.tokens.headers("finance-maker", Idempotency_Key="k1")
    first, again = (payout.http.post(path, json=body | {"amount_fen": None}, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    (all_of_it,) = first.json()["items"]
    (part,) = payout.post(path, body, by="finance-maker", expect=201)["items"]
    payout.post(f"/v1/appropriations/{part['id']}/confirm", by="finance-checker", expect=200)
    before = books(payout)
    refused = payout.post(f"/v1/appropriations/{all_of_it['id']}/confirm", by="finance-checker", expect=409)
    assert [each["code"] for each in refused["errors"]] == ["below_reserved"]
    assert books(payout) == before
    payout.post(path, body | {"amount_fen": 301}, by="finance-maker", expect=409)
    with pytest.raises(IntegrityError, match="carried_over"):
        payout.execute(
            "INSERT INTO appropriation_proposals (unit, year, amount_fen, document, proposed_by, carried_over)"
            " VALUES ('city', 2026, 5, 'd', 'x', true)"
        )
    payout.reconcile()


def test_an_appropriation_of_before_counts_as_confirmed_by_whoever_recorded_it(payout: Payout) -> None:
    payout.execute(
        "INSERT INTO appropriations (unit, year, amount_fen, document, recorded_by) VALUES ('city', 2026, 7, 'd', 'x')"
    )
    payout.execute("INSERT INTO budgets (unit, year, appropriated_fen) VALUES ('city', 2026, 7)")
    payout.execute(
        "INSERT INTO postings (kind, source, destination, amount_fen, unit, actor)"
        " VALUES ('appropriation', 'treasury:city', 'budget:city:2026', 7, 'city', 'x')"
    )
    (before,) = payout.get("/v1/appropriations")["items"]
    assert (before["state"], before["proposed_by"], before["confirmed_by"]) == ("confirmed", "x", None)


@pytest.mark.parametrize("fen", [MAX_APPROPRIATION_FEN, -MAX_APPROPRIATION_FEN, 9 * 10**15])
def test_a_sum_beyond_sense_is_refused(payout: Payout, fen: int) -> None:
    """Ten billion yuan are the most; the database refuses more as well."""
    body = {"unit": "city", "year": 2026, "amount_fen": fen, "document": "d"}
    expected = 201 if fen == MAX_APPROPRIATION_FEN else 409 if fen < 0 else 422
    payout.post("/v1/appropriations", body, by="finance-maker", expect=expected)
    too_much = (fen // abs(fen)) * (abs(fen) + 1)
    payout.post("/v1/appropriations", body | {"amount_fen": too_much}, by="finance-maker", expect=422)
    with pytest.raises(IntegrityError, match="amount"):
        payout.execute(
            "INSERT INTO appropriation_proposals (unit, year, amount_fen, document, proposed_by)"
            " VALUES ('city', 2026, :fen, 'd', 'x')",
            fen=too_much,
        )


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1989-12-31", "2101-01-01", "2026-03-03"])
def test_a_day_beyond_sense_is_refused(payout: Payout, day: str) -> None:
    path, body = _repayment(payout)
    payout.post(path, body | {"received_on": day}, by="finance-maker", expect=422)
    order = payout.get("/v1/payment-orders?state=settled")["items"][0]
    row = result(order["id"], "returned", occurred_on=day)
    for by in ("finance-maker", "bank"):
        payout.post(f"/v1/payment-batches/{order['batch_id']}/results", {"rows": [row]}, by=by, expect=422)


def test_one_person_neither_settles_nor_returns_and_reissues(payout: Payout) -> None:
    """Row 11: settled, returned and issued again by one and the same."""
    order_id = issued(payout)
    approve(payout, order_id)
    path = f"/v1/payment-batches/{batch(payout)['id']}/results"
    for outcome in ("settled", "returned"):
        payout.post(path, {"rows": [result(order_id, "settled"), result(order_id, outcome)]}, by="finance-maker")
    assert state(payout, order_id) == "batched"
    payout.post(f"/v1/payment-orders/{order_id}/reissue", by="finance-maker", expect=409)


def test_the_banks_own_channel_reports_at_once_reads_its_files_and_may_nothing_else(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    batch_id = batch(payout)["id"]
    path = f"/v1/payment-batches/{batch_id}"
    assert payout.http.get(f"{path}/file", headers=payout.tokens.headers("bank", Accept="text/csv")).is_success
    assert payout.get("/v1/payment-batches", by="bank")["items"][0]["id"] == batch_id
    reported = payout.post(f"{path}/results", {"rows": [result(order_id)]}, by="bank", expect=200)
    assert (reported["id"], reported["state"], reported["batch"]["settled"]) == (None, "confirmed", 1)
    for forbidden in ("/v1/payment-orders", "/v1/budgets", f"{path}/results"):
        payout.get(forbidden, by="bank", expect=403)
    payout.post("/v1/payment-batches", {"unit": "city"}, by="bank", expect=403)


def test_a_checker_sees_what_entered_results_would_change(payout: Payout) -> None:
    path, body = _results(payout)
    entered = payout.post(path, body, by="finance-maker", expect=200)
    assert entered["rows"] == {"read": 1, "accepted": 1, "unchanged": 0, "rejected": 0}
    shown = payout.get(f"{path}/{entered['id']}")
    assert shown["outcomes"] == [{"outcome": "settled", "orders": 1, "amount_fen": 1_000}]
    (row,) = shown["items"]
    assert (row["state"], row["outcome"], row["amount_fen"], row["payee"]["uscc"]) == (
        "batched",
        "settled",
        1_000,
        USCC,
    )
    assert [each["id"] for each in payout.get(path)["items"]] == [entered["id"]]


def test_results_are_checked_again_when_they_are_confirmed(payout: Payout) -> None:
    path, body = _results(payout)
    order_id = body["rows"][0]["order_id"]
    entered = payout.post(path, body, by="finance-maker", expect=200)
    same = payout.post(path, body, by="finance-maker", expect=200)
    payout.post(path, {"rows": [result(order_id, "failed", reason="账号有误")]}, by="bank", expect=200)
    before = books(payout)
    refused = payout.post(f"{path}/{entered['id']}/confirm", by="finance-checker", expect=422)
    assert [each["code"] for each in refused["errors"]] == ["not_possible"]
    assert books(payout) == before
    assert payout.get(f"{path}/{entered['id']}")["state"] == "proposed"
    payout.post(f"{path}/{same['id']}/discard", {"reason": "银行已回报"}, by="finance-checker", expect=200)


def test_results_that_the_bank_has_reported_meanwhile_are_confirmed_without_effect(payout: Payout) -> None:
    path, body = _results(payout)
    entered = payout.post(path, body, by="finance-maker", expect=200)
    payout.post(path, body, by="bank", expect=200)
    before = books(payout)
    confirmed = payout.post(f"{path}/{entered['id']}/confirm", by="finance-checker", expect=200)
    assert confirmed["rows"] == {"read": 1, "accepted": 0, "unchanged": 1, "rejected": 0}
    assert books(payout) == before


def test_a_repayment_is_held_against_what_is_outstanding_when_it_is_confirmed(payout: Payout) -> None:
    path, body = _repayment(payout)
    drafts = [
        payout.post(path, body | {"amount_fen": 400, "bank_reference": reference}, by="finance-maker", expect=201)
        for reference in ("R1", "R2", "R1")
    ]
    assert drafts[0] == drafts[2], "the same reference again changes nothing"
    payout.post(path, body | {"bank_reference": "R1"}, by="finance-maker", expect=409)
    payout.post(f"{path}/{drafts[0]['id']}/confirm", by="finance-checker", expect=200)
    refused = payout.post(f"{path}/{drafts[1]['id']}/confirm", by="finance-checker", expect=409)
    assert refused["outstanding_fen"] == 200
    listed = payout.http.get(path, headers=payout.tokens.headers("auditor")).json()
    assert [(each["bank_reference"], each["state"]) for each in listed] == [("R1", "confirmed"), ("R2", "proposed")]


def test_a_checker_sees_whose_account_is_paid_to_and_whether_it_changed(payout: Payout) -> None:
    """Row 6: an account that was redirected since the last payment does not go unseen."""
    paid(payout)
    payout.receive(decision("s2", jurisdiction="city", instalments=((2025, 1_000),)))
    payout.fund()
    order_id = payout.get("/v1/payment-orders?state=issued")["items"][0]["id"]

    def account() -> Any:
        shown = payout.get(f"/v1/payment-orders/{order_id}")["account"]
        assert next(o for o in payout.get("/v1/payment-orders")["items"] if o["id"] == order_id)["account"] == shown
        return shown

    assert account() == {
        "holder": "丽水测试快递有限公司",
        "number_masked": "****2222",
        "changed_since_last_payment": False,
        "holder_differs": False,
    }
    payout.accounts.holders[USCC] = "另一家公司"
    payout.account(USCC, "6222999999997777")
    redirected = {
        "holder": "另一家公司",
        "number_masked": "****7777",
        "changed_since_last_payment": True,
        "holder_differs": True,
    }
    assert account() == redirected
    assert approve(payout, order_id)["account"] == redirected
    payout.get(f"/v1/payment-orders/{order_id}", by="liandu-officer", expect=404)
    stored = payout.execute("SELECT payee_accounts::text AS row FROM payee_accounts")
    assert not any("6222999999997777" in each.row for each in stored), "no whole number is kept here"
