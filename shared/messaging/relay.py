"""The relay: reads unpublished batches of events from the outbox, sends them, marks them. At least once, in order per key, one
leader.

Batches are found by `published_at IS NULL`, never by a cursor: a low id that commits late would be skipped by `id > last`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, NamedTuple

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError
from opentelemetry.trace import SpanKind
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from shared.audit import log as audit
from shared.database.engine import Database
from shared.database.queries import load
from shared.messaging import envelope, kafka, topics
from shared.messaging.kafka import Cluster
from shared.messaging.outbox import republish_latest
from shared.messaging.restore_detection import LostEventsHandler, lost_events, record_as_published
from shared.messaging.signatures import Signer, Verifier
from shared.observability import metrics, tracing
from shared.system_tables import broker_log

SEND_EVENTS = 5_000
STEP_SENDS = 20
LOG_CHECK_SECONDS = 10.0
SETTLE_SECONDS = 40.0
"""How long the broker may take to acknowledge everything that was sent; the producer itself gives up after 30 s
(`delivery_timeout_ms`). One deadline for all: while a broker loses its log the client can forget some acknowledgements, and
waiting for each of them in turn would block the relay.
"""
LEADER_LOCK = 0x72656C6179  # "relay"

queries = load(__package__)
log = structlog.get_logger(__name__)


class Unpublished(NamedTuple):
    """A batch of the outbox, every attribute as the text that is sent."""

    id: int
    topic: str
    type: str
    source: str
    occurred_at: str
    trace_parent: str | None
    keys: Sequence[str]
    subjects: Sequence[str]
    event_ids: Sequence[str]
    data: Sequence[str]

    def messages(self) -> list[tuple[bytes, bytes, list[tuple[str, bytes]]]]:
        """Return key, data and headers of each event; the headers carry the CloudEvents attributes."""
        shared = envelope.shared_headers(self.type, self.source, self.occurred_at, self.trace_parent)
        return [
            (key.encode(), data.encode(), [*shared, ("ce_id", id_.encode()), ("ce_subject", subject.encode())])
            for key, subject, id_, data in zip(self.keys, self.subjects, self.event_ids, self.data, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Sent:
    """Batches of the outbox, the futures of each batch's acknowledgements, and when they were sent (ns)."""

    batches: Sequence[Unpublished]
    acknowledgements: Sequence[Sequence[Any]]
    started_ns: int


class PublishingError(RuntimeError):
    """The broker did not acknowledge an event; it stays in the outbox and is sent again."""


