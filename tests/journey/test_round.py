"""A round over real processes, from confirmation to payment; the enterprise sees each step."""

from __future__ import annotations

from deploy.local.demo import SAMPLE_ARRANGEMENT
from deploy.local.demo_client import DemoClient
from deploy.local.demo_round import AWARD, DECLINER, DOUBTED, REFUSED, TAKER, YEAR, prepare_round
from shared.clock import SystemClock, calendar_date
from tests.support.steps import until

TODAY = calendar_date(SystemClock().now())
ENTERPRISE = f"enterprise:{TAKER}"


def seen(demo: DemoClient) -> tuple[str, list[str]]:
    """What the enterprise sees of its award: state, and what it waits for."""
    [decision] = demo.items(ENTERPRISE, "eligibility:/v1/decisions")
    assert decision["payee"]["uscc"] == TAKER
    return decision["state"], decision["waiting_for"]


def counts(demo: DemoClient, client: str, service: str = "eligibility") -> dict[str, int]:
    return dict(demo.get(client, f"{service}:/v1/tasks")["counts"])


def test_a_round_from_confirmation_to_payment(demo: DemoClient) -> None:
    demo.arrange(SAMPLE_ARRANGEMENT)
    for unit in ("city", "liandu"):
        demo.appropriate(unit, TODAY.year, 100_000_000, "〔样例〕1号")
    round_id = prepare_round(demo, TODAY)
    found = {each["payee"]["uscc"]: each for each in demo.decisions(round_id=round_id)}
    assert {code: each["state"] for code, each in found.items()} == {
        TAKER: "proposed",
        DECLINER: "rejected",
        DOUBTED: "proposed",
    }
    assert counts(demo, ENTERPRISE) == {}, "it has confirmed"

    notice = demo.post("commerce-maker", "eligibility:/v1/notices", {"round_id": round_id})
    assert (notice["total"], seen(demo)) == (2, ("in_notice", ["notice"]))
    path = f"eligibility:/v1/notices/{notice['id']}"
    [refusal] = demo.items(f"enterprise:{REFUSED}", "eligibility:/v1/refusals")
    assert (refusal["state"], refusal["award"]) == ("issued", AWARD)
    omission = {"uscc": REFUSED, "award": AWARD, "subject": REFUSED, "award_year": YEAR, "reason": "也应给予"}
    objection = demo.post(f"enterprise:{REFUSED}", f"{path}/objections", omission)
    assert counts(demo, "commerce-checker")["objection"] == 1
    dismissal = {"outcome": "rejected", "reason": "件量不足"}
    decided = demo.post("commerce-checker", f"eligibility:/v1/objections/{objection['id']}/decide", dismissal)
    assert decided["refusal_id"] == refusal["id"]
    demo.post("commerce-maker", f"{path}/close", {})
    assert seen(demo) == ("proposed", ["approval"])

    [task] = demo.get("commerce-checker", "eligibility:/v1/tasks?kind=approval")["items"]
    assert (task["subject"], task["count"]) == (round_id, 2)
    job = demo.post("commerce-checker", "eligibility:/v1/approvals", {"round_id": round_id})
    ended = demo.wait_for_job("commerce-checker", f"eligibility:/v1/approvals/{job['id']}", "approval")
    assert (ended["approved"], seen(demo)) == (2, ("approved", []))

    award = found[TAKER]["award_id"]
    until(lambda: len(demo.orders(award_id=award, state="issued")) == 2)
    assert counts(demo, "finance-checker", "payout")["order_approval"] >= 2
    for order in demo.orders(award_id=award):
        demo.post("finance-checker", f"payout:/v1/payment-orders/{order['id']}/approve", {})
    assert {each["state"] for each in demo.items(ENTERPRISE, "payout:/v1/payment-orders")} == {"approved"}
    assert counts(demo, "finance-maker", "payout")["batch"] >= 2
    for order in demo.orders(award_id=award):
        body = {"unit": order["unit"], "order_ids": [order["id"]]}
        batch = demo.post("finance-maker", "payout:/v1/payment-batches", body)
        results = {
            "rows": [
                {
                    "order_id": order["id"],
                    "outcome": "settled",
                    "occurred_on": TODAY.isoformat(),
                    "bank_reference": f"R-{order['unit']}",
                }
            ]
        }
        demo.post("bank", f"payout:/v1/payment-batches/{batch['id']}/results", results)
    assert {each["state"] for each in demo.items(ENTERPRISE, "payout:/v1/payment-orders")} == {"settled"}
    assert demo.get(ENTERPRISE, f"payout:/v1/awards/{award}")["award_id"] == award
