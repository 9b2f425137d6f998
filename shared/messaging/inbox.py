"""The inbox: which events have taken effect. An event's row is written in the transaction of its effect."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, DateTime, Table, Text, func, text

from shared.database.schema import plumbing
from shared.messaging.envelope import Message

inbox = Table(
    "inbox",
    plumbing,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

_INSERT = text(
    """
    INSERT INTO inbox (source, event_id)
    SELECT * FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[]))
    ON CONFLICT DO NOTHING RETURNING source, event_id
    """
)


def take_new(connection: Connection, messages: Sequence[Message]) -> list[Message]:
    """Record `messages` as received and return those that were not before, each event once, in order."""
    by_key: dict[tuple[str, str], Message] = {}
    for message in messages:
        by_key.setdefault(message.event_key, message)
    keys = sorted(by_key)  # one order for all workers, so that two never wait for each other
    rows = connection.execute(_INSERT, {"sources": [k[0] for k in keys], "ids": [k[1] for k in keys]})
    new = {(row.source, row.event_id) for row in rows}
    return [message for key, message in by_key.items() if key in new]
