"""The outbox: an event is a row, written in the transaction of the change that it reports. The relay publishes it later."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, func, select

from shared.database.bulk import copy_frame
from shared.database.queries import load
from shared.messaging.envelope import Event
from shared.system_tables import outbox

queries = load(__package__)


def enqueue(connection: Connection, events: Sequence[Event]) -> None:
    """Write `events` to the outbox by COPY, in order, within the caller's transaction."""
    copy_frame(connection, outbox.name, _frame(events))


def insert_published(connection: Connection, events: Sequence[Event]) -> None:
    """Write events that the broker already has to the outbox, in order."""
    now = connection.execute(select(func.now())).scalar_one().isoformat()
    copy_frame(connection, outbox.name, _frame(events).with_columns(published_at=pl.lit(now)))


def _frame(events: Sequence[Event]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "topic": [event.topic for event in events],
            "key": [event.key for event in events],
            "type": [event.type for event in events],
            "event_id": [str(event.id) for event in events],
            "source": [event.source for event in events],
            "subject": [event.subject for event in events],
            "occurred_at": [event.time.isoformat() for event in events],
            "data": [event.data.decode() for event in events],
            "trace_parent": pl.Series([event.trace_parent for event in events], dtype=pl.String),
        }
    )


def republish_latest(connection: Connection, topic: str | None = None, keys: Sequence[str] | None = None) -> int:
    """Mark the latest event of each key and type (of `topic` and `keys`, or of all) as unpublished; return how many.

    For a broker that lost its log, or a consumer that asks: the current state is published again under the same event ids.
    """
    values = {"topic": topic, "keys": None if keys is None else list(keys)}
    return connection.execute(queries.republish_latest, values).rowcount
