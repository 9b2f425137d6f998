"""What a budget will still be asked for: orders that wait for it, and what open proposals would add if they were approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, text

from services.payout.arrangements import repository as arrangements
from services.payout.arrangements.domain import Arrangement
from services.payout.awards.domain import Entitlement, split_entitlement
from services.payout.budgets import repository
from services.payout.bulk import array
from services.payout.clients.eligibility import Decisions
from shared.errors import Unavailable

_IN_EFFECT = text(
    """
    SELECT a.award_id::text AS award_id,
           sum(part.fen) FILTER (WHERE greatest((v.instalments->(part.place::int - 1)->>'due_year')::int, :this_year)
                                       = :year)::bigint AS fen
    FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.split_version
    JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version AND s.unit = :unit
    CROSS JOIN unnest(s.parts_fen) WITH ORDINALITY AS part(fen, place)
    WHERE a.award_id = ANY(CAST(:ids AS uuid[])) GROUP BY a.award_id
    """
)

_WAITING = text(
    """
    SELECT count(*) AS awards, coalesce(sum(v.entitlement_fen), 0)::bigint AS entitlement_fen
    FROM awards a JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
    WHERE a.waiting_for = 'arrangement' AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
    """
)


class _Proposals:
    """What open proposals would add to one budget, gathered page by page."""

    def __init__(self, connection: Connection, unit: str, year: int, this_year: int) -> None:
        self._connection = connection
        self._unit, self._year, self._this_year = unit, year, this_year
        self._confirmed: Sequence[Arrangement] = arrangements.confirmed(connection)
        self.count: dict[str, int] = defaultdict(int)
        self.fen: dict[str, int] = defaultdict(int)

    def add(self, page: Sequence[Entitlement]) -> None:
        """Count in a page: of each award, what it would need beyond what is owed already; a lowered one needs nothing."""
        before = self._in_effect([each.award_id for each in page])
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

    def _in_effect(self, award_ids: Collection[str]) -> dict[str, int]:
        where = {"unit": self._unit, "year": self._year, "this_year": self._this_year, "ids": array(award_ids)}
        rows = self._connection.execute(_IN_EFFECT, where)
        return {row.award_id: row.fen or 0 for row in rows}


def forecast(
    connection: Connection,
    decisions: Decisions | None,
    *,
    unit: str,
    year: int,
    this_year: int,
    jurisdiction: str | None,
) -> dict[str, Any]:
    """Return what approved and proposed decisions will need from a unit's budget of `year`, by award; fen.

    Orders draw on the year in which they are funded: what is due earlier counts in this year's budget. `decisions` None leaves
    the proposals out. Only `jurisdiction`'s awards are counted among those that no arrangement splits yet, if one is given.
    """
    approved = {row["award"]: row for row in repository.waiting_by_award(connection, unit, year, this_year)}
    proposals, state = _Proposals(connection, unit, year, this_year), "left_out"
    if decisions is not None:
        try:
            for page in decisions.proposed():
                proposals.add(page)
            state = "counted"
        except Unavailable:
            proposals, state = _Proposals(connection, unit, year, this_year), "not_reached"
    awards = []
    for award in sorted({*approved, *proposals.fen}):
        waiting = approved.get(award, {"orders": 0, "amount_fen": 0})
        awards.append(
            {
                "award": award,
                "orders": waiting["orders"],
                "approved_fen": waiting["amount_fen"],
                "proposals": proposals.count[award],
                "proposed_fen": proposals.fen[award],
                "amount_fen": waiting["amount_fen"] + proposals.fen[award],
            }
        )
    totals = {name: sum(row[name] for row in awards) for name in ("amount_fen", "approved_fen", "proposed_fen")}
    without = connection.execute(_WAITING, {"jurisdiction": jurisdiction}).mappings().one()
    return totals | {"proposals": state, "awards": awards, "without_arrangement": dict(without)}
