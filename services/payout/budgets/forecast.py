"""Forecast what a budget still has to pay: orders that wait for it, and what open proposals would add if approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.arrangements import repository as arrangements
from services.payout.arrangements.domain import Arrangement, Entitlement, split_entitlement
from services.payout.budgets import repository
from services.payout.clients.eligibility import Decisions
from shared.errors import Unavailable


class _Proposals:
    """What open proposals would add to the budgets of some units, summed up page by page; keys are (unit, award)."""

    def __init__(self, connection: Connection, units: Collection[str], year: int, this_year: int) -> None:
        self._connection = connection
        self._units, self._year, self._this_year = units, year, this_year
        self._confirmed: Sequence[Arrangement] = arrangements.confirmed(connection)
        self.count: dict[tuple[str, str], int] = defaultdict(int)
        self.fen: dict[tuple[str, str], int] = defaultdict(int)

    def add(self, page: Sequence[Entitlement]) -> None:
        """Add a page: what each award would need beyond what is owed already; a lowered one needs nothing."""
        ids = [each.award_id for each in page]
        before = repository.owed_already(self._connection, ids, self._units, self._year, self._this_year)
        for proposal in page:
            for unit, needed in self._needed(proposal).items():
                more = needed - before.get((unit, proposal.award_id), 0)
                if more > 0:
                    self.count[unit, proposal.award] += 1
                    self.fen[unit, proposal.award] += more

    def _needed(self, proposal: Entitlement) -> dict[str, int]:
        split = split_entitlement(proposal, self._confirmed)
        return {
            own.unit: sum(
                fen
                for (due_year, _), fen in zip(proposal.instalments, own.parts_fen, strict=True)
                if max(due_year, self._this_year) == self._year
            )
            for own in (split.units if split else ())
            if own.unit in self._units
        }


def forecasts(
    connection: Connection,
    decisions: Decisions | None,
    *,
    units: Collection[str],
    year: int,
    this_year: int,
    jurisdiction: str | None,
    round_id: UUID | None = None,
) -> dict[str, dict[str, Any]]:
    """Return what approved and proposed decisions will need from the budgets of `year`, by unit and award; fen.

    Open proposals are read once for all units. Orders draw on the year in which they are funded: what is due earlier counts in
    this year's budget. `decisions` None leaves the proposals out; `round_id` counts those of one round alone. Only
    `jurisdiction`'s awards are counted among those that no arrangement splits yet, if one is given.
    """
    proposals, state = _Proposals(connection, units, year, this_year), "left_out"
    if decisions is not None:
        try:
            for page in decisions.proposed(round_id):
                proposals.add(page)
            state = "counted"
        except Unavailable:
            proposals, state = _Proposals(connection, units, year, this_year), "not_reached"
    without = repository.without_arrangement(connection, jurisdiction)
    return {
        unit: _of_unit(proposals, unit, repository.waiting_by_award(connection, unit, year, this_year))
        | {"proposals": state, "without_arrangement": without}
        for unit in units
    }


def _of_unit(proposals: _Proposals, unit: str, approved: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    awards: list[dict[str, Any]] = []
    for award in sorted({*approved, *(award for of, award in proposals.fen if of == unit)}):
        orders, approved_fen = approved.get(award, (0, 0))
        awards.append(
            {
                "award": award,
                "orders": orders,
                "approved_fen": approved_fen,
                "proposals": proposals.count[unit, award],
                "proposed_fen": proposals.fen[unit, award],
                "amount_fen": approved_fen + proposals.fen[unit, award],
            }
        )
    totals = {name: sum(row[name] for row in awards) for name in ("amount_fen", "approved_fen", "proposed_fen")}
    return totals | {"awards": awards}
