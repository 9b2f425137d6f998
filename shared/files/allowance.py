"""How much processor time a file may take: a little whatever it is, more only as values are found in what it really holds.

A file that unpacks to a thousand times its size, or that is filled up with what nobody reads, gets no more for that.
"""

from __future__ import annotations

import math
import resource

SECONDS_PER_VALUE = 15e-6
"""Of whatever kind of file: three times what a formula in .xlsx takes, the dearest."""
VALUES_EARNED_AT_ONCE = 5_000
SECONDS_PER_BYTE_DECODED = 2**-25
_SECONDS_PER_BYTE_HELD = 2**-20


class Allowance:
    """The limit of this process: `seconds`, and the whole seconds earned by values, up to 1 for each MiB that holds them."""

    def __init__(self, seconds: int, most_bytes: int) -> None:
        """Set the limit for a file of `most_bytes`."""
        self._seconds = seconds
        self._held, self._earned = 0.0, 0.0
        self._most = seconds + math.ceil(most_bytes * _SECONDS_PER_BYTE_HELD)
        self._limit = 0
        self._set()

    def hold(self, stored_bytes: int) -> None:
        """Say how many bytes of the file hold what is read of it: packed, where they are packed."""
        self._held = stored_bytes * _SECONDS_PER_BYTE_HELD

    def earn(self, seconds: float) -> None:
        """Allow more time, for what has been found."""
        self._earned += seconds
        self._set()

    def _set(self) -> None:
        limit = min(self._seconds + math.floor(min(self._earned, self._held)), self._most)
        if limit > self._limit:
            self._limit = limit
            resource.setrlimit(resource.RLIMIT_CPU, (limit, self._most))
