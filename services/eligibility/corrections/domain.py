"""When enterprises whose facts changed are evaluated again, and what may be proposed then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EVERYONE = "*"
"""Stands for all enterprises: a fact that concerns everybody changed, or too many rows to list."""

LISTED_ROWS = 50_000
SCOPE = 10_000
RETRY_SECONDS = 300
PATIENCE = 6


class AutomaticReevaluation(StrEnum):
    """What an automatic evaluation may propose."""

    OFF = "off"
    RESTATE = "restate"
    PROPOSE = "propose"


@dataclass(frozen=True, slots=True)
class Debounce:
    """Wait `quiet_seconds` after the last change of facts, but no longer than PATIENCE times that after the first."""

    quiet_seconds: float

    @property
    def at_most_seconds(self) -> float:
        """The longest wait while changes go on."""
        return PATIENCE * self.quiet_seconds
