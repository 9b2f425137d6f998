"""Dead letters: messages that could not be processed, stored whole with the reason until replayed, cleared or discarded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.dialects.postgresql import insert

from shared.database.queries import load
from shared.events.dead_letter import TYPE, DeadLetterRecorded
from shared.identifiers import event_id
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event, Message
from shared.system_tables import dead_letters

OPEN = "open"
MAX_PUBLISHED_BYTES = 128 * 1024
"""The largest message that is published whole. In base64, its headers escaped, it still fits what any broker takes (1 MB):
an event that no broker takes would block the relay."""
MAX_KEY_BYTES = 1_000
"""A longer key, which no event of this system has, is cut: an index takes 2,700 bytes at most."""
_MAX_EVENT_KEY_CHARACTERS = 200

queries = load(__package__)


def record(connection: Connection, message: Message, reason: str, now: datetime, *, genuine: bool = True) -> bool:
    """Store `message` with the reason why it could not be processed; return whether it was not stored before.

    One that is not `genuine` never stands for the genuine one of the same content.
    If its topic has a topic for dead letters, an event with the reason is published there.
    """
    digest = hashlib.sha256()
    parts = [message.topic.encode(), message.key or b"", message.value or b"", message.headers.get("ce_id", b"")]
    for part in parts if genuine else [*parts, b"not genuine"]:
        digest.update(len(part).to_bytes(8, "big") + part)
    stored = connection.execute(
        insert(dead_letters)
        .values(
            topic=message.topic,
            partition=message.partition,
            log_offset=message.offset,
            key=message.key and message.key[:MAX_KEY_BYTES],
            value=message.value,
            headers=_headers(message),
            content_hash=digest.hexdigest(),
            reason=reason,
        )
        .on_conflict_do_nothing()
        .returning(dead_letters.c.id)
    ).scalar_one_or_none()
    if stored is not None and message.topic in topics.DEAD_LETTERS:
        outbox.enqueue(connection, [_event(message, reason, digest.hexdigest(), now)])
    return stored is not None


def _event(message: Message, reason: str, content_hash: str, now: datetime) -> Event:
    key, value, headers = _text(message.key or b""), message.value or b"", _headers(message)
    size = sum(map(len, [key, value, *headers, *headers.values()]))
    complete = size <= MAX_PUBLISHED_BYTES
    data = DeadLetterRecorded(
        reason=reason,
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        headers=headers if complete else {},
        value_base64=base64.b64encode(value).decode() if complete else "",
        complete=complete,
    )
    key = key if complete else key[:_MAX_EVENT_KEY_CHARACTERS]
    return Event(
        topic=topics.DEAD_LETTERS[message.topic],
        key=key,
        type=TYPE,
        id=event_id(TYPE, content_hash),
        source=f"/topics/{message.topic}",
        subject=key,
        time=now,
        data=data.model_dump_json().encode(),
    )


def _headers(message: Message) -> dict[str, str]:
    return {_text(name.encode()): _text(value) for name, value in message.headers.items()}


def _text(content: bytes) -> str:
    """Decode foreign bytes for a PostgreSQL text, which cannot hold NUL."""
    return content.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def clear(connection: Connection, topic: str, keys: Sequence[bytes]) -> None:
    """Close the open dead letters of `keys`: a later valid event of the same key has taken effect."""
    if connection.execute(queries.has_open_dead_letters, {"topic": topic}).scalar_one():
        connection.execute(queries.clear_dead_letters, {"topic": topic, "keys": list(keys)})


def message_of(row: Row[Any]) -> Message:
    """Return the message that the row of a dead letter holds."""
    return Message(
        topic=row.topic,
        partition=row.partition,
        offset=row.log_offset,
        key=row.key,
        value=row.value,
        headers={name: value.encode() for name, value in row.headers.items()},
    )
