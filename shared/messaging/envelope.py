"""A CloudEvents 1.0 event in the binary mode of its Kafka binding: attributes in `ce_*` headers, JSON data in the value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from shared.clock import isoformat

CONTENT_TYPE = b"application/json"
REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type")
_TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Event:
    """An event to be published: `data` is its JSON, `key` decides its partition and so its order."""

    topic: str
    key: str
    type: str
    id: UUID
    source: str
    subject: str
    time: datetime
    data: bytes
    trace_parent: str | None = None

    def headers(self) -> list[tuple[str, bytes]]:
        """Return the Kafka headers that carry the CloudEvents attributes."""
        return headers(self.type, str(self.id), self.source, self.subject, isoformat(self.time), self.trace_parent)


def headers(
    type_: str, id_: str, source: str, subject: str, time: str, trace_parent: str | None
) -> list[tuple[str, bytes]]:
    """Return the Kafka headers of an event whose attributes are all text already; `time` is RFC 3339 in UTC."""
    found = [
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", b"1.0"),
        ("ce_id", id_.encode()),
        ("ce_source", source.encode()),
        ("ce_type", type_.encode()),
        ("ce_subject", subject.encode()),
        ("ce_time", time.encode()),
    ]
    if trace_parent:
        found.append(("ce_traceparent", trace_parent.encode()))
    return found


class MalformedMessageError(ValueError):
    """A message that is no CloudEvent in binary mode; its text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came from Kafka. `headers` holds the last value of each name."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The CloudEvents type, empty if there is none."""
        return self.headers.get("ce_type", b"").decode("utf-8", "replace")

    @property
    def event_key(self) -> tuple[str, str]:
        """The pair (source, id) by which CloudEvents identifies an event; raises MalformedMessageError."""
        missing = [name for name in REQUIRED if not self.headers.get(name)]
        if missing:
            raise MalformedMessageError(f"the headers {', '.join(missing)} are missing")
        if self.headers["ce_specversion"] != b"1.0":
            raise MalformedMessageError("ce_specversion is not 1.0")
        if self.value is None:
            raise MalformedMessageError("the message has no data")
        try:
            return self.headers["ce_source"].decode(), self.headers["ce_id"].decode()
        except UnicodeDecodeError as error:
            raise MalformedMessageError("ce_source or ce_id is not UTF-8") from error

    @property
    def trace_parent(self) -> str | None:
        """The W3C trace context that the event carries, if any that is well-formed."""
        told = self.headers.get("ce_traceparent")
        return None if told is None or not _TRACE_PARENT.fullmatch(told) else told.decode()


def header_map(headers: Sequence[tuple[str, bytes]] | None) -> dict[str, bytes]:
    """Return Kafka's list of headers as a mapping."""
    return {name: value or b"" for name, value in headers or ()}
