"""Checks before payment: what is found holds an order until another person releases it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from services.payout.checks.domain import draw
from services.payout.clients.payee_facts import Account, Sanction, Support
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, decision
from tests.support.databases import as_owner

HERS, OTHERS = "丽水测试快递有限公司", "别的公司"


@pytest.fixture
def approved(payout: Payout) -> list[str]:
    """Four approved orders of the city; returns their ids."""
    payout.arrange()
    payout.account()
    payout.account(uscc=OTHER_USCC, number="6222000011113333")
    payout.appropriate("city", 10_000)
    payout.receive(
        *(
            decision(f"s{number}", instalments=((2025, 100),), jurisdiction="city", uscc=uscc)
            for number, uscc in enumerate((USCC, USCC, USCC, OTHER_USCC))
        )
    )
    payout.fund()
    orders = payout.get("/v1/payment-orders?state=issued")["items"]
    for order in orders:
        payout.post(f"/v1/payment-orders/{order['id']}/approve", by="finance-checker")
    return [order["id"] for order in orders]


def build(payout: Payout, **how: Any) -> Any:
    return payout.post("/v1/payment-batches", {"unit": "city", **how}, by="finance-maker", expect=201)


def release(payout: Payout, order_id: str, by: str = "finance-checker", expect: int = 200) -> Any:
    return payout.post(f"/v1/payment-orders/{order_id}/release", {"reason": "已核实"}, by=by, expect=expect)


def test_a_finding_holds_its_order_until_another_person_releases_it(payout: Payout, approved: list[str]) -> None:
    payout.payees.found = {"dishonest": {OTHER_USCC: [Sanction(date(2026, 1, 1), 8)]}}
    shown = payout.get(f"/v1/payment-orders/{approved[3]}/checks")
    assert shown["now"] == [{"kind": "dishonest", "details": {"since": "2026-01-01"}}]
    assert shown["findings"] == [], "nothing is stored"
    batch = build(payout)
    assert (batch["orders"], batch["held"], batch["findings"]) == (3, 1, {"dishonest": 1})
    listed = payout.get("/v1/payment-findings?open=true")["items"]
    assert [(each["order_id"], each["kind"], each["found_by"]) for each in listed] == [
        (approved[3], "dishonest", "finance-maker")
    ]
    payout.post("/v1/payment-batches", {"unit": "city"}, by="finance-maker", expect=409)
    waiting = payout.get("/v1/tasks", by="finance-checker")
    assert waiting["counts"]["finding"] == 1
    release(payout, approved[3], by="finance-maker", expect=403)
    released = release(payout, approved[3])
    assert (released[0]["released_by"], released[0]["release_reason"]) == ("finance-checker", "已核实")
    release(payout, approved[3], expect=409)
    again = build(payout)
    assert (again["orders"], again["held"], again["findings"]) == (1, 0, {}), "what was released holds no more"


def test_every_kind_is_found_and_counted(payout: Payout, approved: list[str]) -> None:
    account = Account(OTHERS, "102343000017", "6222000011112222", 1)
    payout.payees.found = {
        "registered": {USCC},
        "accounts": {USCC: account},
        "users": {account[1:3]: {USCC, OTHER_USCC}},
        "support": {("courier-rent", "s0", 2024): [Support("省级", "provincial", 5, 8)]},
    }
    batch = build(payout)
    assert batch["id"] is None
    assert batch["state"] == "empty"
    assert batch["findings"] == {"holder_differs": 3, "paid_elsewhere": 1, "shared_account": 3, "struck_off": 1}
    assert batch["held"] == 4
    kinds = {each["kind"] for each in payout.get("/v1/payment-findings")["items"] if each["order_id"] == approved[0]}
    assert kinds == {"holder_differs", "paid_elsewhere", "shared_account"}
    assert len(release(payout, approved[0])) == 3, "one release, with one reason, for all of an order"
    payout.payees.found |= {"accounts": {USCC: account._replace(holder=f" {HERS}")}, "users": {}}
    assert build(payout)["orders"] == 1


def test_a_sample_can_be_drawn_again_and_draws_nobody_twice(payout: Payout, approved: list[str]) -> None:
    batch = build(payout, sample_percent=40)
    sample = batch["sample"]
    assert (sample["orders"], sample["size"], batch["orders"], batch["held"]) == (4, 2, 2, 2)
    held = {each["order_id"] for each in payout.get("/v1/payment-findings?open=true")["items"]}
    assert held == set(draw(approved, sample["seed"], 2))
    for order_id in held:
        release(payout, order_id)
    again = build(payout, sample_percent=100)
    assert (again["orders"], again["sample"]) == (2, None)


def test_a_finding_is_never_edited_and_never_released_by_who_built_the_batch(
    payout: Payout, approved: list[str]
) -> None:
    build(payout, sample_percent=100)
    for statement in (
        "UPDATE payment_findings SET kind = 'dishonest'",
        "DELETE FROM payment_findings",
        "UPDATE payment_findings SET released_by = found_by, released_at = now(), release_reason = 'x'",
        "UPDATE verification_samples SET seed = ''",
    ):
        with (
            pytest.raises(Exception, match=r"never edited|two_persons|only ever added"),
            as_owner(payout.database) as each,
        ):
            each.execute(text(statement))
    assert approved
