"""What an arrangement would make of the awards that are decided: computed in the database, split as the consumer splits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

_CONCERNED = """
    WITH concerned AS (
        SELECT a.award_id, v.jurisdiction, v.award, v.entitlement_fen, a.split_version, a.waiting_for
        FROM arrangements g
        JOIN awards a ON a.first_decided_on >= g.effective_from
                     AND (g.effective_until IS NULL OR a.first_decided_on < g.effective_until)
        JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
        WHERE g.id = :id AND v.entitlement_fen > 0
    )
"""

_ROWS = text(
    f"""{_CONCERNED}, kinds AS (
        SELECT jurisdiction, award, count(*) AS awards, count(*) FILTER (WHERE waiting_for IS NOT NULL) AS waiting,
               sum(entitlement_fen)::bigint AS entitlement_fen FROM concerned GROUP BY jurisdiction, award
    ), ruled AS (
        SELECT k.*, r.award AS rule, r.remainder_to FROM kinds k LEFT JOIN LATERAL (
            SELECT award, remainder_to FROM arrangement_rows r
            WHERE r.arrangement_id = :id AND r.jurisdiction = k.jurisdiction AND r.award IN (k.award, '*')
            ORDER BY r.award = '*' LIMIT 1) r ON true
    ), floored AS (
        SELECT c.jurisdiction, c.award, s.unit, sum(div(c.entitlement_fen::numeric * s.numerator, s.denominator)) AS fen
        FROM concerned c JOIN ruled r ON r.jurisdiction = c.jurisdiction AND r.award = c.award
        JOIN arrangement_shares s ON s.arrangement_id = :id AND s.jurisdiction = r.jurisdiction AND s.award = r.rule
                                 AND s.unit <> r.remainder_to
        GROUP BY c.jurisdiction, c.award, s.unit
    )
    SELECT r.jurisdiction, r.award, r.awards, r.waiting, r.entitlement_fen, r.rule, r.remainder_to,
           coalesce((SELECT jsonb_object_agg(f.unit, f.fen::bigint) FROM floored f
                     WHERE f.jurisdiction = r.jurisdiction AND f.award = r.award), '{{}}') AS floored
    FROM ruled r ORDER BY r.jurisdiction, r.award
    """
)

_TODAY = text(
    f"""{_CONCERNED}
    SELECT s.unit, sum(s.amount_fen)::bigint AS fen
    FROM concerned c JOIN award_shares s ON s.award_id = c.award_id AND s.version = c.split_version GROUP BY s.unit
    """
)

_OVERLAPPING = text(
    """
    SELECT o.id FROM arrangements g JOIN arrangements o ON o.id <> g.id AND o.state = 'confirmed'
     AND daterange(o.effective_from, o.effective_until, '[)') && daterange(g.effective_from, g.effective_until, '[)')
    WHERE g.id = :id ORDER BY o.effective_from
    """
)


def preview(connection: Connection, arrangement_id: UUID) -> dict[str, Any]:
    """Return per jurisdiction and award, and per unit, what the arrangement would split, beside what is split today; fen."""
    where = {"id": arrangement_id}
    rows = []
    totals: dict[str, int] = {}
    for row in connection.execute(_ROWS, where):
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
    today = {row.unit: row.fen for row in connection.execute(_TODAY, where)}
    return {
        "arrangement_id": arrangement_id,
        "overlaps": [row.id for row in connection.execute(_OVERLAPPING, where)],
        "rows": rows,
        "units": [
            {"unit": unit, "today_fen": today.get(unit, 0), "draft_fen": totals.get(unit, 0)}
            for unit in sorted({*today, *totals})
        ],
    }
