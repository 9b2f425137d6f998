"""A wrong bank result is put right by two persons; both stay stored, and the money follows."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.payout.enums import OrderState
from services.payout.orders.lifecycle import TRANSITIONS, Act
from tests.integration.payout.bank import answer, approve, batch, issued, paid, result, state
from tests.integration.payout.support import USCC, Payout
from tests.support.databases import as_owner

DAY = "2026-03-02"
OUTCOMES = ("settled", "failed", "returned")


def reported(payout: Payout, outcome: str) -> str:
    order_id = issued(payout)
    approve(payout, order_id)
    answer(payout, batch(payout)["id"], result(order_id, outcome))
    return order_id


def propose(payout: Payout, order_id: str, outcome: str, expect: int = 201, **more: Any) -> Any:
    body = {
        "order_id": order_id,
        "outcome": outcome,
        "occurred_on": DAY,
        "bank_reference": "B-right",
        "reason": "录入有误",
    }
    return payout.post("/v1/result-corrections", body | more, by="finance-maker", expect=expect)


def confirm(payout: Payout, correction: Any, by: str = "finance-checker", expect: int = 200) -> Any:
    return payout.post(f"/v1/result-corrections/{correction['id']}/confirm", by=by, expect=expect)


def paid_fen(payout: Payout) -> int:
    return int(payout.get("/v1/budgets/city/2026")["paid_fen"])


@pytest.mark.parametrize("wrong", OUTCOMES)
@pytest.mark.parametrize("right", OUTCOMES)
def test_every_outcome_can_be_put_right(payout: Payout, wrong: str, right: str) -> None:
    assert right in TRANSITIONS[OrderState(wrong), Act.CORRECT]
    order_id = reported(payout, wrong)
    correction = propose(payout, order_id, right)
    assert (state(payout, order_id), correction["state"]) == (wrong, "proposed")
    assert correction["on_record"] == {"outcome": wrong, "occurred_on": DAY, "bank_reference": f"B-{wrong}"}
    confirmed = confirm(payout, correction)
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("confirmed", "finance-checker")
    order = next(each for each in payout.get("/v1/payment-orders")["items"] if each["id"] == order_id)
    assert (order["state"], order["bank_reference"], order["live"]) == (right, "B-right", True)
    assert paid_fen(payout) == (1_000 if right == "settled" else 0)
    results = payout.execute("SELECT outcome, bank_reference FROM payment_results")
    assert [tuple(row) for row in results] == [(wrong, f"B-{wrong}")], "what was reported stays stored"
    payout.reconcile()


def test_a_correction_takes_two_persons_and_one_decision(payout: Payout) -> None:
    order_id = paid(payout)
    correction = propose(payout, order_id, "failed")
    propose(payout, order_id, "returned", expect=409)
    with pytest.raises(IntegrityError, match="two_persons"), payout.database.transaction() as connection:
        connection.execute(text("UPDATE result_corrections SET confirmed_by = proposed_by, confirmed_at = now()"))
    payout.post(f"/v1/result-corrections/{correction['id']}/discard", {"reason": "原记录无误"}, by="finance-maker")
    confirm(payout, correction, expect=409)
    assert (state(payout, order_id), paid_fen(payout)) == ("settled", 1_000)
    assert payout.get("/v1/result-corrections?proposed=true")["items"] == []
    with pytest.raises(IntegrityError), as_owner(payout.database) as connection:
        connection.execute(text("UPDATE result_corrections SET reason = 'x'"))


@pytest.mark.parametrize(
    ("outcome", "more", "status"),
    [
        ("settled", {"bank_reference": "B-settled"}, 409),
        ("failed", {"occurred_on": "2026-03-01"}, 422),
        ("failed", {"occurred_on": "2026-03-03"}, 422),
        ("lost", {}, 422),
    ],
)
def test_what_cannot_be_is_refused(payout: Payout, outcome: str, more: dict[str, str], status: int) -> None:
    propose(payout, paid(payout), outcome, expect=status, **more)


def test_an_outcome_stays_once_another_order_has_taken_its_place(payout: Payout) -> None:
    order_id = reported(payout, "failed")
    correction = propose(payout, order_id, "settled")
    payout.account(USCC, "6222333344445555")
    payout.post(f"/v1/payment-orders/{order_id}/reissue", by="finance-maker", expect=201)
    confirm(payout, correction, expect=409)
    propose(payout, order_id, "settled", expect=409)
    assert paid_fen(payout) == 0


def test_the_answer_may_come_again_after_a_correction(payout: Payout) -> None:
    order_id = paid(payout)
    made = payout.get("/v1/payment-batches")["items"][0]["id"]
    confirm(payout, propose(payout, order_id, "failed"))
    right = result(order_id, "failed", bank_reference="B-right")
    assert answer(payout, made, right)["rows"]["unchanged"] == 1
    refused = answer(payout, made, result(order_id), expect=422)
    assert [error["code"] for error in refused["errors"]] == ["corrected"]
    steps = [step["step"] for step in payout.story()["steps"]]
    assert {"correction_proposed", "corrected_to_failed"} <= set(steps)


def test_another_holder_marks_what_is_paid_to_the_account(payout: Payout) -> None:
    payout.accounts.holders[USCC] = "另一家公司"
    order_id = issued(payout)
    payout.account_pass().step()
    assert [order["account"]["holder_differs"] for order in payout.get("/v1/payment-orders")["items"]] == [True]
    approve(payout, order_id)
    payout.accounts.holders[USCC] = "丽水测试快递 有限公司"
    payout.account(USCC, "6222333344445555")
    payout.account_pass().step()
    account = payout.get("/v1/payment-orders")["items"][0]["account"]
    assert account is None or account["holder_differs"], "of the account approved"
