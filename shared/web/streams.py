"""Long answers: read whole into a file first, so that a slow reader holds no database connection, and sent from it.

Their number is bounded, altogether and per client: what is more is refused and tried again.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import closing
from typing import IO

import anyio
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.errors import Unavailable

_IN_MEMORY_BYTES = 1024 * 1024
_PIECE_BYTES = 256 * 1024


class Streams:
    """The long answers of a process: `most` at a time, of one client at most half of them."""

    def __init__(self, most: int) -> None:
        """Allow `most` at a time."""
        self._most = most
        self._of_client: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(
        self, request: Request, pieces: Iterator[bytes], media_type: str, headers: Mapping[str, str]
    ) -> Response:
        """Read `pieces` whole, in the calling thread, and return the answer of them; raises Unavailable if too many are open."""
        client = request.state.actor.subject
        self._take(client)
        file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115 - closed by the answer
        try:
            with closing(pieces):  # type: ignore[type-var]
                for piece in pieces:
                    file.write(piece)
            size = file.tell()
            file.seek(0)
            if size <= _IN_MEMORY_BYTES:
                with file:
                    small = Response(file.read(), 200, dict(headers), media_type)
                self._give_back(client)
                return small
        except BaseException:
            file.close()
            self._give_back(client)
            raise
        whole = {**headers, "Content-Length": str(size)}
        return _FileResponse(file, lambda: self._give_back(client), media_type=media_type, headers=whole)

    def _take(self, client: str) -> None:
        with self._lock:
            open_of_client = self._of_client[client]
            if self._of_client.total() >= self._most or open_of_client >= max(self._most // 2, 1):
                raise Unavailable("Too many long answers are being read. Try again later.")
            self._of_client[client] += 1

    def _give_back(self, client: str) -> None:
        with self._lock:
            self._of_client[client] -= 1
            self._of_client += Counter()  # forgets clients without any


class _FileResponse(StreamingResponse):
    """Sends a file, then closes it, also when the client goes away."""

    def __init__(
        self, file: IO[bytes], done: Callable[[], None], *, media_type: str, headers: Mapping[str, str]
    ) -> None:
        self._file = file
        self._done = done
        super().__init__(self._pieces(), 200, headers, media_type)

    async def _pieces(self) -> AsyncIterator[bytes]:
        while piece := await anyio.to_thread.run_sync(self._file.read, _PIECE_BYTES):
            yield piece

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()
            self._done()
