"""Messages that cannot be processed become dead letters; all others take effect."""

from __future__ import annotations

import random
from collections.abc import Sequence
from uuid import uuid4

import pytest
from sqlalchemy import Connection, text

from deploy.local.broker import Broker
from shared.database.engine import Database
from shared.messaging import dead_letters, kafka, topics
from shared.messaging.consumer import Consumer, TooManyDeadLettersError
from shared.messaging.envelope import Message, RejectedMessageError
from shared.messaging.kafka import Cluster
from tests.integration.messaging.support import (
    TOPIC,
    Effects,
    consume,
    count,
    event,
    publish,
)
from tests.support.events import LENIENT, relay_of


def test_what_cannot_be_processed_is_set_aside_and_everything_else_flows(
    publisher: Database, receiver: Database, broker: Broker
) -> None:
    run = uuid4().hex
    effects = Effects(receiver, run)
    producer = kafka.producer(broker.cluster, "stranger")
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
    consumer = Consumer(receiver, broker.cluster, TOPIC, f"test-{run}", effects, LENIENT)
    consume(consumer, lambda: len(effects.seen()) == 2)
    with receiver.reading() as connection:
        rows = connection.execute(
            text("SELECT convert_from(key, 'UTF8') AS key, reason, state FROM dead_letters")
        ).all()
    mine = {row.key: (row.reason, row.state) for row in rows if row.key.startswith(run)}
    assert mine[f"{run}-poison"] == ("bad is true", "open")
    assert mine[run] == ("the headers ce_specversion, ce_id, ce_source, ce_type are missing", "open")

    publish(publisher, broker, event(f"{run}-poison", b'{"n":3}'))
    consumer = Consumer(receiver, broker.cluster, TOPIC, f"test-{run}", effects, LENIENT)
    consume(consumer, lambda: len(effects.seen()) == 3)
    key = f"{run}-poison"
    with receiver.reading() as connection:
        state = connection.execute(
            text("SELECT state FROM dead_letters WHERE key = convert_to(:key, 'UTF8')"), {"key": key}
        ).scalar_one()
    assert state == "cleared"


def test_message_after_message_refused_stops_the_consumer(receiver: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.messaging.consumer.DEAD_LETTER_LIMIT", 5)

    def refuse(_: Connection, __: Sequence[Message]) -> None:
        raise RejectedMessageError("no")

    headers = {"ce_specversion": b"1.0", "ce_source": b"/tests", "ce_type": b"t"}
    messages = [Message(TOPIC, 0, n, b"k", b"{}", headers | {"ce_id": str(n).encode()}) for n in range(50)]
    consumer = Consumer(receiver, Cluster("nowhere:1"), TOPIC, "group", refuse, LENIENT)
    with pytest.raises(TooManyDeadLettersError):
        consumer.process(messages)
    assert count(receiver, "SELECT count(*) FROM dead_letters") == 4


def test_a_refused_decision_is_published_on_the_topic_of_dead_letters(receiver: Database) -> None:
    def refuse(_: Connection, __: Sequence[Message]) -> None:
        raise RejectedMessageError("the shares do not add up")

    headers = {"ce_specversion": b"1.0", "ce_source": b"/tests", "ce_type": b"award.decided", "ce_id": b"1"}
    headers["stray"] = b"no\x00text \xff"  # PostgreSQL's text and JSON hold no NUL
    message = Message(topics.AWARD_DECISIONS, 3, 9, b"award\x00", b'{"v":1}', headers)
    consumer = Consumer(receiver, Cluster("nowhere:1"), topics.AWARD_DECISIONS, "group", refuse, LENIENT)
    consumer.process([message])
    consumer.process([message])
    with receiver.reading() as connection:
        [told] = connection.execute(text("SELECT topic, key, data::jsonb AS data FROM outbox_events")).all()
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
    consumer = Consumer(receiver, Cluster("nowhere:1"), topics.AWARD_DECISIONS, "group", refuse, LENIENT)
    consumer.process([Message(topics.AWARD_DECISIONS, 0, 1, key, value, headers)])
    with receiver.reading() as connection:
        [kept] = connection.execute(text("SELECT key, value FROM dead_letters")).all()
        [told] = connection.execute(text("SELECT data::jsonb AS data FROM outbox_events")).all()
    assert (kept.key, kept.value) == (key[: dead_letters.MAX_KEY_BYTES], value)
    assert told.data["complete"] is False
    relay = relay_of("payout", receiver, broker.cluster, "large")
    try:
        assert relay.step()
    finally:
        relay.close()
    assert count(receiver, "SELECT count(*) FROM outbox_events WHERE published_at IS NULL") == 0
