"""Connections: a silent or slow peer is closed, so that it holds neither a connection nor what an answer to it holds."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 1_000
HEADER_SECONDS = 10.0
"""How long a request's head may take to arrive: from the connection on, or from the first byte after an answer."""
SEND_SECONDS = 30.0
"""How long a peer may read nothing of what is waiting for it."""


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol with limits of time, and of how many connections a process serves."""

    _waiting_for_head: asyncio.TimerHandle | None = None
    _waiting_for_peer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Serve a connection, or close it at once if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
            return
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request; the clock of a head runs until the head is complete, however often bytes arrive."""
        idle = self.cycle is None or self.cycle.response_complete
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before:
            self._stop(self._waiting_for_head)
            self._waiting_for_head = None
        elif idle and self._waiting_for_head is None:
            self._expect_head()

    def pause_writing(self) -> None:
        """Start the peer's clock: it reads too slowly."""
        super().pause_writing()
        self._stop(self._waiting_for_peer)
        self._waiting_for_peer = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the peer's clock."""
        super().resume_writing()
        self._stop(self._waiting_for_peer)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the clocks."""
        self._stop(self._waiting_for_head)
        self._stop(self._waiting_for_peer)
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        self._waiting_for_head = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    @staticmethod
    def _stop(clock: Any) -> None:
        if clock is not None:
            clock.cancel()
