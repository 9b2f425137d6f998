"""The life of a payment order: the page is current, statements stand in one module, every act is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.lifecycle import PAYMENT_ORDER
from services.payout.enums import SENT, OrderState
from services.payout.orders.lifecycle import BEGINNINGS, OUTCOMES, TRANSITIONS, Act, sources

ROOMS = Path(__file__).parents[3] / "services" / "payout"
WRITES = re.compile(
    r"(UPDATE|INTO|DELETE FROM|MERGE INTO)\s+payment_orders\b|\"payment_orders\", \w+\._fields", re.IGNORECASE
)


def test_the_page_is_current() -> None:
    """Write it again with `make lifecycle`."""
    assert PAYMENT_ORDER.page.read_text("utf-8") == PAYMENT_ORDER.text()


def test_every_state_and_act_is_explained_and_used() -> None:
    assert set(PAYMENT_ORDER.states) == set(OrderState)
    assert set(PAYMENT_ORDER.acts) == set(Act) == {act for _, act in TRANSITIONS} | set(BEGINNINGS)


def test_one_module_writes_payment_orders() -> None:
    writers = {
        str(path.relative_to(ROOMS))
        for path in [*ROOMS.rglob("*.py"), *ROOMS.rglob("*.sql")]
        if path.parts[-3] != "migrations" and WRITES.search(path.read_text("utf-8"))
    }
    assert writers == {"orders/transitions.py", "orders/queries/transitions.sql"}


def test_the_bank_has_an_order_until_it_reports() -> None:
    assert set().union(*(sources(act) for act in OUTCOMES.values())) == SENT
    assert not sources(Act.CANCEL) & SENT


@pytest.mark.parametrize("state", OrderState)
def test_only_a_correction_or_a_restore_leads_back_from_the_end(state: OrderState) -> None:
    ends = {OrderState.SETTLED: {Act.RETURN, Act.CORRECT}, OrderState.CANCELLED: {Act.REENTER}}
    if state in ends:
        assert {act for source, act in TRANSITIONS if source is state} == ends[state]
