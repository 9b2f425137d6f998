"""The consumer: a batch is one transaction with its inbox rows; Kafka's offsets are committed last.

A batch that fails is cut in two until the messages that cannot be processed stand alone: those are recorded as dead letters,
everything else flows. Too many of them in a row stop the consumer instead of draining the topic into the dead letters.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import structlog
from kafka import KafkaConsumer
from opentelemetry.trace import SpanKind
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.audit import log as audit
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.messaging import dead_letters, inbox, kafka
from shared.messaging.envelope import MalformedMessageError, Message, header_map
from shared.observability import metrics, tracing

BATCH_MESSAGES = 2_000
DEAD_LETTER_LIMIT = 1_000
STALL_SECONDS = 60.0

log = structlog.get_logger(__name__)

Handler = Callable[[Connection, Sequence[Message]], None]
"""Gives effect to new messages within the transaction it is handed; raises RejectedMessageError for what never can."""


class RejectedMessageError(ValueError):
    """A message whose content can never be processed; its text is the reason that is recorded."""


class TooManyDeadLettersError(RuntimeError):
    """Message after message is refused: something is wrong beyond them, so nothing more is taken from the topic."""


class ConsumerStalledError(RuntimeError):
    """The topic holds messages that the consumer does not receive; it is opened again."""


class Consumer:
    """Reads one topic in a consumer group and hands new messages to `handle`, batch by batch."""

    def __init__(
        self,
        database: Database,
        bootstrap_servers: str,
        topic: str,
        group_id: str,
        handle: Handler,
        *,
        batch_messages: int = BATCH_MESSAGES,
        clock: Clock | None = None,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to read, at most `batch_messages` at once; nothing is connected yet.

        `crash_point` lets a fault campaign end the process where it hurts.
        """
        self._database = database
        self._bootstrap_servers = bootstrap_servers
        self._topic = topic
        self._group_id = group_id
        self._handle = handle
        self._batch_messages = batch_messages
        self._clock = clock or SystemClock()
        self._crash_point = crash_point
        self._subscription: KafkaConsumer | None = None
        self._progress_at = time.monotonic()
        self._dead_in_a_row = 0

    def step(self) -> bool:
        """Process one batch; tells whether there was any. On an error nothing is committed: call again later."""
        if self._dead_in_a_row >= DEAD_LETTER_LIMIT:
            raise TooManyDeadLettersError(f"{self._dead_in_a_row} messages in a row of {self._topic} were refused")
        if self._subscription is None:
            self._subscription = kafka.consumer(
                self._bootstrap_servers, self._group_id, self._topic, max_poll_records=self._batch_messages
            )
            self._progress_at = time.monotonic()
        polled = self._subscription.poll(timeout_ms=500)
        messages = [
            Message(r.topic, r.partition, r.offset, r.key, r.value, header_map(r.headers))
            for records in polled.values()
            for r in records
        ]
        if not messages:
            self._watch_for_a_stall()
            return False
        try:
            self.process(messages)
        except Exception:
            self.close()  # the next step reads again from the committed offsets
            raise
        self._crash_point("consumer: committed, offsets not")
        self._subscription.commit()
        self._progress_at = time.monotonic()
        return True

    def process(self, messages: Sequence[Message]) -> None:
        """Give effect to `messages` in one transaction, or cut them in two and set aside what cannot be processed.

        Raises database errors that may pass (a lost connection, a deadlock) and TooManyDeadLettersError.
        """
        started_ns = time.time_ns()
        try:
            with self._database.transaction() as connection:
                new = inbox.take_new(connection, messages)
                if new:
                    self._handle(connection, new)
                    audit.record(
                        connection,
                        actor=self._group_id,
                        act="receive_events",
                        subjects=[self._topic],
                        details={"events": len(new)},
                    )
                    dead_letters.clear(connection, self._topic, [m.key for m in new if m.key is not None])
                self._crash_point("consumer: not committed")
        except (OperationalError, InterfaceError, PoolTimeoutError):
            raise
        except (DBAPIError, ValueError, ArithmeticError, LookupError, TypeError) as error:
            if len(messages) > 1:
                middle = len(messages) // 2
                self.process(messages[:middle])
                self.process(messages[middle:])
            else:
                self._set_aside(messages[0], error)
        else:
            self._dead_in_a_row = 0
            parents = (message.trace_parent for message in new)
            tracing.record(f"receive {self._topic}", parents, started_ns, SpanKind.CONSUMER)
            metrics.EVENTS_CONSUMED.labels(topic=self._topic).inc(len(messages))

    def close(self) -> None:
        """Leave the consumer group without committing anything."""
        if self._subscription is not None:
            self._subscription.close(autocommit=False)
            self._subscription = None

    def _set_aside(self, message: Message, error: Exception) -> None:
        self._dead_in_a_row += 1
        if self._dead_in_a_row >= DEAD_LETTER_LIMIT:
            raise TooManyDeadLettersError(f"{self._dead_in_a_row} messages in a row of {self._topic} were refused")
        known = isinstance(error, (RejectedMessageError, MalformedMessageError))
        reason = str(error) if known else f"{type(error).__name__} while giving effect to the event"
        with self._database.transaction() as connection:
            if dead_letters.record(connection, message, reason, self._clock.now()):
                audit.record(
                    connection,
                    actor=self._group_id,
                    act="set_message_aside",
                    subjects=[f"{message.topic}/{message.partition}/{message.offset}"],
                    reason=reason,
                )
        metrics.DEAD_LETTERS.labels(topic=self._topic).inc()
        log.warning(
            "consumer.dead_letter",
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            reason=reason,
        )

    def _watch_for_a_stall(self) -> None:
        if time.monotonic() - self._progress_at < STALL_SECONDS:
            return
        self._progress_at = time.monotonic()
        assert self._subscription is not None
        assigned = list(self._subscription.assignment())
        ends = self._subscription.end_offsets(assigned) if assigned else {}
        if any(end > self._subscription.position(partition) for partition, end in ends.items()):
            self.close()
            raise ConsumerStalledError(f"{self._topic} holds messages that did not arrive for {STALL_SECONDS:.0f} s")
