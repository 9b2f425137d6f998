"""Which arrangement is current, and which of its rows applies (Suppl.). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import lcm
from uuid import UUID

from shared.fiscal_split import SplitRule, UnitShare, rule_for


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A confirmed arrangement: in force from `effective_from` to the day before `effective_until` (open if None)."""

    id: UUID
    effective_from: date
    effective_until: date | None
    rules: dict[tuple[str, str], SplitRule] = field(default_factory=dict)
    """Split by (jurisdiction, award or `*`)."""

    def in_force_on(self, day: date) -> bool:
        """Tell whether the arrangement is current on `day`."""
        return self.effective_from <= day and (self.effective_until is None or day < self.effective_until)

    def rule_for(self, jurisdiction: str, award: str) -> SplitRule | None:
        """Return the split of `award` in `jurisdiction`, or None if no row covers it."""
        return rule_for(self.rules, jurisdiction, award)


def current(arrangements: Sequence[Arrangement], first_decided_on: date) -> Arrangement | None:
    """Return the arrangement in force on the day of an award's first decision; confirmed ones never overlap."""
    for each in arrangements:
        if each.in_force_on(first_decided_on):
            return each
    return None


def adds_up_to_one(shares: Sequence[UnitShare]) -> bool:
    """Tell, in whole numbers, whether the fractions add up to exactly one."""
    common = lcm(*(share.denominator for share in shares))
    return sum(share.numerator * (common // share.denominator) for share in shares) == common
