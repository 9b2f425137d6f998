"""What happens while something else is under way: each waits for the other, and then sees what the other did."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection

from services.payout.awards import handlers as awards
from services.payout.funding import handlers as holds
from services.payout.funding.domain import HoldTarget
from services.payout.recoveries import handlers as recoveries
from shared.authorization import Actor
from shared.messaging import inbox
from shared.messaging.envelope import Message
from tests.integration.payout.bank import recovery_of
from tests.integration.payout.support import OTHER_USCC, USCC, Payout, decision

MAKER = Actor("finance-maker", frozenset())


def during(payout: Payout, first: Callable[[Connection], Any], second: Callable[[], Any]) -> Any:
    """Do `second` while the transaction of `first` is open, which ends when `second` waits for it, or after it."""
    with ThreadPoolExecutor(1) as other:
        with payout.database.transaction() as connection:
            first(connection)
            doing = other.submit(second)
            with pytest.raises(TimeoutError):
                doing.result(0.5)
        return doing.result(20)


def receiving(payout: Payout, *messages: Message) -> Callable[[Connection], None]:
    def receive(connection: Connection) -> None:
        awards.receive(connection, inbox.take_new(connection, messages), payout.clock.now())

    return receive


def holding(payout: Payout, by: str = "finance-maker") -> Callable[[Connection], Any]:
    return lambda connection: holds.hold(
        connection, HoldTarget(uscc=USCC), reason="r", actor=Actor(by, frozenset()), now=payout.clock.now()
    )


def waiting_for(payout: Payout, subject: str) -> list[str]:
    return [order["waiting_for"] for order in payout.story(subject)["orders"] if order["live"]]


def netting(payout: Payout) -> Callable[[Connection], Any]:
    """Net a recovery of 600 fen against an issued order of another award, 1,000 fen."""
    recovery = UUID(recovery_of(payout, 400))
    payout.receive(decision("s2", jurisdiction="city", instalments=((2025, 1_000),)))
    payout.fund()
    order = UUID(payout.get("/v1/payment-orders?state=issued")["items"][0]["id"])
    return lambda connection: recoveries.net(connection, recovery, order, MAKER, payout.clock.now())


def test_a_restatement_waits_for_a_netting_of_its_order(payout: Payout) -> None:
    net, restated = netting(payout), decision("s2", 2, ((2025, 900),), jurisdiction="city")
    during(payout, net, lambda: payout.receive(restated))
    assert payout.live("s2") == [("city", 1, 300, "issued"), ("city", 1, 600, "settled")]
    payout.reconcile()


def test_a_netting_waits_for_a_restatement_of_its_order(payout: Payout) -> None:
    net, restated = netting(payout), decision("s2", 2, jurisdiction="city", instalments=())

    def attempt() -> str:
        with payout.database.transaction() as connection:
            return str(net(connection))

    with pytest.raises(Exception, match="Only an issued order"):
        during(payout, receiving(payout, restated), attempt)
    assert payout.live("s2") == []
    payout.reconcile()


def test_a_release_lets_orders_go_on_that_were_made_meanwhile(payout: Payout) -> None:
    payout.arrange()
    with payout.database.transaction() as connection:
        holding(payout)(connection)
    made = receiving(payout, decision(jurisdiction="city", instalments=((2025, 1_000),)))
    body = {"reason": "r"}
    during(payout, made, lambda: payout.post(f"/v1/payees/{USCC}/release", body, by="finance-checker"))
    assert waiting_for(payout, "s1") == ["funds"]


def test_a_hold_stops_orders_that_were_made_meanwhile(payout: Payout) -> None:
    payout.arrange()
    made = receiving(payout, decision(jurisdiction="city", instalments=((2025, 1_000),)))
    during(payout, made, lambda: payout.post(f"/v1/payees/{USCC}/hold", {"reason": "r"}, by="finance-maker"))
    assert waiting_for(payout, "s1") == ["release"]


def test_an_account_lets_orders_go_on_that_were_made_meanwhile(payout: Payout) -> None:
    payout.arrange()
    payout.account(OTHER_USCC)
    made = receiving(payout, decision(jurisdiction="city", instalments=((2025, 1_000),)))
    during(payout, made, lambda: payout.account(USCC))
    assert waiting_for(payout, "s1") == ["funds"]


def test_a_hold_passes_over_an_order_that_is_cancelled_meanwhile(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(jurisdiction="city", instalments=((2025, 1_000),)))
    withdrawn = receiving(payout, decision(version=2, jurisdiction="city", instalments=()))
    during(payout, withdrawn, lambda: payout.post(f"/v1/payees/{USCC}/hold", {"reason": "r"}, by="finance-maker"))
    assert payout.live() == []


def test_a_version_waits_for_a_hold_and_sees_it(payout: Payout) -> None:
    payout.arrange()
    first = decision(jurisdiction="city", instalments=((2025, 1_000),))
    during(payout, holding(payout), lambda: payout.receive(first))
    assert waiting_for(payout, "s1") == ["release"]
