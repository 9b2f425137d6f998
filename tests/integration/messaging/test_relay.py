"""One relay is the leader and publishes every row of the outbox in order, despite failures of it, its client or the log."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from kafka.errors import KafkaTimeoutError
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from deploy.local.broker import Broker
from shared.database.engine import Database
from shared.messaging import kafka, outbox
from shared.messaging.envelope import Event
from shared.messaging.kafka import Cluster
from shared.messaging.relay import LEADER_LOCK, SETTLE_SECONDS, PublishingError, Sent
from tests.integration.messaging.support import (
    TOPIC,
    KilledError,
    count,
    event,
    kill_at,
    publish,
)
from tests.support.events import relay_of


def test_one_relay_is_the_leader_and_another_takes_over(publisher: Database, broker: Broker) -> None:
    first = relay_of("payout", publisher, broker.cluster, "first")
    second = relay_of("payout", publisher, broker.cluster, "second")
    first.step()
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event("leader", b"{}")])
    assert not second.step()
    assert count(publisher, "SELECT count(*) FROM outbox_events WHERE published_at IS NULL") == 1
    first.close()
    assert second.step()
    second.close()


def test_another_relay_replaces_a_crashed_leader_and_keeps_the_order_per_key(
    publisher: Database, broker: Broker
) -> None:
    run = uuid4().hex
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event(f"{run}-{n % 3}", str(n).encode()) for n in range(300)])
    crashing = relay_of("payout", publisher, broker.cluster, "crashing", crash_point=kill_at("relay: sent, not marked"))
    with pytest.raises(KilledError):
        crashing.step()
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event(f"{run}-{n % 3}", str(n).encode()) for n in range(300, 600)])
    leader, heir = (relay_of("payout", publisher, broker.cluster, name) for name in ("leader", "heir"))
    assert leader.step()
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event(f"{run}-{n % 3}", str(n).encode()) for n in range(600, 900)])
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                " AND objid = :lock & 4294967295 AND pid <> pg_backend_pid()"
            ),
            {"lock": LEADER_LOCK},
        )
    with pytest.raises(OperationalError):
        leader.step()
    assert heir.step()
    assert not leader.step(), "the heir leads"
    leader.close()
    heir.close()
    subscription = kafka.consumer(broker.cluster, f"test-{run}", TOPIC, max_poll_records=1_000)
    told: dict[bytes, list[int]] = {}
    deadline = time.monotonic() + 60
    while len({n for numbers in told.values() for n in numbers}) < 900:
        assert time.monotonic() < deadline
        for records in subscription.poll(timeout_ms=500).values():
            for record in records:
                if record.key.startswith(run.encode()):
                    told.setdefault(record.key, []).append(int(record.value))
    subscription.close(autocommit=False)
    for numbers in told.values():
        first_told = list(dict.fromkeys(numbers))
        assert first_told == sorted(first_told), "what is told for the first time is in order"
        assert len(first_told) == 300


def test_current_events_are_published_again_on_request(publisher: Database, broker: Broker) -> None:
    publish(publisher, broker, event("k1", b'{"v":1}'), event("k1", b'{"v":2}'), event("k2", b'{"v":1}'))
    for keys, again in ((["k1"], 1), (None, 2), (["unknown"], 0)):
        with publisher.transaction() as connection:
            assert outbox.republish_latest(connection, TOPIC, keys) == again
        publish(publisher, broker)
    assert count(publisher, "SELECT count(*) FROM outbox_events WHERE published_at IS NULL") == 0


def test_a_low_id_that_commits_late_is_published(publisher: Database, broker: Broker) -> None:
    relay = relay_of("payout", publisher, broker.cluster, "late")
    with publisher.transaction() as slow:
        outbox.enqueue(slow, [event("slow", b"{}")])
        with publisher.transaction() as quick:
            outbox.enqueue(quick, [event("quick", b"{}")])
        assert relay.step()
    assert relay.step()
    relay.close()
    assert count(publisher, "SELECT count(*) FROM outbox_events WHERE published_at IS NULL") == 0


def test_current_events_are_published_to_a_new_log(publisher: Database, broker: Broker) -> None:
    publish(publisher, broker, event("k1", b'{"v":1}'), event("k1", b'{"v":2}'), event("k2", b'{"v":1}'))
    with publisher.transaction() as connection:
        connection.execute(text("UPDATE broker_log SET identity = 'the log before'"))
    relay = relay_of("payout", publisher, broker.cluster, "again")
    assert relay.step()
    relay.close()
    with publisher.reading() as connection:
        again = connection.execute(
            text("SELECT key, data FROM outbox_events ORDER BY published_at DESC, key LIMIT 2")
        ).all()
    assert sorted(tuple(row) for row in again) == [("k1", '{"v":2}'), ("k2", '{"v":1}')]


@pytest.mark.parametrize("trace_parent", [None, f"00-{'a' * 32}-{'b' * 16}-01"])
@pytest.mark.parametrize("microsecond", [0, 1, 120_000])
def test_a_row_of_the_outbox_is_sent_as_its_event_says(
    publisher: Database, microsecond: int, trace_parent: str | None
) -> None:
    at = datetime(2026, 3, 1, 23, 59, 59, microsecond, tzinfo=timezone(timedelta(hours=8)))
    event = Event(TOPIC, "键", "award.decided", uuid4(), "/源", "主题", at, '{"a":"’\\n"}'.encode(), trace_parent)
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event])
    [batch] = relay_of("payout", publisher, Cluster("nowhere:1"), "reading")._next(0)
    [(key, data, headers)] = batch.messages()
    assert (batch.topic, key, data) == (event.topic, event.key.encode(), event.data)
    assert sorted(headers) == sorted(event.headers())


def test_acknowledgements_that_the_client_forgets_share_one_deadline(
    publisher: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    class Forgotten:
        is_done = False

        def succeeded(self) -> bool:
            return False

        def get(self, timeout: float) -> None:
            waited.append(timeout)
            raise KafkaTimeoutError

    monkeypatch.setattr("shared.messaging.relay.time", SimpleNamespace(monotonic=lambda: sum(waited)))
    relay = relay_of("payout", publisher, Cluster("nowhere:1"), "forgotten")
    with pytest.raises(PublishingError, match="1000 events"):
        relay._settle(Sent([cast(Any, SimpleNamespace(id=1, keys=["k"]))] * 1_000, [[Forgotten()]] * 1_000, 0))
    assert sum(waited) == SETTLE_SECONDS


def test_a_relay_whose_producer_cannot_be_closed_starts_afresh(publisher: Database) -> None:
    forced: list[bool] = []

    class Stuck:
        _sender = SimpleNamespace(force_close=lambda: forced.append(True))

        def close(self, timeout: float) -> None:
            raise KafkaTimeoutError

    relay = relay_of("payout", publisher, Cluster("nowhere:1"), "stuck")
    relay._leadership = publisher.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    relay._leadership.execute(text(f"SELECT pg_advisory_lock({LEADER_LOCK})"))
    stuck: Any = Stuck()
    relay._producer = stuck
    relay.close()
    assert relay._producer is None
    assert forced == [True]
    assert count(publisher, f"SELECT pg_try_advisory_lock({LEADER_LOCK})::int") == 1
