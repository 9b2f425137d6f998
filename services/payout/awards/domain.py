"""From an entitlement to what each unit owes to whom. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.payout.arrangements.domain import Arrangement, current
from services.payout.orders.domain import Part
from shared.fiscal_split import split


class Entitlement(NamedTuple):
    """A version of an award as far as money asks: the whole entitlement, and when its parts are due.

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


class UnitPart(NamedTuple):
    """What a unit bears of a version: its floored share in fen, and its part of each instalment."""

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
    arrangement = current(arrangements, entitlement.first_decided_on)
    rule = arrangement.rule_for(entitlement.jurisdiction, entitlement.award) if arrangement else None
    if arrangement is None or rule is None:
        return None
    parts = split([amount for _, amount in entitlement.instalments], rule)
    return Split(arrangement.id, tuple([UnitPart(unit, sum(own), own) for unit, own in parts if any(own)]))


def targets(entitlement: Entitlement, units: Sequence[UnitPart]) -> dict[tuple[str, str], tuple[Part, ...]]:
    """Return what is owed by (unit, payee), one part per instalment."""
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
