"""Bodies of requests: how large, how deep and how slow they may be, decided before a route reads them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import orjson
from starlette.types import Message, Receive

from shared.errors import Invalid, TooLarge, TooSlow
from shared.media_types import JSON

MAX_BYTES = 256 * 1024
MAX_LARGE_BYTES = 4 * 1024 * 1024
"""For lists of thousands of identifiers, and for rows of facts given inline."""
MAX_DEPTH = 32
MAX_VALUES = 2_000_000
"""For the results of 200,000 orders: values that are parsed take many times the bytes that arrived."""
MAX_SECONDS = 30.0
"""How long a body of JSON may take to arrive; routes that take files have a limit of their own."""
_LARGE_BYTES = 64 * 1024
"""From this size on, JSON is parsed in another thread."""


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """The most bytes that paths matching `path` take.

    `files`: of any content type, read by the route as it streams, and complete after `seconds` unless the route itself
    watches the time. `json_bytes`: the most that JSON may have there, which is held in memory.
    """

    path: str
    max_bytes: int = MAX_LARGE_BYTES
    files: bool = False
    seconds: float | None = None
    json_bytes: int = MAX_LARGE_BYTES

    def of_json(self) -> BodyLimit:
        """Return what JSON keeps to."""
        return replace(self, max_bytes=min(self.max_bytes, self.json_bytes))


def limit_of(path: str, limits: Sequence[BodyLimit]) -> BodyLimit:
    """Return the first of `limits` that `path` matches."""
    return next((each for each in limits if re.fullmatch(each.path, path)), BodyLimit(path, MAX_BYTES))


def read_as_json(content_type: str) -> bool:
    """Return whether a route that takes JSON reads a body of this type as such: FastAPI does so without a type, too."""
    return not content_type or content_type.startswith(JSON) or content_type.partition(";")[0].strip().endswith("+json")


def too_large(limit: BodyLimit) -> TooLarge:
    """Return the refusal of a larger body."""
    return TooLarge("The body may have at most {limit} bytes. Send it in parts.", limit=limit.max_bytes)


def too_slow(seconds: float | None) -> TooSlow:
    """Return the refusal of a slower body."""
    return TooSlow("The body may take {limit:g} seconds to arrive.", limit=seconds)


def bounded(receive: Receive, limit: BodyLimit) -> Receive:
    """Return `receive` that raises TooLarge once more than `limit` has arrived, and TooSlow after its seconds."""
    received = 0
    started = time.monotonic()

    async def receive_bounded() -> Message:
        nonlocal received
        left = None if limit.seconds is None else limit.seconds - (time.monotonic() - started)
        try:
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError as error:
            raise too_slow(limit.seconds) from error
        received += len(message.get("body", b""))
        if received > limit.max_bytes:
            raise too_large(limit)
        return message

    return receive_bounded


async def read_json(receive: Receive) -> Receive:
    """Read a whole body of JSON, check its shape, and return a `receive` that gives it once more.

    Raises TooSlow, Invalid for JSON that nests too deep or has too many values, and what `receive` raises. Other mistakes are
    reported by the route.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(MAX_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return _replayed(message, receive)
                body += message.get("body", b"")
                more = message.get("more_body", False)
    except TimeoutError as error:
        raise too_slow(MAX_SECONDS) from error
    whole = bytes(body)
    if len(whole) < _LARGE_BYTES:
        check_shape(whole)
    else:
        await asyncio.to_thread(check_shape, whole)
    return _replayed({"type": "http.request", "body": whole, "more_body": False}, receive)


def _replayed(first: Message, receive: Callable[[], Awaitable[Message]]) -> Receive:
    waiting = [first]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def check_shape(body: bytes) -> None:
    """Raise Invalid for JSON that has more than MAX_VALUES, before they are made, or nests deeper than MAX_DEPTH."""
    if sum(map(body.count, (b",", b"[", b"{"))) > MAX_VALUES:
        raise Invalid("The JSON has more than {limit} values. Send it in parts.", limit=MAX_VALUES)
    try:
        level = [orjson.loads(body)] if body else []
    except orjson.JSONDecodeError as error:
        if "recursion" in str(error).lower():
            raise _too_deep() from error
        return
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> Invalid:
    return Invalid("The JSON nests more than {limit} levels deep. Send a flatter document.", limit=MAX_DEPTH)
