"""What is measured of the money, beside what was done with it."""

from __future__ import annotations

from services.payout.metrics import MONEY
from tests.integration.payout.support import Payout, decision


def measured(payout: Payout) -> dict[tuple[str, ...], float]:
    with payout.database.reading() as connection:
        return {(value.metric.name, *value.labels): value.value for value in MONEY.compute(connection)}


def test_before_anything_is_decided_all_is_told_as_nothing(payout: Payout) -> None:
    found = measured(payout)
    assert ("payment_orders", "city", "settled", "") in found and ("money_waiting_fen", "liandu", "funds") in found
    assert set(found.values()) == {0}


def test_orders_and_money_by_unit_are_those_of_the_books(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision())
    found = measured(payout)
    assert (
        found["payment_orders", "city", "waiting", "funds"]
        == found["payment_orders", "liandu", "waiting", "funds"]
        == 1
    )
    assert found["money_waiting_fen", "liandu", "funds"] == 500_001
    for unit in ("city", "liandu"):
        payout.appropriate(unit, 10_000_000)
    payout.fund()
    found = {key: value for key, value in measured(payout).items() if value}
    assert found == {
        ("money_entitled_fen", "city"): 500_000,
        ("money_entitled_fen", "liandu"): 500_001,
        ("payment_orders", "city", "issued", ""): 1,
        ("payment_orders", "liandu", "issued", ""): 1,
    }
