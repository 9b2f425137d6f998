"""Steps that tests of payments share: an order is issued, approved, batched, and the bank answers."""

from __future__ import annotations

from typing import Any

from tests.integration.payout.support import USCC, Payout, decision


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
        "occurred_on": "2026-03-02",
        "bank_reference": f"B-{outcome}",
    } | more


def answer(
    payout: Payout, batch_id: str, *rows: dict[str, Any], mode: str = "all_or_nothing", expect: int = 200
) -> Any:
    path = f"/v1/payment-batches/{batch_id}/results?mode={mode}"
    return payout.post(path, {"rows": list(rows)}, by="bank", expect=expect)


def paid(payout: Payout) -> str:
    """Bring 1,000 fen of the city to the payee; returns the order's id."""
    order_id = issued(payout)
    approve(payout, order_id)
    answer(payout, batch(payout)["id"], result(order_id))
    return order_id


def state(payout: Payout, order_id: str) -> str:
    orders = payout.get("/v1/payment-orders")["items"]
    return str(next(order["state"] for order in orders if order["id"] == order_id))


def recovery_of(payout: Payout, entitlement: int) -> str:
    """Pay 1,000 fen, then restate to `entitlement`; returns the recovery's id."""
    paid(payout)
    payout.receive(decision(version=2, jurisdiction="city", instalments=((2025, entitlement),)))
    return str(payout.get("/v1/recoveries")["items"][0]["id"])
