"""Reconciliation finds what differs and names it; where all agree it says nothing."""

from __future__ import annotations

from datetime import timedelta

from services.payout.clients.eligibility import InForce
from tests.integration.payout.support import USCC, Payout, award, decision


def test_a_difference_is_named(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(jurisdiction="city", instalments=((2025, 1_000),)))
    payout.appropriate("city", 5_000)
    payout.fund()
    payout.reconcile()
    payout.execute("UPDATE budgets SET committed_fen = 999")
    found = payout.get("/v1/reconciliation")
    assert [(d["check"], d["subject"], d["expected_fen"], d["found_fen"]) for d in found["differences"]] == [
        ("ledger_of_budget", "budget:city:2026", 4_001, 4_000),
        ("orders_of_budget", "city:2026", 1_000, 999),
    ]
    payout.execute("UPDATE budgets SET committed_fen = 1000")
    payout.tamper("UPDATE payment_orders SET amount_fen = 900", "payment_orders")
    checks = {d["check"] for d in payout.get("/v1/reconciliation")["differences"]}
    assert checks == {"orders_of_share", "ledger_of_reserved", "orders_of_budget"}
    payout.tamper("UPDATE payment_orders SET amount_fen = 1000", "payment_orders")


def test_eligibilitys_decisions_are_held_against_payouts_awards(payout: Payout) -> None:
    assert payout.get("/v1/reconciliation")["eligibility"] == "not_reached"
    payout.arrange()
    payout.receive(decision("s1", instalments=((2025, 100),)), decision("s2", instalments=((2025, 100),)))
    long_ago, just_now = payout.clock.now() - timedelta(hours=1), payout.clock.now() - timedelta(seconds=5)
    payout.decisions.in_force_now = [
        InForce(str(award("s1")), 1, 100, USCC, "liandu", long_ago),
        InForce(str(award("s2")), 2, 150, USCC, "liandu", long_ago),
        InForce(str(award("s3")), 1, 70, USCC, "liandu", long_ago),
        InForce(str(award("s4")), 1, 70, USCC, "liandu", just_now),
    ]
    found = payout.get("/v1/reconciliation")
    assert (found["eligibility"], found["in_flight"]) == ("compared", 1)
    assert [(d["check"], d["subject"], d["expected_fen"], d["found_fen"]) for d in found["differences"]] == [
        ("decision_in_force", str(award("s2")), 150, 100),
        ("decision_in_force", str(award("s3")), 70, 0),
    ]
    payout.post("/v1/reconciliation/requests", by="finance-checker", expect=403)
    assert payout.post("/v1/reconciliation/requests", by="ops") == {"missing": 2, "events": 2, "in_flight": 1}
    assert payout.decisions.asked == [str(award("s2")), str(award("s3"))]
    payout.decisions.in_force_now = [InForce(str(award("s1")), 1, 100, USCC, "liandu", long_ago)]
    (unknown,) = payout.get("/v1/reconciliation")["differences"]
    assert (unknown["check"], unknown["subject"]) == ("award_decided", str(award("s2")))
    assert payout.get("/v1/reconciliation?eligibility=false")["eligibility"] == "left_out"
    payout.decisions.in_force_now = None


def test_a_district_officer_does_not_reconcile_the_city(payout: Payout) -> None:
    payout.get("/v1/reconciliation", by="liandu-officer", expect=403)
