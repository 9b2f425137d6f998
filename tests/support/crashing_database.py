"""A database whose process crashes at a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Connection

from shared.database.engine import Database


class Crashed(BaseException):  # noqa: N818 - code that handles errors must not handle this one
    """The process crashed."""


class CrashingDatabase(Database):
    """Crashes at the `nth` commit, counted from 1: immediately before it, or immediately after it."""

    def __init__(self, url: str, *, nth: int, after: bool) -> None:
        """Connect to `url`."""
        super().__init__(url)
        self._left = nth
        self._after = after

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in a transaction, and crash if it is the one."""
        with super().transaction() as connection:
            yield connection
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Crashed
        if self._left == 0:
            raise Crashed


def crash_at_every_commit(
    url: str, act: Callable[[Database], None], check: Callable[[], None], *, step: int = 1
) -> int:
    """Crash `act` before and after its first commit, its second and so on, until it completes; `check` the result each time.

    `step` skips commits: only every `step`th is tried. Return the number of commits at which it crashed.
    """
    for crashed, nth in enumerate(count(1, step)):
        for after in (False, True):
            database = CrashingDatabase(url, nth=nth, after=after)
            try:
                act(database)
            except Crashed:
                check()
            else:
                check()
                return crashed
            finally:
                database.close()
    raise AssertionError("a count has no end")
