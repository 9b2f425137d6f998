"""Payout's tasks: what waits for finance officers, the bank and payees, in mass as one task, in words."""

from __future__ import annotations

from typing import Any

from stdnum.cn import uscc

from shared.authorization import Scope
from tests.integration.payout.bank import answer, approve, batch, issued, recovery_of, result
from tests.integration.payout.support import SHARED_HALF, Payout, decision

PAYEE = "91331100660565430" + str(uscc.calc_check_digit("91331100660565430"))


def tasks(payout: Payout, headers: dict[str, str]) -> dict[str, Any]:
    answered = payout.http.get("/v1/tasks", headers=headers | {"Accept-Language": "zh-CN"})
    assert answered.status_code == 200, answered.text
    shown: dict[str, Any] = answered.json()
    return shown


def counts(payout: Payout, client: str) -> dict[str, int]:
    return dict(tasks(payout, payout.tokens.headers(client))["counts"])


def test_an_order_waits_for_its_approval_its_batch_and_the_bank(payout: Payout) -> None:
    order_id = issued(payout)
    [task] = tasks(payout, payout.tokens.headers("finance-checker"))["items"]
    assert (task["kind"], task["count"], task["overdue"]) == ("order_approval", 1, False)
    listed = payout.http.get(task["link"], headers=payout.tokens.headers("auditor")).json()["items"]
    assert [each["id"] for each in listed] == [order_id]
    approve(payout, order_id)
    assert counts(payout, "finance-checker") == {}
    assert counts(payout, "finance-maker") == {"batch": 1}
    made = batch(payout)
    assert counts(payout, "finance-maker") == {"bank_results": 1}
    assert counts(payout, "bank") == {"bank_results": 1}
    maker = payout.tokens.bearer(sub="finance-maker", scope=f"{Scope.BATCHES_WRITE} {Scope.ORDERS_APPROVE}")
    entered = payout.http.post(
        f"/v1/payment-batches/{made['id']}/results", json={"rows": [result(order_id)]}, headers=maker
    )
    assert entered.is_success, entered.text
    assert counts(payout, "finance-checker") == {"results": 1}
    assert "results" not in tasks(payout, maker)["counts"], "what the caller entered waits for others"


def test_what_has_to_come_back_is_a_task_of_the_office_and_of_the_payee(payout: Payout) -> None:
    order_id = issued(payout, uscc=PAYEE)
    approve(payout, order_id)
    answer(payout, batch(payout)["id"], result(order_id))
    payout.receive(decision(version=2, jurisdiction="city", instalments=((2025, 400),), uscc=PAYEE))
    assert counts(payout, "finance-maker") == {"recovery": 1}
    own = payout.tokens.enterprise(PAYEE)
    [task] = tasks(payout, own)["items"]
    assert (task["kind"], task["title"]) == ("recovery", "请向市本级退回“快递企业租房补贴”6.00元。")
    assert payout.http.get(task["link"], headers=own).json()["items"][0]["id"] == task["subject"]


def test_claims_and_plans_of_repayment_wait_for_a_second_person(payout: Payout) -> None:
    recovery = f"/v1/recoveries/{recovery_of(payout, 400)}"
    act = {"cause": "misstatement", "reason": "申报件量不实", "term_working_days": 15}
    payout.post(f"{recovery}/act", act, by="finance-maker", expect=201)
    [task] = [
        each for each in tasks(payout, payout.tokens.headers("finance-checker"))["items"] if "act" in each["kind"]
    ]
    assert (task["kind"], task["title"]) == ("recovery_act", "作出或放弃追回决定：市本级，6.00元。")
    assert payout.get(task["link"])["state"] == "proposed"
    payout.post(f"{recovery}/act/issue", by="finance-checker", expect=200)
    parts = [{"due_on": "2026-06-01", "amount_fen": 600}]
    payout.post(f"{recovery}/plans", {"parts": parts, "reason": "分期"}, by="finance-maker", expect=201)
    assert counts(payout, "finance-checker")["repayment_plan"] == 1


def test_a_later_instalment_waits_for_the_word_that_the_project_still_operates(payout: Payout) -> None:
    payout.arrange()
    payout.appropriate("city", 10_000)
    payout.receive(decision(instalments=((2025, 100), (2026, 200)), jurisdiction="city", later_instalments="confirmed"))
    payout.fund()
    [task] = [
        each
        for each in tasks(payout, payout.tokens.headers("finance-checker"))["items"]
        if each["kind"] == "later_instalment"
    ]
    assert (task["subject"], task["count"]) == ("city/2026", 1)
    assert [each["instalment"] for each in payout.get(task["link"])["items"]] == [2]
    assert "later_instalment" not in counts(payout, "liandu-officer")


def test_drafts_wait_for_a_second_person(payout: Payout) -> None:
    both = payout.tokens.bearer(
        sub="finance-maker",
        scope=f"{Scope.ARRANGEMENTS_WRITE} {Scope.ARRANGEMENTS_CONFIRM} {Scope.APPROPRIATIONS_WRITE}",
    )
    assert payout.http.post("/v1/arrangements", json=SHARED_HALF, headers=both).is_success
    body = {"unit": "city", "year": 2026, "amount_fen": 500, "document": "丽财〔2026〕1号"}
    assert payout.http.post("/v1/appropriations", json=body, headers=both).is_success
    assert tasks(payout, both)["items"] == []
    shown = tasks(payout, payout.tokens.headers("finance-checker"))["items"]
    assert {task["kind"]: task["title"] for task in shown} == {
        "arrangement": "确认分担办法测试〔2020〕1号。",
        "appropriation": "确认或作废下达预算指标：丽财〔2026〕1号，市本级，2026年度。",
    }
    assert counts(payout, "liandu-officer") == {}
