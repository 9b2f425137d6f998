"""Dead letters: messages that could not be processed, kept whole with the reason, until replayed, cleared or discarded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    text,
)
from sqlalchemy.dialects.postgresql import insert

from shared.events.dead_letter import TYPE, DeadLetterRecorded
from shared.identifiers import event_id
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event, Message
from shared.system_tables import dead_letters

OPEN = "open"
TOLD_BYTES = 128 * 1024
"""Largest message that is told whole: in base64, its headers escaped, it still fits what any broker takes (1 MB).
An event that no broker takes would keep the relay from all that come after it."""
KEY_BYTES = 1_000
"""Of a longer key, which no event of ours has, the beginning is kept: an index takes 2,700 bytes at most."""


def record(connection: Connection, message: Message, reason: str, now: datetime) -> bool:
    """Keep `message` with the reason why it could not be processed; tells whether it is new, not the same row again.

    Where its topic has one for dead letters, the reason is told there too, with the message in base64 unless it is very large.
    """
    digest = hashlib.sha256()
    for part in (message.topic.encode(), message.key or b"", message.value or b"", message.headers.get("ce_id", b"")):
        digest.update(len(part).to_bytes(8, "big") + part)
    made = connection.execute(
        insert(dead_letters)
        .values(
            topic=message.topic,
            partition=message.partition,
            log_offset=message.offset,
            key=message.key and message.key[:KEY_BYTES],
            value=message.value,
            headers=_headers(message),
            content_hash=digest.hexdigest(),
            reason=reason,
        )
        .on_conflict_do_nothing()
        .returning(dead_letters.c.id)
    ).scalar_one_or_none()
    if made is not None and message.topic in topics.DEAD_LETTERS:
        outbox.enqueue(connection, [_told(message, reason, digest.hexdigest(), now)])
    return made is not None


def _told(message: Message, reason: str, content_hash: str, now: datetime) -> Event:
    key, value, headers = _text(message.key or b""), message.value or b"", _headers(message)
    size = sum(map(len, [key, value, *headers, *headers.values()]))
    complete = size <= TOLD_BYTES
    data = DeadLetterRecorded(
        reason=reason,
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        headers=headers if complete else {},
        value_base64=base64.b64encode(value).decode() if complete else "",
        complete=complete,
    )
    key = key if complete else key[:200]
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
    """Decode what a stranger sent for PostgreSQL's text, which holds no NUL."""
    return content.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def clear(connection: Connection, topic: str, keys: Sequence[bytes]) -> None:
    """Close the open dead letters of `keys`: a later valid event of the same key has taken effect."""
    any_open = text("SELECT EXISTS (SELECT FROM dead_letters WHERE state = 'open' AND topic = :topic)")
    if not connection.execute(any_open, {"topic": topic}).scalar_one():
        return
    connection.execute(
        text(
            "UPDATE dead_letters SET state = 'cleared', ended_at = now(), ended_by = 'consumer',"
            " ended_reason = 'a later valid event of the same key took effect'"
            " WHERE state = 'open' AND topic = :topic AND key = ANY(:keys)"
        ),
        {"topic": topic, "keys": list(keys)},
    )


def message_of(row: Row[Any]) -> Message:
    """Rebuild the message that a dead letter's row keeps."""
    return Message(
        topic=row.topic,
        partition=row.partition,
        offset=row.log_offset,
        key=row.key,
        value=row.value,
        headers={name: value.encode() for name, value in row.headers.items()},
    )
