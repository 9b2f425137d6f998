"""Reading and writing holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, text

from services.payout.bulk import array


@dataclass(frozen=True, slots=True)
class Held:
    """What is held at the moment."""

    award_ids: frozenset[str]
    usccs: frozenset[str]

    def holds(self, award_id: str, uscc: str) -> bool:
        """Tell whether an order of `award_id` to `uscc` must not be sent."""
        return award_id in self.award_ids or uscc in self.usccs


NOTHING_HELD = Held(frozenset(), frozenset())


def held(connection: Connection, award_ids: Collection[str]) -> Held:
    """Return the holds in force on `award_ids` and on any payee; both are few."""
    rows = connection.execute(
        text(
            """
            SELECT award_id::text AS award_id, uscc FROM holds
            WHERE released_at IS NULL AND (uscc IS NOT NULL OR award_id = ANY(CAST(:award_ids AS uuid[])))
            """
        ),
        {"award_ids": array(award_ids)},
    ).all()
    if not rows:
        return NOTHING_HELD
    return Held(
        frozenset(row.award_id for row in rows if row.award_id), frozenset(row.uscc for row in rows if row.uscc)
    )
