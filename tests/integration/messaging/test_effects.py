"""Outbox → relay → broker → consumer → inbox, on the real database and broker, with processes that die in between."""

from __future__ import annotations

import time
from collections.abc import Sequence
from uuid import uuid4

import pytest

from deploy.local.broker import Broker
from shared.database.engine import Database
from shared.messaging import inbox, outbox
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Message
from tests.integration.messaging.support import (
    TOPIC,
    Effects,
    KilledError,
    consume,
    count,
    event,
    kill_at,
)
from tests.support.events import LENIENT, relay_of


def test_an_event_has_one_effect_although_relay_and_consumer_crash(
    publisher: Database, receiver: Database, broker: Broker
) -> None:
    run = uuid4().hex
    effects = Effects(receiver, run)
    events = [event(f"{run}-{number % 3}", f'{{"n":{number}}}'.encode()) for number in range(30)]
    with publisher.transaction() as connection:
        outbox.enqueue(connection, events)

    crashing = relay_of("payout", publisher, broker.cluster, "crashing", crash_point=kill_at("relay: sent, not marked"))
    with pytest.raises(KilledError):
        crashing.step()
    assert count(publisher, "SELECT count(*) FROM outbox_events WHERE published_at IS NULL") == 30
    heir = relay_of("payout", publisher, broker.cluster, "heir")
    assert heir.step()
    assert not heir.step()
    heir.close()

    group = f"test-{run}"
    for point in ("consumer: not committed", "consumer: committed, offsets not"):
        consumer = Consumer(receiver, broker.cluster, TOPIC, group, effects, LENIENT, crash_point=kill_at(point))
        deadline = time.monotonic() + 60
        with pytest.raises(KilledError):
            while time.monotonic() < deadline:
                consumer.step()
        consumer.close()
    consume(Consumer(receiver, broker.cluster, TOPIC, group, effects, LENIENT), lambda: len(effects.seen()) == 30)
    assert sorted(value for _, value in effects.seen()) == sorted(each.data.decode() for each in events)


def test_events_are_identified_by_source_and_id(receiver: Database) -> None:
    names = ["a", "b", 'a","b', "{a,b}", "\\", "'", "null", "丽水 ②", "a b", "\x1f"]
    messages = [
        Message(
            TOPIC,
            0,
            0,
            b"k",
            b"{}",
            {"ce_specversion": b"1.0", "ce_type": b"t", "ce_source": s.encode(), "ce_id": i.encode()},
        )
        for s in names
        for i in names
    ]

    def new(of: Sequence[Message]) -> list[Message]:
        with receiver.transaction() as connection:
            return inbox.take_new(connection, of)

    some = messages[::3]
    assert new([*some, *some]) == some
    assert new(messages) == [message for message in messages if message not in some]
    assert new(messages) == []
