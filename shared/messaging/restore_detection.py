"""What the broker's log knows of a service and its database does not: the trace of a database restored to an earlier point.

An event is committed to the outbox before it is sent, and never deleted there. So an event of this service that is in the log
and not in the outbox was told by a database that has been replaced by an older copy. The relay looks for such events each time it
starts to lead, before it sends anything: those published since the last publication that its database remembers.
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
from shared.messaging import kafka
from shared.messaging.envelope import Event, Message, header_map
from shared.messaging.outbox import insert_published

OVERLAP = timedelta(minutes=10)
"""Read from so long before the last publication: clocks of brokers and databases differ."""
PATIENCE_SECONDS = 60.0

Recall = Callable[[Connection, Sequence[Message]], None]
"""Draws a service's conclusions from its lost events, oldest first in each partition, within the transaction that adopts them."""


class LogNotReadError(RuntimeError):
    """The end of the broker's log did not arrive in time; the relay tries again, and sends nothing before."""


def lost(connection: Connection, bootstrap_servers: str, topics: Sequence[str]) -> list[Message]:
    """Return the events in `topics` that this database's outbox should know and does not.

    A database that has published nothing yet is a new one: it has lost nothing.
    """
    last, sources = connection.execute(
        text("SELECT max(published_at), array_agg(DISTINCT source) FROM outbox WHERE published_at IS NOT NULL")
    ).one()
    if last is None or not topics:
        return []
    told = {
        id_: message
        for message in _since(bootstrap_servers, topics, last - OVERLAP)
        if (id_ := _own_id(message, sources)) is not None
    }
    connection.execute(text("CREATE TEMP TABLE told (event_id uuid) ON COMMIT DROP"))
    copy_frame(connection, "told", pl.DataFrame({"event_id": [str(each) for each in told]}))
    unknown = connection.execute(
        text("SELECT event_id FROM told t WHERE NOT EXISTS (SELECT FROM outbox o WHERE o.event_id = t.event_id)")
    )
    found = set(unknown.scalars())
    return [message for id_, message in told.items() if id_ in found]


def adopt(connection: Connection, messages: Sequence[Message]) -> None:
    """Take lost events into the outbox as published: so it knows again whatever the log knows."""
    insert_published(connection, [_event(message) for message in messages])


def _since(bootstrap_servers: str, topics: Sequence[str], since: datetime) -> list[Message]:
    reader: KafkaConsumer = kafka.reader(bootstrap_servers)
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
                Message(r.topic, r.partition, r.offset, r.key, r.value, header_map(r.headers))
                for records in polled.values()
                for r in records
                if r.timestamp >= since_ms  # a broker may answer with the start of a batch, or of a segment
            ]
            deadline = time.monotonic() + PATIENCE_SECONDS if polled else deadline
            if time.monotonic() > deadline:
                raise LogNotReadError(f"{', '.join(topics)} could not be read to the end")
        return messages
    finally:
        reader.close(autocommit=False)


def _own_id(message: Message, sources: Sequence[str]) -> UUID | None:
    """Return the id of an event that this service could have told, None for a stranger's."""
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
