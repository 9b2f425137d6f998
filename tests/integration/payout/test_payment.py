"""From an issued order to the bank and back: approval, batches, results, failures, reissue, holds, accounts."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.integration.payout.support import OTHER_USCC, USCC, Payout, award, decision

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def issued(payout: Payout, *versions: Any, uscc: str = USCC) -> str:
    """Receive a decision of 1,000 fen in the city and fund it; returns the order's id."""
    payout.arrange()
    payout.account(uscc)
    payout.appropriate("city", 100_000)
    payout.receive(*(versions or [decision(jurisdiction="city", instalments=((2025, 1_000),), uscc=uscc)]))
    payout.fund()
    return str(payout.get("/v1/payment-orders?state=issued")["items"][0]["id"])


def approve(payout: Payout, order_id: str) -> Any:
    return payout.post(f"/v1/payment-orders/{order_id}/approve", by="finance-checker")


def batch(payout: Payout, expect: int = 201) -> Any:
    return payout.post("/v1/payment-batches", {"unit": "city"}, by="finance-maker", expect=expect)


def result(order_id: str, outcome: str = "settled", **more: Any) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "outcome": outcome,
        "occurred_on": "2026-03-05",
        "bank_reference": f"B-{outcome}",
    } | more


def answer(
    payout: Payout, batch_id: str, *rows: dict[str, Any], mode: str = "all_or_nothing", expect: int = 200
) -> Any:
    path = f"/v1/payment-batches/{batch_id}/results?mode={mode}"
    return payout.post(path, {"rows": list(rows)}, by="finance-maker", expect=expect)


def paid(payout: Payout) -> str:
    """Bring 1,000 fen of the city to the payee; returns the order's id."""
    order_id = issued(payout)
    approve(payout, order_id)
    answer(payout, batch(payout)["id"], result(order_id))
    return order_id


def state(payout: Payout, order_id: str) -> str:
    orders = payout.get("/v1/payment-orders")["items"]
    return str(next(order["state"] for order in orders if order["id"] == order_id))


def test_an_order_is_approved_batched_and_settled(payout: Payout) -> None:
    order_id = issued(payout)
    approved = approve(payout, order_id)
    assert (approved["state"], approved["account_revision"], approved["approved_by"]) == (
        "approved",
        1,
        "finance-checker",
    )
    payout.post(f"/v1/payment-orders/{order_id}/approve", by="finance-checker", expect=409)
    made = batch(payout)
    assert (made["state"], made["orders"], made["total_fen"]) == ("sent", 1, 1_000)
    assert payout.get(f"/v1/payment-orders?batch_id={made['id']}")["items"][0]["id"] == order_id
    batch(payout, expect=409)  # nothing is sent twice
    report = answer(payout, made["id"], result(order_id, amount_fen=1_000))
    assert (report["rows"]["accepted"], report["batch"]["state"]) == (1, "completed")
    assert answer(payout, made["id"], result(order_id))["rows"]["unchanged"] == 1
    answer(payout, made["id"], result(order_id, "failed"), expect=422)
    story = payout.story()
    assert [(s["ordered_fen"], s["paid_fen"], s["to_recover_fen"]) for s in story["shares"]] == [(1_000, 1_000, 0)]
    assert [p["kind"] for p in story["postings"]] == ["recognised", "funded", "paid"]
    budget = payout.get("/v1/budgets/city/2026")
    assert (budget["committed_fen"], budget["ordered_fen"], budget["paid_fen"]) == (1_000, 1_000, 1_000)
    types = [row[0] for row in payout.execute("SELECT type FROM outbox ORDER BY id")]
    assert types == [f"payment_order.{what}" for what in ("issued", "approved", "settled")]


