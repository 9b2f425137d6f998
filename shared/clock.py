"""The only place that asks the machine for the time.

Instants are aware and in UTC; a calendar date is the date in Lishui (Asia/Shanghai), because the policy's days are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Anything that can tell the instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands at `instant` until it is moved: for tests and replays."""

    instant: datetime

    def now(self) -> datetime:
        """Return the instant at which the clock stands."""
        return self.instant


def calendar_date(instant: datetime) -> date:
    """Return the calendar date in Lishui at `instant` (an aware datetime)."""
    return instant.astimezone(SHANGHAI).date()


def isoformat(instant: datetime) -> str:
    """Write `instant` as RFC 3339 in UTC with a trailing `Z` and microseconds."""
    # A quarter of strftime's time, and every event that is published has such a time.
    return instant.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
