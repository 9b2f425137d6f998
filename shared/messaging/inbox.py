"""The inbox: which events have taken effect. An event's row is written in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection

from shared.database.queries import load
from shared.messaging.envelope import Message

queries = load(__package__)


def take_new(connection: Connection, messages: Sequence[Message]) -> list[Message]:
    """Record `messages` as received; return those that had not been received before, each event once, in order."""
    by_key: dict[tuple[str, str], Message] = {}
    for message in messages:
        by_key.setdefault(message.event_key, message)
    keys = sorted(by_key)  # all workers insert in the same order, so that two never wait for each other
    events = orjson.dumps([{"source": source, "event_id": event_id} for source, event_id in keys]).decode()
    for row in connection.execute(queries.take_new_events, {"events": events}):
        del by_key[row.source, row.event_id]
    return list(by_key.values())
