"""From an issued order to the bank and back: approval, batches, results, failures, reissue, holds, accounts."""

from __future__ import annotations

import hashlib
import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from shared.media_types import XLSX
from tests.integration.payout.bank import answer, approve, batch, issued, paid, result, state
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, award, decision


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
    types = [row[0] for row in payout.execute("SELECT type FROM outbox_events ORDER BY batch, place")]
    assert types == [f"payment_order.{what}" for what in ("issued", "approved", "settled")]


def test_of_approvals_at_once_one_takes_effect_and_the_others_are_told(
    payout: Payout, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = issued(payout)
    read = payout.accounts.latest_revision

    def overtaken() -> int:
        monkeypatch.undo()
        approve(payout, order_id)  # while another approval of the same order has looked at it and reads its account
        return read()

    monkeypatch.setattr(payout.accounts, "latest_revision", overtaken)
    payout.post(f"/v1/payment-orders/{order_id}/approve", by="finance-checker", expect=409)
    acts = payout.execute("SELECT count(*) FROM audit_log WHERE act = 'approve_payment_order'")
    assert acts[0][0] == 1


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
    *body, checksum, seal = first.splitlines(keepends=True)
    assert checksum.decode().split('"')[3] == hashlib.sha256(b"".join(body)).hexdigest()
    assert seal.decode().startswith('"防伪码","city 2026-03-02 1 ')
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


def test_with_the_first_accounts_everybody_needs_one(payout: Payout) -> None:
    payout.arrange()
    payout.accounts.set("nobody", None)  # a revision about something else
    payout.receive(decision(jurisdiction="city", instalments=((2025, 1_000),)))
    assert payout.get("/v1/payment-orders")["items"][0]["waiting_for"] == "funds"
    payout.account(OTHER_USCC)
    assert payout.get("/v1/payment-orders")["items"][0]["waiting_for"] == "account"
    payout.account(USCC)
    assert payout.get("/v1/payment-orders")["items"][0]["waiting_for"] == "funds"


def test_an_account_that_begins_later_lets_its_orders_go_on_that_day(payout: Payout) -> None:
    payout.account(OTHER_USCC)
    payout.arrange()
    payout.receive(decision(jurisdiction="city", instalments=((2025, 1_000),)))
    accounts = payout.account_pass()
    payout.accounts.set(USCC, "6222000011112222", date(2026, 3, 4))
    assert accounts.step()
    assert payout.get("/v1/payment-orders")["items"][0]["waiting_for"] == "account"
    assert not accounts.step(), "nothing is new"
    payout.clock.instant += timedelta(days=2)
    assert accounts.step()
    assert payout.get("/v1/payment-orders")["items"][0]["waiting_for"] == "funds"


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


def test_of_many_who_hold_a_payee_at_once_one_does(payout: Payout) -> None:
    headers = payout.tokens.headers("finance-maker")

    def hold(_: int) -> int:
        return int(payout.http.post(f"/v1/payees/{USCC}/hold", json={"reason": "核查"}, headers=headers).status_code)

    with ThreadPoolExecutor(8) as persons:
        assert sorted(persons.map(hold, range(8))) == [201] + [409] * 7


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
    answer(payout, made["id"], result(order_id, "returned", occurred_on="2026-03-02"))
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


def test_rows_that_contradict_each_other_take_no_effect_in_any_order(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    said = result(order_id), result(order_id, "failed"), result(order_id, bank_reference="B-other")
    for rows in itertools.permutations(said):
        report = answer(payout, made["id"], *rows, mode="accept_valid")
        assert report["rows"] == {"read": 3, "accepted": 0, "unchanged": 0, "rejected": 3}
        assert {error["code"] for error in report["errors"]} == {"contradiction"}
    assert state(payout, order_id) == "batched", "it is neither paid nor to be paid again until the bank says one thing"
    twice = answer(payout, made["id"], said[0], said[0], mode="accept_valid")
    assert twice["rows"] == {"read": 2, "accepted": 1, "unchanged": 1, "rejected": 0}


@pytest.mark.parametrize("turned_round", [False, True])
def test_an_answer_may_say_that_a_payment_was_settled_and_came_back(payout: Payout, turned_round: bool) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    rows = [result(order_id), result(order_id, "returned", occurred_on="2026-03-02")]
    report = answer(payout, made["id"], *(rows[::-1] if turned_round else rows))
    assert report["rows"] == {"read": 2, "accepted": 2, "unchanged": 0, "rejected": 0}
    assert state(payout, order_id) == "returned"
    assert payout.get("/v1/budgets/city/2026")["paid_fen"] == 0
    payout.reconcile()
    assert answer(payout, made["id"], *rows)["rows"]["unchanged"] == 2


def test_what_is_known_and_what_is_new_of_an_order_may_come_together(payout: Payout) -> None:
    order_id = paid(payout)
    made = payout.get("/v1/payment-batches")["items"][0]
    rows = [result(order_id), result(order_id, "returned", occurred_on="2026-03-02")]
    assert answer(payout, made["id"], *rows)["rows"] == {"read": 2, "accepted": 1, "unchanged": 1, "rejected": 0}
    assert state(payout, order_id) == "returned"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_results_come_as_csv_too(payout: Payout, encoding: str) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    path = f"/v1/payment-batches/{batch(payout)['id']}/results"
    headers = payout.tokens.headers("finance-maker") | {"Content-Type": "text/csv"}
    heading = "支付令编号,结果,日期,银行流水号,金额（元）\r\n"
    wrong = f"{heading}{order_id},成功,2026-02-30,B1,10.00\r\n".encode(encoding)
    refused = payout.http.post(path, content=wrong, headers=headers)
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "C2"
    right = f"{heading}{order_id},成功,2026-03-02,B1,10.00\r\n合计,1,,,10.00\r\n".encode(encoding)
    assert payout.http.post(path, content=right, headers=headers).json()["rows"]["accepted"] == 1
    assert payout.http.post(path, content=right, headers=headers | {"Content-Type": "text/html"}).status_code == 415


def test_orders_that_cannot_be_sent_are_named(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    unknown = "00000000-0000-4000-8000-000000000000"
    named = {"unit": "city", "order_ids": [order_id, unknown]}
    refused = payout.post("/v1/payment-batches", named, by="finance-maker", expect=409)
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/order_ids/1", "not_able")]
    assert unknown not in str(refused) and state(payout, order_id) == "approved"
    named = {"unit": "city", "order_ids": [order_id]}
    assert payout.post("/v1/payment-batches", named, by="finance-maker", expect=201)["orders"] == 1
    refused = payout.post(f"/v1/payment-orders/{order_id}/reissue", by="finance-maker", expect=409)
    assert refused["state"] == "batched"
