"""Reading an award's story."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.orders.views import list_orders

_AWARD = text(
    """
    SELECT a.award_id, v.policy, v.award, v.article, v.subject, v.award_year,
           jsonb_build_object('uscc', v.payee_uscc, 'name', v.payee_name) AS payee, v.jurisdiction, v.kind, v.result,
           a.version, a.split_version, v.entitlement_fen, a.first_decided_on, a.waiting_for,
           CASE WHEN g.id IS NOT NULL THEN jsonb_build_object(
               'id', g.id, 'number', g.number, 'sample', g.sample,
               'effective_from', g.effective_from, 'effective_until', g.effective_until) END AS arrangement
    FROM awards a
    JOIN award_versions v ON v.award_id = a.award_id AND v.version = a.version
    LEFT JOIN arrangements g ON g.id = a.arrangement_id
    WHERE a.award_id = :award_id AND (CAST(:jurisdiction AS text) IS NULL OR a.jurisdiction = :jurisdiction)
    """
)

_VERSIONS = text(
    """
    SELECT v.version, v.result, v.reason, jsonb_build_object('uscc', v.payee_uscc, 'name', v.payee_name) AS payee,
           v.jurisdiction, v.entitlement_fen, v.instalments, v.decided_on, v.receipt, v.received_at,
           coalesce((SELECT jsonb_agg(jsonb_build_object(
                         'unit', s.unit, 'payee_uscc', s.payee_uscc, 'amount_fen', s.amount_fen,
                         'parts_fen', s.parts_fen) ORDER BY s.unit)
                     FROM award_shares s WHERE s.award_id = v.award_id AND s.version = v.version), '[]') AS split
    FROM award_versions v WHERE v.award_id = :award_id ORDER BY v.version
    """
)

_SHARES = text(
    """
    WITH owed AS (
        SELECT s.unit, s.payee_uscc, s.amount_fen AS fen
        FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version
        WHERE a.award_id = :award_id
    ), ordered AS (
        SELECT unit, payee_uscc, sum(amount_fen)::bigint AS fen,
               (sum(amount_fen) FILTER (WHERE state = 'settled'))::bigint AS paid
        FROM payment_orders WHERE award_id = :award_id AND live GROUP BY unit, payee_uscc
    ), claimed AS (
        SELECT unit, payee_uscc, sum(repaid_fen)::bigint AS repaid, sum(written_off_fen)::bigint AS written_off
        FROM recoveries WHERE award_id = :award_id GROUP BY unit, payee_uscc
    )
    SELECT unit, jsonb_build_object('uscc', payee_uscc, 'name', (
               SELECT payee_name FROM award_versions v
               WHERE v.award_id = :award_id AND v.payee_uscc = u.payee_uscc ORDER BY v.version DESC LIMIT 1)) AS payee,
           coalesce(w.fen, 0) AS entitlement_fen, coalesce(o.fen, 0) AS ordered_fen, coalesce(o.paid, 0) AS paid_fen,
           greatest(0, coalesce(o.fen, 0) - coalesce(c.repaid, 0) - coalesce(c.written_off, 0) - coalesce(w.fen, 0))
               AS to_recover_fen,
           coalesce(c.repaid, 0) AS recovered_fen
    FROM (SELECT unit, payee_uscc FROM owed UNION SELECT unit, payee_uscc FROM ordered
          UNION SELECT unit, payee_uscc FROM claimed) u
    LEFT JOIN owed w USING (unit, payee_uscc)
    LEFT JOIN ordered o USING (unit, payee_uscc)
    LEFT JOIN claimed c USING (unit, payee_uscc)
    ORDER BY w.fen IS NULL, unit, payee_uscc
    """
)

_RECOVERIES = text(
    """
    SELECT id, version, unit, payee_uscc, amount_fen, dropped_fen, repaid_fen, written_off_fen,
           amount_fen - dropped_fen - repaid_fen - written_off_fen AS outstanding_fen, raised_at
    FROM recoveries WHERE award_id = :award_id ORDER BY id
    """
)

_POSTINGS = text(
    """
    SELECT id, kind, source, destination, amount_fen, unit, version, order_id, recovery_id, document, actor, posted_at
    FROM postings WHERE award_id = :award_id ORDER BY id
    """
)


def read(connection: Connection, award_id: UUID, jurisdiction: str | None) -> dict[str, Any] | None:
    """Return the whole story of `award_id`, or None if there is no such award (of `jurisdiction`, if one is given)."""
    where = {"award_id": award_id, "jurisdiction": jurisdiction}
    award = connection.execute(_AWARD, where).mappings().one_or_none()
    if award is None:
        return None
    orders = list_orders(connection, {"award_id": award_id})
    for order in orders:
        del order["number"]
    parts = {"versions": _VERSIONS, "shares": _SHARES, "recoveries": _RECOVERIES, "postings": _POSTINGS}
    return {
        **award,
        **{
            name: [dict(row) for row in connection.execute(query, {"award_id": award_id}).mappings()]
            for name, query in parts.items()
        },
        "orders": orders,
    }
