"""Quotas: how many requests a client may send, and how many of them may be in progress, so that none takes what others need."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cachetools import LRUCache

from shared.errors import TooManyRequests

_BURST_SECONDS = 10
"""A client that was quiet for so long may send the requests of so long at once."""
_CLIENTS = 10_000
_AT_WORK = 16
"""Requests of a client that are worked on at a time. Its others wait: with more, long lists for one keep a process from all."""


@dataclass(slots=True)
class _Account:
    left: float
    at: float
    in_flight: int = 0
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_WORK))


class Quotas:
    """The requests of each client: `per_second` on average, `in_flight` at a time. Used by one event loop."""

    def __init__(self, per_second: float, in_flight: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Allow each client as much."""
        self._per_second = per_second
        self._in_flight = in_flight
        self._monotonic = monotonic
        self._accounts: LRUCache[str, _Account] = LRUCache(_CLIENTS)

    @contextmanager
    def admit(self, client: str) -> Iterator[asyncio.Semaphore]:
        """Count a request of `client` while the block runs; raises TooManyRequests, with the seconds to wait.

        Yields what the request has to hold while it is worked on.
        """
        account = self._account(client)
        if account.in_flight >= self._in_flight:
            raise TooManyRequests(
                "{limit} requests of this client are in progress. Wait for their answers.", 1, limit=self._in_flight
            )
        if account.left < 1:
            raise TooManyRequests(
                "This client sends more than {limit:g} requests a second.",
                math.ceil((1 - account.left) / self._per_second),
                limit=self._per_second,
            )
        account.left -= 1
        account.in_flight += 1
        try:
            yield account.turn
        finally:
            account.in_flight -= 1

    def _account(self, client: str) -> _Account:
        now, most = self._monotonic(), self._per_second * _BURST_SECONDS
        account = self._accounts.setdefault(client, _Account(most, now))
        account.left = min(account.left + (now - account.at) * self._per_second, most)
        account.at = now
        return account
