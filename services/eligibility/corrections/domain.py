"""When enterprises whose facts changed are evaluated again, and what may be proposed then."""

from __future__ import annotations

from enum import StrEnum

ALL_ENTERPRISES = "*"
"""Marks all enterprises: a fact without an owner changed, or more rows than are listed."""

LISTED_ROWS = 50_000
SCOPE = 10_000
RETRY_SECONDS = 300
PATIENCE = 6
"""While facts keep changing, evaluations wait at most PATIENCE times the seconds that facts must be unchanged."""


class AutomaticReevaluation(StrEnum):
    """What an automatic evaluation may propose."""

    OFF = "off"
    RESTATE = "restate"
    PROPOSE = "propose"
