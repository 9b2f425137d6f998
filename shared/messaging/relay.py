"""The relay: takes what is unpublished from the outbox, sends it, marks it. At least once, in order per key, one leader.

Rows are found by `published_at IS NULL`, never by a cursor: a low id that commits late would be lost behind `id > last`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import structlog
from kafka import KafkaProducer
from kafka.errors import KafkaError
from opentelemetry.trace import SpanKind
from sqlalchemy import Connection, bindparam, func, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from shared.audit import log as audit
from shared.database.engine import Database
from shared.messaging import envelope, kafka, restore_detection
from shared.messaging.outbox import republish_latest
from shared.messaging.restore_detection import Recall
from shared.observability import metrics, tracing
from shared.system_tables import broker_log, outbox

BATCH_ROWS = 5_000
STEP_BATCHES = 20
LOG_CHECK_SECONDS = 10.0
SETTLE_SECONDS = 40.0
"""How long all that was sent may take to be acknowledged; the producer itself gives up after 30 s (`delivery_timeout_ms`).

For all together: promises that the client forgets, as it may while a broker loses its log, are not waited for in turn.
"""
LEADER_LOCK = 0x72656C6179  # "relay"

log = structlog.get_logger(__name__)


class Unpublished(NamedTuple):
    """A row of the outbox, all of it as the text that is sent: a hundred thousand of them cost a third of typed ones."""

    id: int
    topic: str
    key: str
    type: str
    event_id: str
    source: str
    subject: str
    occurred_at: str
    data: str
    trace_parent: str | None

    def headers(self) -> list[tuple[str, bytes]]:
        """Return the Kafka headers that carry the CloudEvents attributes."""
        return envelope.headers(
            self.type, self.event_id, self.source, self.subject, self.occurred_at, self.trace_parent
        )


_UNPUBLISHED = f"""
    SELECT id, topic, key, type, event_id::text, source, subject,
           to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), data, trace_parent
    FROM outbox WHERE published_at IS NULL AND id > %(in_flight)s ORDER BY id LIMIT {BATCH_ROWS}
"""
_mark = (
    update(outbox)
    .where(outbox.c.id == func.any(bindparam("ids")), outbox.c.published_at.is_(None))
    .values(published_at=func.now())
)


@dataclass(frozen=True, slots=True)
class Sent:
    """Rows of the outbox, Kafka's promise for each of its acknowledgement, and when they were sent (ns)."""

    rows: Sequence[Unpublished]
    promises: Sequence[Any]
    started_ns: int


class PublishingError(RuntimeError):
    """The broker did not acknowledge an event; it stays in the outbox and is sent again."""


