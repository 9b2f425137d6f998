"""When marked enterprises are judged again, and what may come of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EVERYONE = "*"
"""Marks all enterprises at once: a fact that concerns everybody changed, or more rows than are worth listing."""

LISTED_ROWS = 50_000
SCOPE = 10_000
RETRY_SECONDS = 300
PATIENCE = 6


class Standing(StrEnum):
    """What the standing re-evaluation may propose."""

    OFF = "off"
    RESTATE = "restate"
    PROPOSE = "propose"


@dataclass(frozen=True, slots=True)
class Debounce:
    """Marks rest `quiet_seconds` after the last change, but no longer than PATIENCE times that after the first."""

    quiet_seconds: float

    @property
    def at_most_seconds(self) -> float:
        """The longest that a mark rests while changes go on."""
        return PATIENCE * self.quiet_seconds
