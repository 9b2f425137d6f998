"""One event loop for the requests of all tests of a process: a loop and its threads take as long to make as many a request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import cache
from typing import TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

_opened = ExitStack()
Answer = TypeVar("Answer")


@cache
def portal() -> BlockingPortal:
    """Return the way to the loop from any thread but its own."""
    return _opened.enter_context(start_blocking_portal())


def wait_for(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Return what `ask` returns, which runs in the loop."""
    return portal().call(ask)


def close() -> None:
    """End the loop."""
    _opened.close()
