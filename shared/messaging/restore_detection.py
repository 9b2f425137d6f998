"""Find events that the broker's log holds and this database does not: the sign of a database restored to an earlier point.

An event is committed to the outbox before it is sent, and never deleted there. So an event of this service that is in the log
but not in the outbox was published before the database was replaced by an older copy. The relay looks for such events each
time it becomes the leader, before it sends anything, among those published since its database's last known publication.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import polars as pl
from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Connection, text

from shared.database.bulk import copy_frame
from shared.database.queries import load
from shared.messaging import kafka
from shared.messaging.envelope import Event, Message
from shared.messaging.kafka import Cluster
from shared.messaging.outbox import insert_published
from shared.messaging.signatures import Verifier

OVERLAP = timedelta(minutes=10)
"""How long before the last publication reading starts: the clocks of brokers and databases differ."""
PATIENCE_SECONDS = 60.0

LostEventsHandler = Callable[[Connection, Sequence[Message]], None]
"""Handles a service's lost events, oldest first in each partition, in the transaction that records them as published."""

queries = load(__package__)


class LogNotReadError(RuntimeError):
    """The end of the broker's log was not reached in time. The relay tries again, and sends nothing before."""


def lost_events(connection: Connection, cluster: Cluster, topics: Sequence[str], verifier: Verifier) -> list[Message]:
    """Return the genuine events in `topics` that this database's outbox should hold and does not.

    A database that has published nothing is a new one: it has lost nothing.
    """
    last = connection.execute(queries.last_publication).one()
    if last.published_at is None or not topics:
        return []
    genuine, _ = verifier.sort(_messages_since(cluster, topics, last.published_at - OVERLAP))
    logged = {id_: message for message in genuine if (id_ := _own_event_id(message, last.sources)) is not None}
    connection.execute(text("CREATE TEMP TABLE logged_events (event_id uuid) ON COMMIT DROP"))
    copy_frame(connection, "logged_events", pl.DataFrame({"event_id": [str(each) for each in logged]}))
    unknown = set(connection.execute(queries.unknown_events).scalars())
    return [message for id_, message in logged.items() if id_ in unknown]


def record_as_published(connection: Connection, messages: Sequence[Message]) -> None:
    """Write lost events to the outbox as published, so that it holds every event of the log again."""
    insert_published(connection, [_event(message) for message in messages])


def _messages_since(cluster: Cluster, topics: Sequence[str], since: datetime) -> list[Message]:
    reader: KafkaConsumer = kafka.reader(cluster)
    try:
        partitions = [
            TopicPartition(topic, number) for topic in topics for number in reader.partitions_for_topic(topic) or ()
        ]
        reader.assign(partitions)
        ends = reader.end_offsets(partitions)
        since_ms = int(since.timestamp() * 1000)
        starts = reader.offsets_for_times(dict.fromkeys(partitions, since_ms))
        for each in partitions:
            reader.seek(each, starts[each].offset if starts.get(each) else ends[each])
        deadline = time.monotonic() + PATIENCE_SECONDS
        messages: list[Message] = []
        while any(reader.position(each) < ends[each] for each in partitions):
            polled = reader.poll(timeout_ms=500)
            messages += [
                Message.of(record)
                for records in polled.values()
                for record in records
                if record.timestamp >= since_ms  # a broker may answer with the start of a batch, or of a segment
            ]
            deadline = time.monotonic() + PATIENCE_SECONDS if polled else deadline
            if time.monotonic() > deadline:
                raise LogNotReadError(f"{', '.join(topics)} could not be read to the end")
        return messages
    finally:
        reader.close(autocommit=False)


def _own_event_id(message: Message, sources: Sequence[str]) -> UUID | None:
    """Return the id of an event that this service may have published; None for any other message."""
    try:
        source, event_id = message.event_key
        datetime.fromisoformat(message.headers["ce_time"].decode())
        message.headers["ce_subject"].decode()
        (message.key or b"").decode(), (message.value or b"").decode()
        return UUID(event_id) if source in sources and message.key else None
    except (ValueError, LookupError):
        return None


def _event(message: Message) -> Event:
    source, event_id = message.event_key
    return Event(
        topic=message.topic,
        key=(message.key or b"").decode(),
        type=message.type,
        id=UUID(event_id),
        source=source,
        subject=message.headers["ce_subject"].decode(),
        time=datetime.fromisoformat(message.headers["ce_time"].decode()).astimezone(UTC),
        data=message.value or b"",
        trace_parent=message.trace_parent,
    )
