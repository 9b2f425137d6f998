"""When enterprises whose facts changed are evaluated again, and what may be proposed then."""

from __future__ import annotations

from enum import StrEnum

EVERYONE = "*"
"""Stands for all enterprises: a fact that concerns everybody changed, or too many rows to list."""

LISTED_ROWS = 50_000
SCOPE = 10_000
RETRY_SECONDS = 300
PATIENCE = 6
"""While facts go on changing, evaluations wait at most for PATIENCE times the seconds that facts must be unchanged."""


class AutomaticReevaluation(StrEnum):
    """What an automatic evaluation may propose."""

    OFF = "off"
    RESTATE = "restate"
    PROPOSE = "propose"