class Relay:
    """Publishes one service's outbox. Several may run: the one that holds the advisory lock works, the others wait."""

    def __init__(
        self,
        database: Database,
        cluster: Cluster,
        client_id: str,
        signer: Signer,
        verifier: Verifier,
        *,
        publishes: Sequence[str] = topics.ALL,
        restores: Sequence[str] = (),
        on_lost: LostEventsHandler = lambda *_: None,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to publish, signed by `signer`; nothing is connected yet.

        The topics that it `publishes` on are created where they do not exist. Events of those in `restores` that the log holds,
        `verifier` accepts and the outbox has lost are passed to `on_lost` before anything is sent.
        `crash_point` lets a fault campaign kill the process at named points.
        """
        self._database = database
        self._cluster = cluster
        self._client_id = client_id
        self._signer = signer
        self._verifier = verifier
        self._publishes = publishes
        self._restores = restores
        self._on_lost = on_lost
        self._crash_point = crash_point
        self._leadership: Connection | None = None
        self._producer: KafkaProducer | None = None
        self._log_checked_at = 0.0

    def step(self) -> bool:
        """Publish up to about STEP_SENDS × SEND_EVENTS events; return whether there was anything.

        After an error the next step reconnects.
        """
        try:
            return self._step()
        except Exception:
            self.close()
            raise

    def _step(self) -> bool:
        if not self._lead():
            return False
        self._adopt()
        sent = self._send(self._next(0))
        if not sent.batches:
            self._check_log()
            return False
        with ThreadPoolExecutor(max_workers=1) as settling:
            for _ in range(STEP_SENDS):
                # The next batches are read and sent while these are acknowledged and marked. A lower id that commits only now
                # has other keys (events of one key wait for each other): the next step reads from the start again.
                settled = settling.submit(self._settle, sent)
                following = self._send(self._next(sent.batches[-1].id))
                settled.result()
                sent = following
                if not sent.batches:
                    return True
        self._settle(sent)
        return True

    def _adopt(self) -> None:
        """Take over what processes of 0.1.0 have written beside this version's."""
        with self._database.transaction() as connection:
            connection.execute(queries.adopt_events)

    def _next(self, in_flight: int) -> Sequence[Unpublished]:
        with self._database.reading() as connection:
            driver, statement = connection.connection.driver_connection, queries.unpublished_batches
            assert driver is not None
            # Rows straight from the driver, and binary: SQLAlchemy's, and JSON in arrays as text, would take three times as long.
            with driver.cursor(binary=True) as cursor:
                found = cursor.execute(
                    str(statement.compile(dialect=connection.dialect)), {"in_flight": in_flight, "events": SEND_EVENTS}
                )
                return [Unpublished._make(row) for row in found]

    def _settle(self, sent: Sent) -> None:
        """Wait for the acknowledgements of what was sent, and mark what was acknowledged."""
        deadline = time.monotonic() + SETTLE_SECONDS
        for each in chain.from_iterable(sent.acknowledgements):
            if not each.is_done:
                with suppress(KafkaError):
                    each.get(timeout=max(0.0, deadline - time.monotonic()))
        acknowledged = [
            batch
            for batch, each in zip(sent.batches, sent.acknowledgements, strict=True)
            if all(future.succeeded() for future in each)
        ]
        self._crash_point("relay: sent, not marked")
        with self._database.transaction() as connection:
            connection.execute(queries.mark_published, {"ids": [batch.id for batch in acknowledged]})
        for batch in acknowledged:
            metrics.EVENTS_PUBLISHED.labels(topic=batch.topic).inc(len(batch.keys))
        for type_, batches in groupby(acknowledged, key=attrgetter("type")):
            parents = (batch.trace_parent for batch in batches)
            tracing.record(f"publish {type_}", parents, sent.started_ns, SpanKind.PRODUCER)
        if len(acknowledged) < len(sent.batches):
            unsent = sum(len(batch.keys) for batch in sent.batches) - sum(len(batch.keys) for batch in acknowledged)
            raise PublishingError(f"batches of {unsent} events were not acknowledged whole by the broker")

    def close(self) -> None:
        """Give up the leadership and close the connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            kafka.close_producer(producer)
        if self._leadership is not None:
            with suppress(SQLAlchemyError):
                self._leadership.execute(select(func.pg_advisory_unlock(LEADER_LOCK)))
            # A lock that is still held ends with its session: the session must not return to the pool.
            self._leadership.invalidate()
            self._leadership.close()
            self._leadership = None
            metrics.RELAY_IS_LEADER.set(0)

    def _lead(self) -> bool:
        if self._leadership is not None:
            self._leadership.execute(text("SELECT 1"))  # raises if the session, and with it the lock, is gone
            return True
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(select(func.pg_try_advisory_lock(LEADER_LOCK))).scalar_one():
            connection.close()
            return False
        self._leadership = connection
        self._producer = kafka.producer(self._cluster, self._client_id)
        self._republish_to_new_log()
        self._handle_lost_events()
        metrics.RELAY_IS_LEADER.set(1)
        log.info("relay.became_leader")
        return True

    def _handle_lost_events(self) -> None:
        with self._database.transaction() as connection:
            lost = lost_events(connection, self._cluster, self._restores, self._verifier)
            if not lost:
                return
            record_as_published(connection, lost)
            self._on_lost(connection, lost)
            audit.record(
                connection,
                actor=self._client_id,
                act="recall_lost_events",
                subjects=["*"],
                reason="the broker's log holds events that this database does not: the database was restored to an earlier point",
                details={"events": len(lost)},
            )
        log.warning("relay.lost_events_found", events=len(lost))

    def _check_log(self) -> None:
        if time.monotonic() - self._log_checked_at > LOG_CHECK_SECONDS:
            self._republish_to_new_log()

    def _republish_to_new_log(self) -> None:
        kafka.ensure_topics(self._cluster, self._publishes, patience_seconds=0)
        self._log_checked_at = time.monotonic()
        identity = kafka.log_identity(self._cluster, self._publishes)
        with self._database.transaction() as connection:
            known = connection.execute(select(broker_log.c.identity)).scalar_one_or_none()
            if known == identity:
                return
            connection.execute(queries.remember_broker_log, {"identity": identity})
            if known is not None:
                republished = republish_latest(connection)
                audit.record(
                    connection,
                    actor=self._client_id,
                    act="republish_events",
                    subjects=["*"],
                    reason="the broker's log is a new one",
                    details={"events": republished},
                )
                log.warning("relay.broker_log_is_new", republished=republished)

    def _send(self, batches: Sequence[Unpublished]) -> Sent:
        assert self._producer is not None
        send, started_ns = self._producer.send, time.time_ns()
        messages = [batch.messages() for batch in batches]
        self._signer.sign(list(chain.from_iterable(messages)))
        acknowledgements = [
            [send(batch.topic, data, key, headers) for key, data, headers in each]
            for batch, each in zip(batches, messages, strict=True)
        ]
        return Sent(batches, acknowledgements, started_ns)
