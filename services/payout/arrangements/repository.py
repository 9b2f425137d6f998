"""Reading and writing fiscal arrangements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, select, text

from services.payout.arrangements.domain import Arrangement
from services.payout.arrangements.tables import arrangement_rows, arrangement_shares, arrangements
from shared.fiscal_split import SplitRule, UnitShare


def confirmed(connection: Connection) -> list[Arrangement]:
    """Return all confirmed arrangements with their rows: a few documents."""
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


_VIEW = """
    SELECT a.id, a.state, a.number, a.effective_from, a.effective_until, a.sample,
           a.drafted_by, a.drafted_at, a.confirmed_by, a.confirmed_at,
           (SELECT jsonb_agg(jsonb_build_object(
                'jurisdiction', r.jurisdiction, 'award', r.award, 'remainder_to', r.remainder_to,
                'shares', (SELECT jsonb_agg(jsonb_build_object(
                               'unit', s.unit, 'numerator', s.numerator, 'denominator', s.denominator) ORDER BY s.unit)
                           FROM arrangement_shares s
                           WHERE (s.arrangement_id, s.jurisdiction, s.award) = (r.arrangement_id, r.jurisdiction, r.award))
            ) ORDER BY r.jurisdiction, r.award) FROM arrangement_rows r WHERE r.arrangement_id = a.id) AS rows
    FROM arrangements a
"""


def view(connection: Connection, arrangement_id: UUID) -> RowMapping | None:
    """Return an arrangement as its readers see it, or None."""
    return connection.execute(text(f"{_VIEW} WHERE a.id = :id"), {"id": arrangement_id}).mappings().one_or_none()


def views(connection: Connection, *, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` arrangements drafted after the arrangement `after`, oldest first."""
    rows = connection.execute(
        text(f"{_VIEW} WHERE CAST(:after AS uuid) IS NULL OR a.id > :after ORDER BY a.id LIMIT :limit"),
        {"after": after, "limit": limit},
    )
    return [dict(row) for row in rows.mappings()]
