"""A fiscal arrangement as payout tells it: who bears what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """The exact fraction that a budget unit bears of an award of `jurisdiction`; `award` may be `*`."""

    jurisdiction: str
    award: str
    unit: str
    numerator: int
    denominator: int
    takes_remainder: bool


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The confirmed fiscal arrangement in force on a day, as payout tells it."""

    id: str
    number: str
    sample: bool
    shares: tuple[Share, ...]
