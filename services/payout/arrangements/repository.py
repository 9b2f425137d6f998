"""Reading and writing fiscal arrangements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from services.payout.arrangements.domain import Arrangement
from services.payout.arrangements.tables import arrangement_rows, arrangement_shares, arrangements
from shared.database.queries import load
from shared.fiscal_split import SplitRule, UnitShare

queries = load(__package__)


def confirmed(connection: Connection) -> list[Arrangement]:
    """Return all confirmed arrangements with their rows; there are never many."""
    headers = connection.execute(select(arrangements).where(arrangements.c.state == "confirmed")).all()
    if not headers:
        return []
    rules = _rules(connection, [row.id for row in headers])
    return [Arrangement(row.id, row.effective_from, row.effective_until, rules[row.id]) for row in headers]


def _rules(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, dict[tuple[str, str], SplitRule]]:
    shares: dict[tuple[UUID, str, str], list[UnitShare]] = defaultdict(list)
    for row in connection.execute(
        select(arrangement_shares)
        .where(arrangement_shares.c.arrangement_id.in_(ids))
        .order_by(arrangement_shares.c.unit)
    ):
        share = UnitShare(row.unit, row.numerator, row.denominator)
        shares[row.arrangement_id, row.jurisdiction, row.award].append(share)
    rules: dict[UUID, dict[tuple[str, str], SplitRule]] = defaultdict(dict)
    for row in connection.execute(select(arrangement_rows).where(arrangement_rows.c.arrangement_id.in_(ids))):
        own = tuple(shares[row.arrangement_id, row.jurisdiction, row.award])
        rules[row.arrangement_id][row.jurisdiction, row.award] = SplitRule(own, row.remainder_to)
    return rules


def view(connection: Connection, arrangement_id: UUID) -> dict[str, Any] | None:
    """Return an arrangement as its readers see it, or None."""
    where = {"id": arrangement_id, "after": None, "limit": 1}
    row = connection.execute(queries.arrangements, where).mappings().one_or_none()
    return dict(row) if row else None


def views(connection: Connection, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` arrangements drafted after the arrangement `after`, oldest first."""
    rows = connection.execute(queries.arrangements, {"id": None, "after": after, "limit": limit})
    return [dict(row) for row in rows.mappings()]


def preview(connection: Connection, arrangement_id: UUID) -> dict[str, Any]:
    """Return per jurisdiction and award, and per unit, what the arrangement would split, beside what is split today; fen.

    Computed in the database as the consumer splits: floors, and the remainder to the unit that takes it.
    """
    where = {"id": arrangement_id}
    rows = []
    totals: dict[str, int] = {}
    for row in connection.execute(queries.preview, where):
        shares = dict(row.floored)
        if row.rule is not None:
            shares[row.remainder_to] = row.entitlement_fen - sum(shares.values())
        for unit, fen in shares.items():
            totals[unit] = totals.get(unit, 0) + fen
        rows.append(
            {
                "jurisdiction": row.jurisdiction,
                "award": row.award,
                "awards": row.awards,
                "waiting": row.waiting,
                "entitlement_fen": row.entitlement_fen,
                "covered": row.rule is not None,
                "shares": [{"unit": unit, "amount_fen": fen} for unit, fen in sorted(shares.items())],
            }
        )
    today = {row.unit: row.fen for row in connection.execute(queries.split_today, where)}
    return {
        "arrangement_id": arrangement_id,
        "overlaps": [row.id for row in connection.execute(queries.overlapping, where)],
        "rows": rows,
        "units": [
            {"unit": unit, "today_fen": today.get(unit, 0), "draft_fen": totals.get(unit, 0)}
            for unit in sorted({*today, *totals})
        ],
    }
