"""Events to send, a handler whose effects can be counted, and deaths at a certain point."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import Connection, text

from deploy.local.broker import Broker
from shared.database.engine import Database
from shared.messaging import outbox, topics
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Event, Message, RejectedMessageError
from tests.support.events import relay_of

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


def publish(database: Database, broker: Broker, *events: Event) -> None:
    with database.transaction() as connection:
        outbox.enqueue(connection, events)
    relay = relay_of("payout", database, broker.cluster, "test-relay")
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
