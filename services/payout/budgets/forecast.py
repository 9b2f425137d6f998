"""Forecast what a budget still has to pay: orders that wait for it, and what open proposals would add if approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.arrangements import repository as arrangements
from services.payout.arrangements.domain import Arrangement, Entitlement, split_entitlement
from services.payout.budgets import repository
from services.payout.clients.eligibility import Decisions
from shared.errors import Unavailable


class _Proposals:
    """What open proposals would add to one budget, summed up page by page."""

    def __init__(self, connection: Connection, unit: str, year: int, this_year: int) -> None:
        self._connection = connection
        self._unit, self._year, self._this_year = unit, year, this_year
        self._confirmed: Sequence[Arrangement] = arrangements.confirmed(connection)
        self.count: dict[str, int] = defaultdict(int)
        self.fen: dict[str, int] = defaultdict(int)

    def add(self, page: Sequence[Entitlement]) -> None:
        """Add a page: what each award would need beyond what is owed already; a lowered one needs nothing."""
        ids = [each.award_id for each in page]
        before = repository.owed_already(self._connection, ids, self._unit, self._year, self._this_year)
        for proposal in page:
            more = self._needed(proposal) - before.get(proposal.award_id, 0)
            if more > 0:
                self.count[proposal.award] += 1
                self.fen[proposal.award] += more

    def _needed(self, proposal: Entitlement) -> int:
        split = split_entitlement(proposal, self._confirmed)
        return sum(
            fen
            for own in (split.units if split else ())
            if own.unit == self._unit
            for (due_year, _), fen in zip(proposal.instalments, own.parts_fen, strict=True)
            if max(due_year, self._this_year) == self._year
        )


def forecast(
    connection: Connection,
    decisions: Decisions | None,
    *,
    unit: str,
    year: int,
    this_year: int,
    jurisdiction: str | None,
    round_id: UUID | None = None,
) -> dict[str, Any]:
    """Return what approved and proposed decisions will need from a unit's budget of `year`, by award; fen.

    Orders draw on the year in which they are funded: what is due earlier counts in this year's budget. `decisions` None leaves
    the proposals out; `round_id` counts those of one round alone. Only `jurisdiction`'s awards are counted among those that no
    arrangement splits yet, if one is given.
    """
    approved = repository.waiting_by_award(connection, unit, year, this_year)
    proposals, state = _Proposals(connection, unit, year, this_year), "left_out"
    if decisions is not None:
        try:
            for page in decisions.proposed(round_id):
                proposals.add(page)
            state = "counted"
        except Unavailable:
            proposals, state = _Proposals(connection, unit, year, this_year), "not_reached"
    awards: list[dict[str, Any]] = []
    for award in sorted({*approved, *proposals.fen}):
        orders, approved_fen = approved.get(award, (0, 0))
        awards.append(
            {
                "award": award,
                "orders": orders,
                "approved_fen": approved_fen,
                "proposals": proposals.count[award],
                "proposed_fen": proposals.fen[award],
                "amount_fen": approved_fen + proposals.fen[award],
            }
        )
    totals = {name: sum(row[name] for row in awards) for name in ("amount_fen", "approved_fen", "proposed_fen")}
    without = repository.without_arrangement(connection, jurisdiction)
    return totals | {"proposals": state, "awards": awards, "without_arrangement": without}
