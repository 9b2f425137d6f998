"""Which arrangement is in force, which of its rows applies, and the entitlement split by it (Suppl.). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import lcm
from typing import NamedTuple
from uuid import UUID

from shared.fiscal_split import SplitRule, UnitShare, rule_for, split


class Shortage(StrEnum):
    """How an arrangement funds the earliest day that a budget cannot cover in full."""

    IN_TURN = "in_turn"
    IN_PROPORTION = "in_proportion"


@dataclass(frozen=True, slots=True)
class Draft:
    """A fiscal arrangement as a document that is not confirmed; `rules` by (jurisdiction, award or `*`)."""

    policy: str
    number: str
    effective_from: date
    effective_until: date | None
    sample: bool
    rules: dict[tuple[str, str], SplitRule]
    shortage: Shortage = Shortage.IN_TURN


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A confirmed arrangement: in force from `effective_from` to the day before `effective_until` (open if None)."""

    id: UUID
    effective_from: date
    effective_until: date | None
    rules: dict[tuple[str, str], SplitRule] = field(default_factory=dict)
    """Split by (jurisdiction, award or `*`)."""

    def in_force_on(self, day: date) -> bool:
        """Return whether the arrangement is in force on `day`."""
        return self.effective_from <= day and (self.effective_until is None or day < self.effective_until)


class Entitlement(NamedTuple):
    """What a version of an award entitles to, and when its parts are due.

    `instalments` holds (due year, fen) in order. `first_decided_on` is the same in every version.
    """

    award_id: str
    version: int
    award: str
    jurisdiction: str
    payee_uscc: str
    entitlement_fen: int
    instalments: tuple[tuple[int, int], ...]
    first_decided_on: date
    subject: str
    award_year: int
    later_wait: bool = False
    """Whether instalments after the first wait until an officer confirms that the project still operates."""


class UnitPart(NamedTuple):
    """What a unit pays of a version: its floored share in fen, and its part of each instalment."""

    unit: str
    amount_fen: int
    parts_fen: tuple[int, ...]


class Split(NamedTuple):
    """An entitlement split under an arrangement; both are empty for an entitlement of zero."""

    arrangement_id: UUID | None
    units: tuple[UnitPart, ...]


NOTHING_TO_SPLIT = Split(None, ())


def split_entitlement(entitlement: Entitlement, arrangements: Sequence[Arrangement]) -> Split | None:
    """Split `entitlement` under the confirmed arrangement of its first decision day (Suppl.).

    Returns None while no arrangement is confirmed for that day, or it has no row for the jurisdiction: the award waits as a
    whole. An entitlement of zero (withdrawn, or in kind) needs no arrangement.
    """
    if entitlement.entitlement_fen == 0:
        return NOTHING_TO_SPLIT
    for arrangement in arrangements:
        # One in force at most has a rule: those of one policy never overlap, and a place is of one policy.
        if arrangement.in_force_on(entitlement.first_decided_on):
            rule = rule_for(arrangement.rules, entitlement.jurisdiction, entitlement.award)
            if rule is not None:
                parts = split([amount for _, amount in entitlement.instalments], rule)
                return Split(arrangement.id, tuple([UnitPart(unit, sum(own), own) for unit, own in parts if any(own)]))
    return None


def adds_up_to_one(shares: Sequence[UnitShare]) -> bool:
    """Return, computed in whole numbers, whether the fractions add up to exactly one."""
    common = lcm(*(share.denominator for share in shares))
    return sum(share.numerator * (common // share.denominator) for share in shares) == common
