"""Events that statements write agree with their models: required members, types, and no others."""

from __future__ import annotations

import json
from collections.abc import Mapping

import orjson

from shared.events.base import EventData
from shared.events.payment_orders import (
    APPROVED,
    FAILED,
    ISSUED,
    RECOVERY_RAISED,
    RETURNED,
    SETTLED,
    PaymentOrderChanged,
    RecoveryRaised,
)
from tests.integration.payout.bank import answer, approve, batch, issued, result
from tests.integration.payout.support import Payout, decision

MODELS: Mapping[str, type[EventData]] = {
    kind: model for model in (PaymentOrderChanged, RecoveryRaised) for kind in model.TYPES
}
REASON = 'account "closed"\\ 账户\n已注销'


def events(payout: Payout) -> dict[str, EventData]:
    """Return the latest event of each type, checked: its JSON has members of the model only."""
    found = {}
    for kind, data in payout.execute("SELECT type, data FROM outbox_events ORDER BY batch, place"):
        assert set(orjson.loads(data)) <= set(MODELS[kind].model_fields), kind
        assert None not in orjson.loads(data).values(), kind
        found[kind] = MODELS[kind].model_validate_json(data)
    return found


def test_events_of_orders_and_recoveries_follow_their_models(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    made = batch(payout)
    answer(payout, made["id"], result(order_id))
    payout.receive(decision(version=2, jurisdiction="city", instalments=((2025, 400),)))
    answer(payout, made["id"], result(order_id, "returned", reason=REASON, occurred_on="2026-03-02"))
    found = events(payout)
    assert set(found) == {ISSUED, APPROVED, SETTLED, RETURNED, RECOVERY_RAISED}
    [columns] = payout.execute(
        "SELECT id AS order_id, award_id, version, unit, instalment, due_year, amount_fen, payee_uscc FROM payment_orders"
        " WHERE id = CAST(:id AS uuid)",
        id=order_id,
    )
    bank = {"occurred_on": None, "bank_reference": None, "reason": None}
    [recovery] = payout.execute(
        "SELECT id AS recovery_id, award_id, version, unit, payee_uscc, amount_fen FROM recoveries ORDER BY id LIMIT 1"
    )
    assert found[RECOVERY_RAISED].model_dump() == dict(recovery._mapping)
    assert found[APPROVED].model_dump() == {**columns._mapping, **bank}
    settled = {"occurred_on": "2026-03-02", "bank_reference": "B-settled"}
    assert json.loads(found[SETTLED].model_dump_json(include=set(bank))) == {**bank, **settled}
    returned = {"occurred_on": "2026-03-02", "bank_reference": "B-returned", "reason": REASON}
    assert json.loads(found[RETURNED].model_dump_json(include=set(bank))) == returned


def test_the_event_of_a_failed_order_has_the_reason(payout: Payout) -> None:
    order_id = issued(payout)
    approve(payout, order_id)
    answer(payout, batch(payout)["id"], result(order_id, "failed", reason=REASON))
    failed = events(payout)[FAILED]
    assert isinstance(failed, PaymentOrderChanged)
    assert (str(failed.order_id), failed.reason) == (order_id, REASON)
