"""From a decision to funded orders, and what versions do to them."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.integration.payout.bank import approve, batch, issued
from tests.integration.payout.support import OTHER_USCC, SHARED_HALF, USCC, Payout, award, decision


def test_a_decision_becomes_shares_and_orders_that_are_funded(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision())
    story = payout.story()
    assert story["entitlement_fen"] == 1_000_001
    assert [(s["unit"], s["entitlement_fen"], s["ordered_fen"]) for s in story["shares"]] == [
        ("city", 500_000, 500_000),
        ("liandu", 500_001, 500_001),
    ]
    assert {o["waiting_for"] for o in story["orders"]} == {"funds"}
    assert payout.fund() == 0
    payout.appropriate("city", 10_000_000)
    assert payout.fund() == 0, "both units or neither"
    payout.appropriate("liandu", 10_000_000)
    assert payout.fund() == 2
    assert payout.live() == [("city", 1, 500_000, "issued"), ("liandu", 1, 500_001, "issued")]
    budget = payout.get("/v1/budgets/liandu/2026")
    assert (budget["committed_fen"], budget["ordered_fen"], budget["free_fen"]) == (500_001, 500_001, 9_499_999)
    events = payout.execute("SELECT type, key FROM outbox_events ORDER BY batch, place")
    assert [tuple(e) for e in events] == [("payment_order.issued", str(award()))] * 2


def test_the_same_event_twice_has_one_effect(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(), decision())
    payout.receive(decision())
    payout.receive(decision(event_id="told again under another id"))
    assert len(payout.story()["orders"]) == 2
    assert len(payout.story()["postings"]) == 2


def test_an_award_waits_as_a_whole_for_its_arrangement(payout: Payout) -> None:
    payout.receive(decision(), decision("s2", decided_on=date(2019, 5, 5), first_decided_on=date(2019, 5, 5)))
    assert payout.story()["waiting_for"] == "arrangement"
    assert payout.story()["orders"] == []
    assert payout.resume() == 0
    payout.arrange()
    assert payout.resume() == 1
    assert payout.resume() == 0
    assert payout.story()["waiting_for"] is None
    assert len(payout.story()["orders"]) == 2
    assert payout.story("s2")["waiting_for"] == "arrangement"


ROWS: Any = SHARED_HALF["rows"]
WITHOUT_LIANDU = SHARED_HALF | {"rows": [row for row in ROWS if row["jurisdiction"] != "liandu"]}


def test_while_a_version_waits_for_its_arrangement_nothing_of_the_award_is_sent(payout: Payout) -> None:
    payout.arrange(WITHOUT_LIANDU)
    payout.account()
    payout.appropriate("city", 1_000)
    here: dict[str, Any] = {"jurisdiction": "city", "instalments": ((2025, 1_000), (2025, 500), (2027, 300))}
    payout.receive(decision(**here))
    assert payout.fund() == 1
    first = payout.get("/v1/payment-orders?state=issued")["items"][0]["id"]
    payout.receive(decision(version=2, jurisdiction="liandu", instalments=((2025, 100),)))
    assert payout.story()["waiting_for"] == "arrangement"
    waiting = payout.get("/v1/payment-orders?state=waiting")["items"]
    assert sorted(order["waiting_for"] for order in waiting) == ["due_year", "release"]
    payout.appropriate("city", 9_000)
    assert payout.fund() == 0
    payout.post(f"/v1/payment-orders/{first}/approve", by="finance-checker", expect=409)
    (difference,) = payout.get("/v1/reconciliation")["differences"]
    assert (difference["check"], difference["expected_fen"], difference["found_fen"]) == ("shares_of_award", 100, 1_800)
    payout.receive(decision(version=3, **here))
    assert payout.story()["waiting_for"] is None
    assert payout.fund() == 1
    payout.post(f"/v1/payment-orders/{first}/approve", by="finance-checker")
    payout.reconcile()


def test_what_is_approved_stays_while_a_version_waits_and_goes_on_with_its_arrangement(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    elsewhere = decision(version=2, jurisdiction="city", instalments=((2025, 400),), first_decided_on=date(2019, 5, 5))
    payout.execute("UPDATE awards SET first_decided_on = '2019-05-05'")
    payout.receive(elsewhere)
    batch(payout, expect=409)
    payout.arrange(SHARED_HALF | {"number": "更早", "effective_from": "2019-01-01", "effective_until": "2020-01-02"})
    assert payout.resume() == 1
    assert payout.live() == [("city", 1, 400, "issued")]
    payout.reconcile()


def test_a_higher_version_tops_up(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision())
    payout.receive(decision(version=2, instalments=((2025, 1_500_001),)))
    assert payout.live() == [
        ("city", 1, 250_000, "waiting"),
        ("city", 1, 500_000, "waiting"),
        ("liandu", 1, 250_000, "waiting"),
        ("liandu", 1, 500_001, "waiting"),
    ]
    assert [p["kind"] for p in payout.story()["postings"]] == ["recognised"] * 4


def test_a_lower_version_cancels_the_last_instalment_first_and_cuts_one_through(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=((2025, 600_000), (2026, 400_000))))
    payout.appropriate("city", 500_000)
    payout.appropriate("liandu", 500_000)
    assert payout.fund() == 4
    payout.receive(decision(version=2, instalments=((2025, 240_000), (2026, 160_000))))
    assert payout.live() == [("city", 1, 200_000, "issued"), ("liandu", 1, 200_000, "issued")]
    budget = payout.get("/v1/budgets/city/2026")
    assert (budget["committed_fen"], budget["free_fen"]) == (200_000, 300_000)
    payout.receive(decision(version=1), decision(version=2, instalments=((2025, 5),), event_id="again"))
    assert payout.story()["entitlement_fen"] == 400_000


def test_withdrawn_and_granted_again(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision())
    payout.receive(decision(version=2, instalments=()))
    assert payout.live() == []
    payout.receive(decision(version=3, instalments=((2025, 100),)))
    assert payout.live() == [("city", 1, 50, "waiting"), ("liandu", 1, 50, "waiting")]


def test_another_jurisdiction_and_another_payee(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(instalments=((2025, 1_000),)))
    payout.receive(decision(version=2, instalments=((2025, 1_000),), jurisdiction="development_zone"))
    assert payout.live() == [("development_zone", 1, 1_000, "waiting")]
    payout.receive(decision(version=3, instalments=((2025, 1_000),), jurisdiction="city", uscc=OTHER_USCC))
    assert payout.live() == [("city", 1, 1_000, "waiting")]
    orders = payout.get(f"/v1/payment-orders?uscc={OTHER_USCC}")["items"]
    assert [o["payee"]["uscc"] for o in orders] == [OTHER_USCC]
    assert len(payout.get(f"/v1/payment-orders?uscc={USCC}&state=cancelled")["items"]) == 3


def test_awards_in_kind_are_recorded_without_orders(payout: Payout) -> None:
    payout.receive(decision(kind="in_kind", instalments=()))
    story = payout.story()
    assert (story["kind"], story["waiting_for"], story["shares"], story["orders"]) == ("in_kind", None, [], [])
