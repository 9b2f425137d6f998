"""The outbox: events are written in the transaction of the change that they report. The relay publishes them later.

Events that follow each other and differ in nothing but their key, subject, id and data are a batch: one row, compressed.
Statements that tell of many awards write batches themselves, of as many events each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select

from shared.database.bulk import copy_rows
from shared.database.queries import load
from shared.messaging.envelope import Event
from shared.system_tables import event_batches

queries = load(__package__)

BATCH_EVENTS = 500
"""Events of a batch at most, here and in SQL: thirty times fewer rows to mark, and at most so many told twice after a fault."""
_COLUMNS = (
    "topic", "type", "source", "occurred_at", "trace_parent", "events", "keys", "subjects", "event_ids", "data",
    "published_at",
)  # fmt: skip


def enqueue(connection: Connection, events: Sequence[Event]) -> None:
    """Write `events` to the outbox by COPY, in order, within the caller's transaction."""
    copy_rows(connection, event_batches.name, _COLUMNS, _batches(events))


def insert_published(connection: Connection, events: Sequence[Event]) -> None:
    """Write events that the broker already has to the outbox, in order."""
    now = connection.execute(select(func.now())).scalar_one()
    copy_rows(connection, event_batches.name, _COLUMNS, _batches(events, published_at=now))


def _batches(events: Sequence[Event], published_at: datetime | None = None) -> Iterator[tuple[Any, ...]]:
    for common, group in groupby(
        events, lambda each: (each.topic, each.type, each.source, each.time, each.trace_parent)
    ):
        alike = list(group)
        for start in range(0, len(alike), BATCH_EVENTS):
            batch = alike[start : start + BATCH_EVENTS]
            keys, subjects = [each.key for each in batch], [each.subject for each in batch]
            yield (
                *common,
                len(batch),
                keys,
                None if subjects == keys else subjects,
                [each.id for each in batch],
                [each.data.decode() for each in batch],
                published_at,
            )


def republish_latest(connection: Connection, topic: str | None = None, keys: Sequence[str] | None = None) -> int:
    """Write the latest event of each key and type (of `topic` and `keys`, or of all) to the outbox again; return how many.

    For a broker that lost its log, or a consumer that asks: the current state is published again under the same event ids.
    """
    values = {"topic": topic, "keys": None if keys is None else list(keys)}
    return int(connection.execute(queries.republish_latest, values).scalar_one())
