"""The audit log by an award: what was done to its orders, their batch and the bank's answers, its holds."""

from __future__ import annotations

from tests.integration.payout.bank import answer, approve, batch, issued, result
from tests.integration.payout.support import Payout, award


def test_an_award_finds_what_was_done_to_its_money(payout: Payout) -> None:
    order_id = issued(payout)
    payout.post(f"/v1/awards/{award()}/hold", {"reason": "核查"}, by="finance-maker")
    payout.post(f"/v1/awards/{award()}/release", {"reason": "已查清"}, by="finance-checker")
    approve(payout, order_id)
    made = batch(payout)
    answer(payout, made["id"], result(order_id))
    payout.post("/v1/payees/91331102MA2E00001X/hold", {"reason": "核查"}, by="finance-maker", expect=201)

    def acts(identifier: object) -> list[str]:
        return [each["act"] for each in payout.get(f"/v1/audit?concerning={identifier}", by="auditor")["items"]]

    paid = ["approve_payment_order", "build_payment_batch", "record_payment_results"]
    assert acts(award()) == ["hold_award", "release_award", *paid]
    assert acts(made["id"]) == paid
