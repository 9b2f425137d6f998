"""What an award owes to whom, by unit and instalment. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from services.payout.arrangements.domain import Entitlement, UnitPart
from services.payout.orders.domain import Part, QueuePlace


class Restatement(NamedTuple):
    """An award as it might be restated: what is due in the year of its first decision, in the next, and so on; fen."""

    award_id: str
    jurisdiction: str
    payee_uscc: str
    instalments_fen: tuple[int, ...]


Parts = Mapping[tuple[str, str], Sequence[Part]]
"""What is owed by (unit, payee's uscc), one part per instalment."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What an award owes now, under `version`; `later_wait`: instalments after the first wait for a confirmation."""

    award_id: str
    version: int
    first_decided_on: date
    place: QueuePlace
    later_wait: bool
    parts: Parts


def parts_of(entitlement: Entitlement, units: Sequence[UnitPart]) -> dict[tuple[str, str], tuple[Part, ...]]:
    """Return what `units` owe of `entitlement`, by (unit, payee's uscc)."""
    return {
        (own.unit, entitlement.payee_uscc): tuple(
            [
                Part(number, due_year, fen)
                for number, ((due_year, _), fen) in enumerate(
                    zip(entitlement.instalments, own.parts_fen, strict=True), start=1
                )
            ]
        )
        for own in units
    }
