"""The consumer: a batch and its inbox rows are one transaction; Kafka's offsets are committed last.

A batch that fails is split in two until the messages that cannot be processed are alone: they are recorded as dead letters, all
others take effect. Too many dead letters in a row stop the consumer instead of draining the topic into the dead letters.
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
from shared.messaging.envelope import Message, RejectedMessageError
from shared.messaging.kafka import Cluster
from shared.messaging.signatures import Verifier
from shared.observability import metrics, tracing

BATCH_MESSAGES = 2_000
DEAD_LETTER_LIMIT = 1_000
STALL_SECONDS = 60.0

log = structlog.get_logger(__name__)

Handler = Callable[[Connection, Sequence[Message]], None]
"""Processes new messages in the given transaction; raises RejectedMessageError for one that can never be processed."""


class TooManyDeadLettersError(RuntimeError):
    """Message after message cannot be processed: the fault is elsewhere, so nothing more is read from the topic."""


class ConsumerStalledError(RuntimeError):
    """The topic holds messages that the consumer does not receive; it subscribes again."""


class Consumer:
    """Reads one topic as a member of a consumer group and passes new messages to `handle`, batch by batch."""

    def __init__(
        self,
        database: Database,
        cluster: Cluster,
        topic: str,
        group_id: str,
        handle: Handler,
        verifier: Verifier,
        *,
        batch_messages: int = BATCH_MESSAGES,
        clock: Clock | None = None,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to read up to `batch_messages` at once of those that `verifier` accepts; nothing is connected yet.

        `crash_point` lets a fault campaign kill the process at named points.
        """
        self._database = database
        self._cluster = cluster
        self._topic = topic
        self._group_id = group_id
        self._handle = handle
        self._verifier = verifier
        self._batch_messages = batch_messages
        self._clock = clock or SystemClock()
        self._crash_point = crash_point
        self._subscription: KafkaConsumer | None = None
        self._progress_at = time.monotonic()
        self._dead_in_a_row = 0

    def step(self) -> bool:
        """Process one batch; return whether there was one. After an error nothing is committed: call again later."""
        if self._dead_in_a_row >= DEAD_LETTER_LIMIT:
            raise TooManyDeadLettersError(
                f"{self._dead_in_a_row} messages in a row of {self._topic} could not be processed"
            )
        if self._subscription is None:
            self._subscription = kafka.consumer(
                self._cluster, self._group_id, self._topic, max_poll_records=self._batch_messages
            )
            self._progress_at = time.monotonic()
        polled = self._subscription.poll(timeout_ms=500)
        messages = [Message.of(record) for records in polled.values() for record in records]
        if not messages:
            self._check_for_stall()
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
        """Process the genuine ones of `messages` in one transaction; if that fails, split them until what fails is alone.

        What fails, and what is not genuine, is recorded as a dead letter. The latter touches no inbox, and does not count among
        the dead letters that stop the consumer: whoever forges events must not be able to stop genuine ones.
        Raises transient database errors (a lost connection, a deadlock) and TooManyDeadLettersError.
        """
        genuine, refused = self._verifier.sort(messages)
        for message, error in refused:
            self._record_dead_letter(message, str(error), genuine=False)
        if genuine:
            self._process(genuine)

    def _process(self, messages: Sequence[Message]) -> None:
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
        except (DBAPIError, PoolTimeoutError, ValueError, ArithmeticError, LookupError, TypeError) as error:
            if _is_transient(error):
                raise
            if len(messages) > 1:
                middle = len(messages) // 2
                self._process(messages[:middle])
                self._process(messages[middle:])
            else:
                self._count_dead_letter()
                known = isinstance(error, RejectedMessageError)
                reason = str(error) if known else f"{type(error).__name__} while the event was processed"
                self._record_dead_letter(messages[0], reason)
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

    def _count_dead_letter(self) -> None:
        self._dead_in_a_row += 1
        if self._dead_in_a_row >= DEAD_LETTER_LIMIT:
            raise TooManyDeadLettersError(
                f"{self._dead_in_a_row} messages in a row of {self._topic} could not be processed"
            )

    def _record_dead_letter(self, message: Message, reason: str, *, genuine: bool = True) -> None:
        with self._database.transaction() as connection:
            if dead_letters.record(connection, message, reason, self._clock.now(), genuine=genuine):
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

    def _check_for_stall(self) -> None:
        if time.monotonic() - self._progress_at < STALL_SECONDS:
            return
        self._progress_at = time.monotonic()
        assert self._subscription is not None
        assigned = list(self._subscription.assignment())
        ends = self._subscription.end_offsets(assigned) if assigned else {}
        if any(end > self._subscription.position(partition) for partition, end in ends.items()):
            self.close()
            raise ConsumerStalledError(f"{self._topic} holds messages that did not arrive for {STALL_SECONDS:.0f} s")


def verified(handle: Handler, verifier: Verifier) -> Handler:
    """Return `handle` for messages that no consumer has verified: it raises RejectedMessageError for one that is not genuine."""

    def handle_genuine(connection: Connection, messages: Sequence[Message]) -> None:
        for message in messages:
            verifier.verify(message)
        handle(connection, messages)

    return handle_genuine


def _is_transient(error: Exception) -> bool:
    """Return whether trying again may help. It does not where a limit of PostgreSQL is exceeded (class 54)."""
    limit = isinstance(error, OperationalError) and str(getattr(error.orig, "sqlstate", "")).startswith("54")
    return isinstance(error, (OperationalError, InterfaceError, PoolTimeoutError)) and not limit
