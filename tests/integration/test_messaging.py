"""Outbox → relay → broker → consumer → inbox, on the real database and broker, with processes that die in between."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from kafka.errors import KafkaTimeoutError
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from deploy.local.broker import Broker
from shared.database.engine import Database
from shared.messaging import dead_letters, inbox, kafka, outbox, topics
from shared.messaging.consumer import Consumer, RejectedMessageError, TooManyDeadLettersError
from shared.messaging.envelope import Event, Message
from shared.messaging.relay import LEADER_LOCK, SETTLE_SECONDS, PublishingError, Relay, Sent
from tests.support.databases import ServiceDatabase

TOPIC = topics.PAYMENT_ORDERS
NOW = datetime(2024, 3, 1, tzinfo=UTC)


class KilledError(RuntimeError):
    """Stands for a process that dies at a certain point."""


def kill_at(point: str) -> Callable[[str], None]:
    """Die the first time that `point` is reached."""
    alive = True

    def reach(reached: str) -> None:
        nonlocal alive
        if alive and reached == point:
            alive = False
            raise KilledError(point)

    return reach


def event(key: str, data: bytes) -> Event:
    return Event(TOPIC, key, "test.happened", uuid4(), "/tests", key, NOW, data)


class Effects:
    """A handler that writes what it was given into a table, so that effects can be counted."""

    def __init__(self, database: Database, run: str) -> None:
        self.database = database
        self.run = run
        with database.transaction() as connection:
            connection.execute(text("CREATE TEMP TABLE IF NOT EXISTS unused (x int)"))

    def __call__(self, connection: Connection, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.value == b'{"bad":true}':
                raise RejectedMessageError("bad is true")
            if not (message.key or b"").startswith(self.run.encode()):
                continue  # another test's
            connection.execute(
                text(
                    "INSERT INTO idempotency_keys (actor, operation, key, request_hash, status, headers, body)"
                    " VALUES ('effect', :key, :value, '', 0, '{}', '')"
                ),
                {"key": (message.key or b"").decode(), "value": (message.value or b"").decode()},
            )

    def seen(self) -> list[tuple[str, str]]:
        with self.database.reading() as connection:
            rows = connection.execute(
                text("SELECT operation, key FROM idempotency_keys WHERE actor = 'effect' ORDER BY created_at, key")
            )
            return sorted(tuple(row) for row in rows)


@pytest.fixture
def publisher(fresh_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    database = fresh_database("eligibility").connect()
    yield database
    database.close()


@pytest.fixture
def receiver(fresh_database: Callable[[str], ServiceDatabase]) -> Iterator[Database]:
    database = fresh_database("eligibility").connect()
    yield database
    database.close()


def publish(database: Database, broker: Broker, *events: Event) -> None:
    with database.transaction() as connection:
        outbox.enqueue(connection, events)
    relay = Relay(database, broker.bootstrap_servers, "test-relay")
    while relay.step():
        pass
    relay.close()


def consume(consumer: Consumer, until: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "the messages did not arrive"
        consumer.step()
    consumer.close()


def count(database: Database, question: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(text(question)).scalar_one())


def test_an_event_has_one_effect_although_relay_and_consumer_die_at_the_worst_moments(
    publisher: Database, receiver: Database, broker: Broker
) -> None:
    run = uuid4().hex
    effects = Effects(receiver, run)
    events = [event(f"{run}-{number % 3}", f'{{"n":{number}}}'.encode()) for number in range(30)]
    with publisher.transaction() as connection:
        outbox.enqueue(connection, events)

    dying = Relay(publisher, broker.bootstrap_servers, "dying", crash_point=kill_at("relay: sent, not marked"))
    with pytest.raises(KilledError):
        dying.step()
    assert count(publisher, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 30
    heir = Relay(publisher, broker.bootstrap_servers, "heir")
    assert heir.step()
    assert not heir.step()
    heir.close()

    group = f"test-{run}"
    for point in ("consumer: not committed", "consumer: committed, offsets not"):
        consumer = Consumer(receiver, broker.bootstrap_servers, TOPIC, group, effects, crash_point=kill_at(point))
        deadline = time.monotonic() + 60
        with pytest.raises(KilledError):
            while time.monotonic() < deadline:
                consumer.step()
        consumer.close()
    consume(Consumer(receiver, broker.bootstrap_servers, TOPIC, group, effects), lambda: len(effects.seen()) == 30)
    assert sorted(value for _, value in effects.seen()) == sorted(each.data.decode() for each in events)


def test_what_cannot_be_processed_is_set_aside_and_everything_else_flows(
    publisher: Database, receiver: Database, broker: Broker
) -> None:
    run = uuid4().hex
    effects = Effects(receiver, run)
    producer = kafka.producer(broker.bootstrap_servers, "stranger")
    producer.send(TOPIC, key=run.encode(), value=b"no CloudEvent", headers=[])
    producer.flush()
    producer.close()
    publish(
        publisher,
        broker,
        event(f"{run}-good", b'{"n":1}'),
        event(f"{run}-poison", b'{"bad":true}'),
        event(f"{run}-good", b'{"n":2}'),
    )
    consumer = Consumer(receiver, broker.bootstrap_servers, TOPIC, f"test-{run}", effects)
    consume(consumer, lambda: len(effects.seen()) == 2)
    with receiver.reading() as connection:
        rows = connection.execute(
            text("SELECT convert_from(key, 'UTF8') AS key, reason, state FROM dead_letters")
        ).all()
    mine = {row.key: (row.reason, row.state) for row in rows if row.key.startswith(run)}
    assert mine[f"{run}-poison"] == ("bad is true", "open")
    assert mine[run] == ("the headers ce_specversion, ce_id, ce_source, ce_type are missing", "open")

    publish(publisher, broker, event(f"{run}-poison", b'{"n":3}'))
    consumer = Consumer(receiver, broker.bootstrap_servers, TOPIC, f"test-{run}", effects)
    consume(consumer, lambda: len(effects.seen()) == 3)
    key = f"{run}-poison"
    with receiver.reading() as connection:
        state = connection.execute(
            text("SELECT state FROM dead_letters WHERE key = convert_to(:key, 'UTF8')"), {"key": key}
        ).scalar_one()
    assert state == "cleared"


def test_events_are_told_apart_by_source_and_id_whatever_these_hold(receiver: Database) -> None:
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


def test_message_after_message_refused_stops_the_consumer(receiver: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.consumer.DEAD_LETTER_LIMIT", 5)

    def refuse(_: Connection, __: Sequence[Message]) -> None:
        raise RejectedMessageError("no")

    headers = {"ce_specversion": b"1.0", "ce_source": b"/tests", "ce_type": b"t"}
    messages = [Message(TOPIC, 0, n, b"k", b"{}", headers | {"ce_id": str(n).encode()}) for n in range(50)]
    consumer = Consumer(receiver, "nowhere:1", TOPIC, "group", refuse)
    with pytest.raises(TooManyDeadLettersError):
        consumer.process(messages)
    assert count(receiver, "SELECT count(*) FROM dead_letters") == 4


def test_one_relay_leads_and_another_takes_over(publisher: Database, broker: Broker) -> None:
    first = Relay(publisher, broker.bootstrap_servers, "first")
    second = Relay(publisher, broker.bootstrap_servers, "second")
    first.step()
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event("leader", b"{}")])
    assert not second.step()
    assert count(publisher, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 1
    first.close()
    assert second.step()
    second.close()


def test_a_leader_that_dies_is_followed_and_the_order_per_key_kept(publisher: Database, broker: Broker) -> None:
    run = uuid4().hex
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event(f"{run}-{n % 3}", str(n).encode()) for n in range(300)])
    dying = Relay(publisher, broker.bootstrap_servers, "dying", crash_point=kill_at("relay: sent, not marked"))
    with pytest.raises(KilledError):
        dying.step()
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event(f"{run}-{n % 3}", str(n).encode()) for n in range(300, 600)])
    leader, heir = (Relay(publisher, broker.bootstrap_servers, name) for name in ("leader", "heir"))
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
    subscription = kafka.consumer(broker.bootstrap_servers, f"test-{run}", TOPIC, max_poll_records=1_000)
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


def test_what_is_in_force_is_told_again_by_hand(publisher: Database, broker: Broker) -> None:
    publish(publisher, broker, event("k1", b'{"v":1}'), event("k1", b'{"v":2}'), event("k2", b'{"v":1}'))
    for keys, again in ((["k1"], 1), (None, 2), (["unknown"], 0)):
        with publisher.transaction() as connection:
            assert outbox.republish_latest(connection, TOPIC, keys) == again
        publish(publisher, broker)
    assert count(publisher, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0


def test_a_low_id_that_commits_late_is_published(publisher: Database, broker: Broker) -> None:
    relay = Relay(publisher, broker.bootstrap_servers, "late")
    with publisher.transaction() as slow:
        outbox.enqueue(slow, [event("slow", b"{}")])
        with publisher.transaction() as quick:
            outbox.enqueue(quick, [event("quick", b"{}")])
        assert relay.step()
    assert relay.step()
    relay.close()
    assert count(publisher, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0


def test_a_new_log_is_told_what_is_in_force(publisher: Database, broker: Broker) -> None:
    publish(publisher, broker, event("k1", b'{"v":1}'), event("k1", b'{"v":2}'), event("k2", b'{"v":1}'))
    with publisher.transaction() as connection:
        connection.execute(text("UPDATE broker_log SET identity = 'the log before'"))
    relay = Relay(publisher, broker.bootstrap_servers, "again")
    assert relay.step()
    relay.close()
    with publisher.reading() as connection:
        again = connection.execute(text("SELECT key, data FROM outbox ORDER BY published_at DESC, key LIMIT 2")).all()
    assert sorted(tuple(row) for row in again) == [("k1", '{"v":2}'), ("k2", '{"v":1}')]


def test_a_refused_decision_is_told_on_the_topic_of_dead_letters(receiver: Database) -> None:
    def refuse(_: Connection, __: Sequence[Message]) -> None:
        raise RejectedMessageError("the shares do not add up")

    headers = {"ce_specversion": b"1.0", "ce_source": b"/tests", "ce_type": b"award.decided", "ce_id": b"1"}
    headers["stray"] = b"no\x00text \xff"  # PostgreSQL's text and JSON hold no NUL
    message = Message(topics.AWARD_DECISIONS, 3, 9, b"award\x00", b'{"v":1}', headers)
    consumer = Consumer(receiver, "nowhere:1", topics.AWARD_DECISIONS, "group", refuse)
    consumer.process([message])
    consumer.process([message])
    with receiver.reading() as connection:
        [told] = connection.execute(text("SELECT topic, key, data::jsonb AS data FROM outbox")).all()
    assert (told.topic, told.key) == (topics.AWARD_DECISIONS_DEAD, "award\N{REPLACEMENT CHARACTER}")
    assert told.data["headers"]["stray"] == "no\N{REPLACEMENT CHARACTER}text \N{REPLACEMENT CHARACTER}"
    assert told.data["reason"] == "the shares do not add up"
    assert (told.data["partition"], told.data["offset"], told.data["value_base64"]) == (3, 9, "eyJ2IjoxfQ==")


@pytest.mark.parametrize("where", ["key", "value", "header", "escaped header", "id"])
def test_a_dead_letter_too_large_for_a_broker_holds_nothing_up(receiver: Database, broker: Broker, where: str) -> None:
    def refuse(_: Connection, __: Sequence[Message]) -> None:
        raise RejectedMessageError("too much")

    large = b"\x01" * 900_000 if where == "escaped header" else random.Random(1).randbytes(450_000).hex().encode()
    headers = {"ce_specversion": b"1.0", "ce_source": b"/tests", "ce_type": b"award.decided", "ce_id": b"1"}
    headers["ce_id" if where == "id" else "stray"] = large if where in ("header", "escaped header", "id") else b"1"
    key, value = (large if where == "key" else b"award"), (large if where == "value" else b"{}")
    consumer = Consumer(receiver, "nowhere:1", topics.AWARD_DECISIONS, "group", refuse)
    consumer.process([Message(topics.AWARD_DECISIONS, 0, 1, key, value, headers)])
    with receiver.reading() as connection:
        [kept] = connection.execute(text("SELECT key, value FROM dead_letters")).all()
        [told] = connection.execute(text("SELECT data::jsonb AS data FROM outbox")).all()
    assert (kept.key, kept.value) == (key[: dead_letters.KEY_BYTES], value)
    assert told.data["complete"] is False
    relay = Relay(receiver, broker.bootstrap_servers, "large")
    try:
        assert relay.step()
    finally:
        relay.close()
    assert count(receiver, "SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0


@pytest.mark.parametrize("trace_parent", [None, f"00-{'a' * 32}-{'b' * 16}-01"])
@pytest.mark.parametrize("microsecond", [0, 1, 120_000])
def test_a_row_of_the_outbox_is_sent_as_its_event_says(
    publisher: Database, microsecond: int, trace_parent: str | None
) -> None:
    at = datetime(2026, 3, 1, 23, 59, 59, microsecond, tzinfo=timezone(timedelta(hours=8)))
    event = Event(TOPIC, "键", "award.decided", uuid4(), "/源", "主题", at, '{"a":"’\\n"}'.encode(), trace_parent)
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [event])
    [row] = Relay(publisher, "nowhere:1", "reading")._next(0)
    sent = (row.topic, row.key.encode(), row.data.encode(), row.headers())
    assert sent == (event.topic, event.key.encode(), event.data, event.headers())


def test_promises_that_the_client_forgets_are_waited_for_once_not_one_after_the_other(
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
    relay = Relay(publisher, "nowhere:1", "forgotten")
    with pytest.raises(PublishingError, match="1000 events"):
        relay._settle(Sent([cast(Any, SimpleNamespace(id=1))] * 1_000, [Forgotten()] * 1_000, 0))
    assert sum(waited) == SETTLE_SECONDS


def test_a_relay_whose_producer_cannot_be_closed_starts_afresh(publisher: Database) -> None:
    forced: list[bool] = []

    class Stuck:
        _sender = SimpleNamespace(force_close=lambda: forced.append(True))

        def close(self, timeout: float) -> None:
            raise KafkaTimeoutError

    relay = Relay(publisher, "nowhere:1", "stuck")
    relay._leadership = publisher.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    relay._leadership.execute(text(f"SELECT pg_advisory_lock({LEADER_LOCK})"))
    stuck: Any = Stuck()
    relay._producer = stuck
    relay.close()
    assert relay._producer is None
    assert forced == [True]
    assert count(publisher, f"SELECT pg_try_advisory_lock({LEADER_LOCK})::int") == 1
