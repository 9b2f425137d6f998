"""The inbox: which events have taken effect. An event's row is written in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, text

from shared.messaging.envelope import Message

_TAKE = text(
    """
    WITH told AS (
        SELECT source, event_id FROM json_to_recordset(CAST(:events AS json)) AS e(source text, event_id text)
    ), taken AS (
        INSERT INTO inbox (source, event_id) SELECT source, event_id FROM told ON CONFLICT DO NOTHING
        RETURNING source, event_id
    )
    SELECT source, event_id FROM told EXCEPT SELECT source, event_id FROM taken
    """
)


def take_new(connection: Connection, messages: Sequence[Message]) -> list[Message]:
    """Record `messages` as received and return those that were not before, each event once, in order."""
    by_key: dict[tuple[str, str], Message] = {}
    for message in messages:
        by_key.setdefault(message.event_key, message)
    keys = sorted(by_key)  # one order for all workers, so that two never wait for each other
    events = orjson.dumps([{"source": source, "event_id": event_id} for source, event_id in keys]).decode()
    for row in connection.execute(_TAKE, {"events": events}):
        del by_key[row.source, row.event_id]
    return list(by_key.values())
