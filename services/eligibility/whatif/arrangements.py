"""A fiscal arrangement as payout publishes it: how awards are shared between budget units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.fiscal_split import SplitRule


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The confirmed fiscal arrangement in force on a day; `rules` by (jurisdiction, award or `*`)."""

    id: str
    number: str
    sample: bool
    rules: Mapping[tuple[str, str], SplitRule]
