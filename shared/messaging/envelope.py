"""CloudEvents 1.0 in the binary mode of the Kafka binding: attributes in `ce_*` headers, JSON data in the value."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from kafka.consumer.fetcher import ConsumerRecord
from pydantic import ValidationError

from shared.clock import isoformat
from shared.events.base import EventData

CONTENT_TYPE = b"application/json"
REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type")
_TRACE_PARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_MAX_MISTAKES = 10

Data = TypeVar("Data", bound=EventData)


class RejectedMessageError(ValueError):
    """A message that can never be processed. Its text is the reason that is recorded; it never holds submitted values."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event to publish: `data` is its JSON, `key` decides its partition and with it the order."""

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
    """Return the Kafka headers of an event whose attributes are text already; `time` is RFC 3339 in UTC."""
    own = [("ce_id", id_.encode()), ("ce_subject", subject.encode())]
    return [*shared_headers(type_, source, time, trace_parent), *own]


def shared_headers(type_: str, source: str, time: str, trace_parent: str | None) -> list[tuple[str, bytes]]:
    """Return the Kafka headers that events of one occasion have in common: all but those of their ids and subjects."""
    found = [
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", b"1.0"),
        ("ce_source", source.encode()),
        ("ce_type", type_.encode()),
        ("ce_time", time.encode()),
    ]
    if trace_parent:
        found.append(("ce_traceparent", trace_parent.encode()))
    return found


@dataclass(frozen=True, slots=True)
class Message:
    """A message as received from Kafka. `headers` holds the last value of each name."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, record: ConsumerRecord) -> Message:
        """Return the message that a consumer's `record` holds."""
        return cls(record.topic, record.partition, record.offset, record.key, record.value, header_map(record.headers))

    @property
    def type(self) -> str:
        """The CloudEvents type; empty if there is none."""
        return self.headers.get("ce_type", b"").decode("utf-8", "replace")

    @property
    def event_key(self) -> tuple[str, str]:
        """The pair (source, id) that identifies a CloudEvents event; raises RejectedMessageError if it is none."""
        missing = [name for name in REQUIRED if not self.headers.get(name)]
        if missing:
            raise RejectedMessageError(f"the headers {', '.join(missing)} are missing")
        if self.headers["ce_specversion"] != b"1.0":
            raise RejectedMessageError("ce_specversion is not 1.0")
        if self.value is None:
            raise RejectedMessageError("the message has no data")
        try:
            return self.headers["ce_source"].decode(), self.headers["ce_id"].decode()
        except UnicodeDecodeError as error:
            raise RejectedMessageError("ce_source or ce_id is not UTF-8") from error

    @property
    def trace_parent(self) -> str | None:
        """The W3C trace context that the event carries; None if it is missing or malformed."""
        carried = self.headers.get("ce_traceparent")
        return None if carried is None or not _TRACE_PARENT.fullmatch(carried) else carried.decode()

    def read(self, model: builtins.type[Data]) -> Data:
        """Return the event's data; raises RejectedMessageError for another type of event or data that break the schema."""
        if self.type not in model.TYPES:
            raise RejectedMessageError(f"the type is not {' or '.join(model.TYPES)}")
        try:
            return model.model_validate_json(self.value or b"")
        except ValidationError as error:
            # The text of a `value_error` is the model's own and holds no values; of other mistakes the type says enough.
            mistakes = "; ".join(
                f"{'.'.join(map(str, mistake['loc'])) or 'data'}: "
                f"{mistake['msg'] if mistake['type'] == 'value_error' else mistake['type']}"
                for mistake in error.errors(include_url=False, include_input=False, include_context=False)[
                    :_MAX_MISTAKES
                ]
            )
            raise RejectedMessageError(f"the data do not follow the schema: {mistakes}") from error


def header_map(headers: Sequence[tuple[str, bytes]] | None) -> dict[str, bytes]:
    """Return Kafka's list of headers as a mapping."""
    return {name: value or b"" for name, value in headers or ()}


def readable(messages: Sequence[Message], model: type[Data]) -> Iterator[Data]:
    """Yield the data of those `messages` that are events of `model`; other and malformed messages are left out."""
    for message in messages:
        with suppress(RejectedMessageError):
            yield message.read(model)
