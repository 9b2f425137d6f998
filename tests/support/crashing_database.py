"""A database whose process dies at a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import Connection

from shared.database.engine import Database


class Died(BaseException):  # noqa: N818 - nothing that handles errors may handle this one
    """The process died."""


class CrashingDatabase(Database):
    """Dies at the commit with the number `nth`, the first being 1: just before it, or just after it."""

    def __init__(self, url: str, *, nth: int, after: bool) -> None:
        """Connect to `url`."""
        super().__init__(url)
        self._left = nth
        self._after = after

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Run the block in one transaction, and die if it is the one."""
        with super().transaction() as connection:
            yield connection
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Died
        if self._left == 0:
            raise Died


def at_every_commit(url: str, act: Callable[[Database], None], check: Callable[[], None], *, step: int = 1) -> int:
    """Let `act` die before and after its first commit, its second, and so on until it no longer does; `check` each time.

    Of many alike, only every `step`th. Returns at how many commits it died.
    """
    for died, nth in enumerate(count(1, step)):
        for after in (False, True):
            dying = CrashingDatabase(url, nth=nth, after=after)
            try:
                act(dying)
            except Died:
                check()
            else:
                check()
                return died
            finally:
                dying.close()
    raise AssertionError("a count has no end")
