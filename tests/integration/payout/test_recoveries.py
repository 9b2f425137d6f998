"""Restatements of what is at the bank or paid: claims, repayments, write-offs, netting; the ledger's chain."""

from __future__ import annotations

from datetime import date

from tests.integration.payout.bank import answer, approve, batch, issued, paid, recovery_of, result
from tests.integration.payout.support import USCC, Payout, decision


def test_a_restatement_while_the_payment_is_at_the_bank(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    payout.receive(decision(version=2, jurisdiction="city", instalments=((2025, 400),)))
    share = payout.story()["shares"][0]
    assert (share["to_recover_fen"], payout.get("/v1/recoveries")["items"]) == (600, [])
    answer(payout, made["id"], result(order_id))
    recovery = payout.get("/v1/recoveries?outstanding=true")["items"][0]
    assert (recovery["state"], recovery["outstanding_fen"]) == ("open", 600)
    types = [row[0] for row in payout.execute("SELECT type FROM outbox_events ORDER BY batch, place")]
    assert types[-1] == "recovery.raised"


def test_a_restatement_while_at_the_bank_that_then_fails(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    payout.receive(decision(version=2, jurisdiction="city", instalments=((2025, 400),)))
    answer(payout, made["id"], result(order_id, "failed"))
    assert payout.get("/v1/recoveries")["items"] == []
    assert payout.live() == [("city", 1, 400, "waiting")]
    assert payout.story()["shares"][0]["to_recover_fen"] == 0
    payout.account(USCC, "6222999999999999")
    assert payout.live() == [("city", 1, 400, "issued")]
    assert payout.get("/v1/budgets/city/2026")["committed_fen"] == 400


def test_what_failed_waits_for_a_new_account_though_an_older_one_is_open(payout: Payout) -> None:
    order_id = issued(payout)
    payout.account(USCC, "6222999999999999", date(2025, 1, 1))
    approve(payout, order_id)
    made = batch(payout)
    payout.receive(decision(version=2, jurisdiction="city", instalments=((2025, 400),)))
    answer(payout, made["id"], result(order_id, "failed"))
    payout.account_pass().step()
    assert payout.live() == [("city", 1, 400, "waiting")], "it would go to the account that failed"
    payout.account(USCC, "6222888888888888", date(2025, 6, 1))
    assert payout.live() == [("city", 1, 400, "issued")]


def test_money_comes_back_in_parts_and_is_paid_again_when_owed_again(payout: Payout) -> None:
    recovery = f"/v1/recoveries/{recovery_of(payout, 400)}"
    body = {"amount_fen": 200, "received_on": "2026-03-01", "bank_reference": "R1"}
    for _ in range(2):
        after = payout.repay(recovery.rpartition("/")[2], body)
        assert (after["repaid_fen"], after["outstanding_fen"]) == (200, 400)
    payout.post(f"{recovery}/repayments", body | {"amount_fen": 100}, by="finance-maker", expect=409)
    too_much = body | {"amount_fen": 401, "bank_reference": "R2"}
    payout.post(f"{recovery}/repayments", too_much, by="finance-maker", expect=409)
    assert payout.get("/v1/budgets/city/2026")["recovered_fen"] == 200
    payout.reconcile()
    payout.receive(decision(version=3, jurisdiction="city", instalments=((2025, 900),)))
    share = payout.story()["shares"][0]
    assert (share["ordered_fen"], share["to_recover_fen"], share["recovered_fen"]) == (1_100, 0, 200)
    assert payout.get("/v1/recoveries")["items"][0]["outstanding_fen"] == 0


def test_a_write_off_needs_two_persons(payout: Payout) -> None:
    path = f"/v1/recoveries/{recovery_of(payout, 400)}/write-off"
    proposed = payout.post(path, {"reason": "企业已注销", "amount_fen": 500}, by="finance-maker")
    assert (proposed["outstanding_fen"], proposed["proposed_write_off_fen"]) == (600, 500)
    payout.post(path, {"reason": "企业已注销"}, by="finance-maker", expect=409)
    payout.post(path, {"reason": "企业已注销"}, by="auditor", expect=403)
    confirmed = payout.post(path, {"reason": "同意"}, by="finance-checker")
    assert (confirmed["written_off_fen"], confirmed["outstanding_fen"]) == (500, 100)
    payout.reconcile()
    payout.receive(decision(version=3, jurisdiction="city", instalments=((2025, 600),)))
    assert payout.story()["shares"][0]["ordered_fen"] == 1_000, "what was written off is not paid on top"


def test_a_write_off_that_was_overtaken_gives_way_to_another(payout: Payout) -> None:
    recovery = f"/v1/recoveries/{recovery_of(payout, 400)}"
    payout.post(f"{recovery}/write-off", {"reason": "企业已注销", "amount_fen": 500}, by="finance-maker")
    back = {"amount_fen": 200, "received_on": "2026-03-01", "bank_reference": "R1"}
    after = payout.repay(recovery.rpartition("/")[2], back)
    assert (after["outstanding_fen"], after["proposed_write_off_fen"]) == (400, None), (
        "less is outstanding than proposed"
    )
    payout.post(f"{recovery}/write-off", {"reason": "同意"}, by="finance-checker", expect=403)
    proposed = payout.post(f"{recovery}/write-off", {"reason": "其余核销"}, by="finance-maker")
    assert proposed["proposed_write_off_fen"] == 400
    confirmed = payout.post(f"{recovery}/write-off", {"reason": "同意"}, by="finance-checker")
    assert (confirmed["written_off_fen"], confirmed["outstanding_fen"], confirmed["state"]) == (400, 0, "written_off")
    payout.reconcile()
    payout.post(f"{recovery}/write-off", {"reason": "再次"}, by="finance-maker", expect=409)


def test_a_held_order_is_not_netted(payout: Payout) -> None:
    recovery = f"/v1/recoveries/{recovery_of(payout, 400)}"
    payout.receive(decision("s2", jurisdiction="city", instalments=((2025, 1_000),)))
    payout.fund()
    order = payout.get("/v1/payment-orders?state=issued")["items"][0]
    payout.post(f"/v1/awards/{order['award_id']}/hold", {"reason": "复核"}, by="finance-maker")
    payout.post(f"{recovery}/net", {"order_id": order["id"]}, by="finance-maker", expect=409)
    assert payout.live("s2") == [("city", 1, 1_000, "issued")]


def test_a_recovery_is_netted_against_a_later_order_when_an_officer_says_so(payout: Payout) -> None:
    recovery = f"/v1/recoveries/{recovery_of(payout, 400)}"
    payout.receive(decision("s2", jurisdiction="city", instalments=((2025, 1_000),)))
    payout.fund()
    order = payout.get("/v1/payment-orders?state=issued")["items"][0]
    netted = payout.post(f"{recovery}/net", {"order_id": order["id"]}, by="finance-maker")
    assert (netted["state"], netted["repaid_fen"]) == ("repaid", 600)
    assert payout.live("s2") == [("city", 1, 400, "issued"), ("city", 1, 600, "settled")]
    share = payout.story("s2")["shares"][0]
    assert (share["ordered_fen"], share["paid_fen"]) == (1_000, 600)
    payout.post(f"{recovery}/net", {"order_id": order["id"]}, by="finance-maker", expect=409)


def test_the_ledger_is_sealed_and_a_changed_posting_is_found(payout: Payout) -> None:
    paid(payout)
    payout.seal()
    chain = payout.get("/v1/ledger/chain")
    assert (chain["blocks"] > 0, chain["unsealed"], chain["broken_at"]) == (True, 0, None)
    balances = {b["account"]: b["balance_fen"] for b in payout.get("/v1/ledger/balances")["items"]}
    assert balances["budget:city:2026"] == 99_000
    assert balances[f"payee:{USCC}"] == 1_000
    assert sum(balances.values()) == 0
    assert payout.get("/v1/ledger/balances?on=2020-01-01")["items"] == []
    entries = payout.get(f"/v1/ledger/entries?account=payee:{USCC}")["items"]
    assert [(e["kind"], e["amount_fen"]) for e in entries] == [("paid", 1_000)]
    payout.tamper("UPDATE postings SET actor = 'nobody' WHERE kind = 'paid'")
    assert payout.get("/v1/ledger/chain")["broken_at"] is not None


def test_a_refusal_says_what_is_possible(payout: Payout) -> None:
    recovery = f"/v1/recoveries/{recovery_of(payout, 400)}"
    more = {"amount_fen": 601, "received_on": "2026-03-02", "bank_reference": "R1"}
    refused = payout.post(f"{recovery}/repayments", more, by="finance-maker", expect=409)
    assert (refused["outstanding_fen"], refused["errors"][0]["pointer"]) == (600, "/amount_fen")
    payout.post(f"{recovery}/write-off", {"reason": "企业已注销", "amount_fen": 500}, by="finance-maker")
    other = {"reason": "同意", "amount_fen": 400}
    refused = payout.post(f"{recovery}/write-off", other, by="finance-checker", expect=409)
    assert refused["proposed_write_off_fen"] == 500