def test_the_file_is_the_same_however_often_it_is_asked_for(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    headers = payout.tokens.headers("finance-maker", Accept="text/csv")
    path = f"/v1/payment-batches/{made['id']}/file"
    first = payout.http.get(path, headers=headers).content
    payout.account(USCC, "6222999999999999")
    assert payout.http.get(path, headers=headers).content == first
    assert first.startswith(b"\xef\xbb\xbf")
    body, _, last = first.rstrip(b"\n").rpartition(b"\n")
    assert last.decode().split('"')[3] == hashlib.sha256(body + b"\n").hexdigest()
    lines = first.decode("utf-8-sig").splitlines()
    assert '"6222000011112222"' in lines[1] and '"10.00"' in lines[1] and "\"'=丽水" in lines[1]
    assert lines[2].startswith('"合计","1"')
    book = payout.http.get(path, headers=headers | {"Accept": XLSX})
    assert book.headers["content-type"] == XLSX and book.content.startswith(b"PK")
    assert payout.http.get(path, headers=payout.tokens.headers("auditor")).status_code == 403


def test_an_account_that_changed_after_approval_sends_the_order_back(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    payout.account(USCC, "6222999999999999")
    assert batch(payout)["sent_back"] == 1
    assert state(payout, order_id) == "issued"
    assert approve(payout, order_id)["account_revision"] == 2
    assert batch(payout)["orders"] == 1


def test_orders_wait_for_an_account_outside_the_queue(payout: Payout) -> None:
    payout.account(OTHER_USCC)
    payout.arrange()
    payout.appropriate("city", 1_500)
    parts = ((2025, 1_000),)
    payout.receive(decision("s1", jurisdiction="city", instalments=parts))
    payout.receive(decision("s2", jurisdiction="city", instalments=parts, uscc=OTHER_USCC))
    assert payout.fund() == 1, "who has no account is not ahead of anybody"
    assert payout.get("/v1/payment-orders?waiting_for=account")["items"][0]["payee"]["uscc"] == USCC
    payout.account(USCC)
    assert payout.fund() == 0
    payout.appropriate("city", 500)
    assert payout.fund() == 1


def test_without_an_account_an_approval_sends_the_order_to_wait(payout: Payout) -> None:
    payout.arrange()
    payout.appropriate("city", 1_000)
    payout.receive(decision(jurisdiction="city", instalments=((2025, 1_000),)))
    assert payout.fund() == 1, "the registry keeps no accounts at all yet"
    order_id = payout.get("/v1/payment-orders")["items"][0]["id"]
    assert approve(payout, order_id)["waiting_for"] == "account"
    payout.account()
    assert approve(payout, order_id)["state"] == "approved"


def test_bulk_approval_counts_what_it_leaves(payout: Payout) -> None:
    payout.arrange()
    payout.account()
    payout.appropriate("city", 100_000)
    for number in range(4):
        payout.receive(decision(f"s{number}", jurisdiction="city", instalments=((2025, 100),)))
    payout.fund()
    payout.post(f"/v1/awards/{award('s0')}/hold", {"reason": "核查"}, by="finance-maker")
    job = payout.post("/v1/payment-orders/approvals", {"unit": "city"}, by="finance-checker", expect=202)
    payout.work()
    job = payout.get(f"/v1/payment-orders/approvals/{job['id']}")
    assert (job["state"], job["approved"]) == ("succeeded", 3)
    assert job["skipped"] == {"held": 1, "own": 0, "no_account": 0, "not_issued": 0}
    payout.post("/v1/payment-orders/approvals", {}, by="finance-checker", expect=422)
    assert batch(payout)["orders"] == 3


def test_a_hold_keeps_orders_from_money_and_bank_until_another_person_releases_it(payout: Payout) -> None:
    payout.arrange()
    payout.account()
    payout.appropriate("city", 100_000)
    path = f"/v1/payees/{USCC}"
    payout.post(f"{path}/hold", {"reason": "核查"}, by="finance-maker", expect=201)
    payout.post(f"{path}/hold", {"reason": "核查"}, by="finance-maker", expect=409)
    payout.receive(decision(jurisdiction="city", instalments=((2025, 1_000),)))
    assert payout.fund() == 0
    order = payout.get("/v1/payment-orders")["items"][0]
    assert order["waiting_for"] == "release"
    payout.post(f"{path}/release", {"reason": "已查清"}, by="finance-checker")
    assert payout.fund() == 1
    approve(payout, order["id"])
    payout.post(f"/v1/awards/{award()}/hold", {"reason": "核查"}, by="finance-maker")
    batch(payout, expect=409)
    payout.post(f"/v1/awards/{award()}/release", {"reason": "已查清"}, by="finance-checker")
    assert batch(payout)["orders"] == 1


def test_a_failed_payment_is_issued_again_and_approved_by_another_person(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    answer(payout, made["id"], result(order_id, "failed", reason="账号不符"))
    assert payout.get("/v1/budgets/city/2026")["ordered_fen"] == 0
    payout.account(USCC, "6222999999999999")
    again = payout.post(f"/v1/payment-orders/{order_id}/reissue", by="finance-maker", expect=201)
    assert (again["state"], again["replaces"], again["amount_fen"]) == ("issued", order_id, 1_000)
    payout.post(f"/v1/payment-orders/{order_id}/reissue", by="finance-maker", expect=409)
    approve(payout, again["id"])
    answer(payout, batch(payout)["id"], result(again["id"]))
    answer(payout, made["id"], result(order_id), expect=422)  # the first one never settles any more
    assert payout.get("/v1/budgets/city/2026")["paid_fen"] == 1_000
    assert payout.story()["shares"][0]["ordered_fen"] == 1_000


def test_a_payment_that_comes_back_is_no_longer_paid(payout: Payout) -> None:
    order_id = paid(payout)
    made = payout.get("/v1/payment-batches")["items"][0]
    answer(payout, made["id"], result(order_id, "returned", occurred_on="2026-03-09"))
    assert payout.get("/v1/budgets/city/2026")["paid_fen"] == 0
    assert [p["kind"] for p in payout.story()["postings"]][-2:] == ["paid", "returned"]


def test_wrong_rows_are_refused_each_with_its_reason(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    stranger = "01920000-0000-7000-8000-000000000000"
    rows = [result(order_id, amount_fen=999), result(stranger)]
    problem = answer(payout, made["id"], *rows, expect=422)
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [
        ("/rows/0", "another_amount"),
        ("/rows/1", "not_in_batch"),
    ]
    problem = answer(payout, made["id"], result(order_id), result(order_id, "failed"), expect=422)
    assert problem["errors"][0]["code"] == "contradiction"
    assert state(payout, order_id) == "batched"
    report = answer(payout, made["id"], result(stranger), result(order_id), mode="accept_valid")
    assert report["rows"] == {"read": 2, "accepted": 1, "unchanged": 0, "rejected": 1}
    assert state(payout, order_id) == "settled"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_results_come_as_csv_too(payout: Payout, encoding: str) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    path = f"/v1/payment-batches/{batch(payout)['id']}/results"
    headers = payout.tokens.headers("finance-maker") | {"Content-Type": "text/csv"}
    heading = "支付令编号,结果,日期,银行流水号,金额（元）\r\n"
    wrong = f"{heading}{order_id},成功,2026-02-30,B1,10.00\r\n".encode(encoding)
    refused = payout.http.post(path, content=wrong, headers=headers)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/rows/0/occurred_on"
    right = f"{heading}{order_id},成功,2026-03-05,B1,10.00\r\n合计,1,,,10.00\r\n".encode(encoding)
    assert payout.http.post(path, content=right, headers=headers).json()["rows"]["accepted"] == 1
    assert payout.http.post(path, content=right, headers=headers | {"Content-Type": "text/html"}).status_code == 415


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
    types = [row[0] for row in payout.execute("SELECT type FROM outbox ORDER BY id")]
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


def recovery_of(payout: Payout, entitlement: int) -> str:
    """Pay 1,000 fen, then restate to `entitlement`; returns the recovery's id."""
    paid(payout)
    payout.receive(decision(version=2, jurisdiction="city", instalments=((2025, entitlement),)))
    return str(payout.get("/v1/recoveries")["items"][0]["id"])


def test_money_comes_back_in_parts_and_is_paid_again_when_owed_again(payout: Payout) -> None:
    recovery = f"/v1/recoveries/{recovery_of(payout, 400)}"
    body = {"amount_fen": 200, "received_on": "2026-04-01", "bank_reference": "R1"}
    for _ in range(2):
        after = payout.post(f"{recovery}/repayments", body, by="finance-maker")
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