class Relay:
    """Publishes one service's outbox. Several may run; the one that holds the advisory lock works, the others wait."""

    def __init__(
        self,
        database: Database,
        bootstrap_servers: str,
        client_id: str,
        *,
        topics: Sequence[str] = (),
        on_lost: Recall = lambda *_: None,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to publish; nothing is connected yet.

        Events of `topics` that the log knows and the outbox has lost are handed to `on_lost` first. `crash_point` lets a fault
        campaign end the process where it hurts.
        """
        self._database = database
        self._bootstrap_servers = bootstrap_servers
        self._client_id = client_id
        self._topics = topics
        self._on_lost = on_lost
        self._crash_point = crash_point
        self._leadership: Connection | None = None
        self._producer: KafkaProducer | None = None
        self._log_checked_at = 0.0

    def step(self) -> bool:
        """Publish what there is, about STEP_BATCHES batches; tells whether there was any. After an error it starts afresh."""
        try:
            return self._step()
        except Exception:
            self.close()
            raise

    def _step(self) -> bool:
        if not self._lead():
            return False
        sent = self._send(self._next(0))
        if not sent.rows:
            self._watch_the_log()
            return False
        with ThreadPoolExecutor(max_workers=1) as settling:
            for _ in range(STEP_BATCHES):
                # The next batch is read and sent while the broker takes this one and it is marked. An id below those in flight
                # that commits only now is of another key (a key's events wait for each other): the next step reads from the
                # start again.
                settled = settling.submit(self._settle, sent)
                following = self._send(self._next(sent.rows[-1].id))
                settled.result()
                sent = following
                if not sent.rows:
                    return True
        self._settle(sent)
        return True

    def _next(self, in_flight: int) -> list[Unpublished]:
        with self._database.reading() as connection:
            rows = connection.connection.cursor().execute(_UNPUBLISHED, {"in_flight": in_flight}).fetchall()
        return [Unpublished._make(row) for row in rows]

    def _settle(self, sent: Sent) -> None:
        """Wait for the broker's word on what was sent, and mark what it acknowledged."""
        deadline = time.monotonic() + SETTLE_SECONDS
        for promise in sent.promises:
            if not promise.is_done:
                with suppress(KafkaError):
                    promise.get(timeout=max(0.0, deadline - time.monotonic()))
        acknowledged = [row for row, promise in zip(sent.rows, sent.promises, strict=True) if promise.succeeded()]
        self._crash_point("relay: sent, not marked")
        with self._database.transaction() as connection:
            connection.execute(_mark, {"ids": [row.id for row in acknowledged]})
        for topic, events in Counter(row.topic for row in acknowledged).items():
            metrics.EVENTS_PUBLISHED.labels(topic=topic).inc(events)
        for type_, rows in groupby(acknowledged, key=attrgetter("type")):
            tracing.record(f"publish {type_}", (row.trace_parent for row in rows), sent.started_ns, SpanKind.PRODUCER)
        if len(acknowledged) < len(sent.rows):
            raise PublishingError(f"{len(sent.rows) - len(acknowledged)} events were not acknowledged by the broker")

    def close(self) -> None:
        """Give up leadership and close the connections."""
        producer, self._producer = self._producer, None
        if producer is not None:
            kafka.end(producer)
        if self._leadership is not None:
            with suppress(SQLAlchemyError):
                self._leadership.execute(select(func.pg_advisory_unlock(LEADER_LOCK)))
            self._leadership.invalidate()  # a lock that is still held ends with its session, so that must not be pooled
            self._leadership.close()
            self._leadership = None
            metrics.RELAY_LEADS.set(0)

    def _lead(self) -> bool:
        if self._leadership is not None:
            self._leadership.execute(text("SELECT 1"))  # raises if the session, and with it the lock, is gone
            return True
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if not connection.execute(select(func.pg_try_advisory_lock(LEADER_LOCK))).scalar_one():
            connection.close()
            return False
        self._leadership = connection
        self._producer = kafka.producer(self._bootstrap_servers, self._client_id)
        self._republish_to_a_new_log()
        self._recall_what_is_lost()
        metrics.RELAY_LEADS.set(1)
        log.info("relay.leads")
        return True

    def _recall_what_is_lost(self) -> None:
        with self._database.transaction() as connection:
            found = restore_detection.lost(connection, self._bootstrap_servers, self._topics)
            if not found:
                return
            restore_detection.adopt(connection, found)
            self._on_lost(connection, found)
            audit.record(
                connection,
                actor=self._client_id,
                act="recall_lost_events",
                subjects=["*"],
                reason="the broker's log knows events that this database does not: it was restored to an earlier point",
                details={"events": len(found)},
            )
        log.warning("relay.events_were_lost", recalled=len(found))

    def _watch_the_log(self) -> None:
        if time.monotonic() - self._log_checked_at > LOG_CHECK_SECONDS:
            self._republish_to_a_new_log()

    def _republish_to_a_new_log(self) -> None:
        kafka.ensure_topics(self._bootstrap_servers, patience_seconds=0)
        self._log_checked_at = time.monotonic()
        identity = kafka.log_identity(self._bootstrap_servers)
        with self._database.transaction() as connection:
            known = connection.execute(select(broker_log.c.identity)).scalar_one_or_none()
            if known == identity:
                return
            connection.execute(
                text(
                    "INSERT INTO broker_log (identity) VALUES (:identity)"
                    " ON CONFLICT (singleton) DO UPDATE SET identity = excluded.identity"
                ),
                {"identity": identity},
            )
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

    def _send(self, rows: Sequence[Unpublished]) -> Sent:
        assert self._producer is not None
        send, started_ns = self._producer.send, time.time_ns()
        promises = [send(row.topic, row.data.encode(), row.key.encode(), row.headers()) for row in rows]
        return Sent(rows, promises, started_ns)
