"""Writing and reading postings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from services.payout.bulk import copy
from services.payout.ledger.domain import Posting


def post(connection: Connection, postings: Sequence[Posting], *, by: str) -> None:
    """Append `postings`, made by the actor `by`."""
    copy(connection, "postings", (*Posting._fields, "actor"), [(*posting, by) for posting in postings])


ENTRY = """
    SELECT p.id, p.kind, p.source, p.destination, p.amount_fen, p.unit, p.award_id, p.version, p.order_id,
           p.recovery_id, p.document, p.actor, p.posted_at
    FROM postings p
"""

_FILTERS = {
    "account": "(p.source = :account OR p.destination = :account)",
    "award_id": "p.award_id = :award_id",
    "order_id": "p.order_id = :order_id",
    "unit": "p.unit = :unit",
    "kind": "p.kind = :kind",
    "jurisdiction": "p.award_id IN (SELECT award_id FROM awards WHERE jurisdiction = :jurisdiction)",
    "after": "p.id > :after",
}


def entries(connection: Connection, filters: Mapping[str, object], limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` postings that `filters` let through, in the order of their numbers."""
    applied = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(_FILTERS[name] for name in applied) or "true"
    rows = connection.execute(text(f"{ENTRY} WHERE {where} ORDER BY p.id LIMIT :limit"), {**applied, "limit": limit})
    return [dict(row) for row in rows.mappings()]


def balances(
    connection: Connection, *, prefix: str | None, before: datetime | None, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` accounts (whose name starts with `prefix`, behind `after`) with what was posted before an instant."""
    rows = connection.execute(
        text(
            """
            SELECT account, sum(in_fen)::bigint AS in_fen, sum(out_fen)::bigint AS out_fen,
                   sum(in_fen - out_fen)::bigint AS balance_fen
            FROM (SELECT destination AS account, amount_fen AS in_fen, 0 AS out_fen, posted_at FROM postings
                  UNION ALL SELECT source, 0, amount_fen, posted_at FROM postings) movements
            WHERE (CAST(:prefix AS text) IS NULL OR starts_with(account, :prefix))
              AND (CAST(:before AS timestamptz) IS NULL OR posted_at < :before)
              AND (CAST(:after AS text) IS NULL OR account > :after)
            GROUP BY account ORDER BY account LIMIT :limit
            """
        ),
        {"prefix": prefix, "before": before, "after": after, "limit": limit},
    )
    return [dict(row) for row in rows.mappings()]
