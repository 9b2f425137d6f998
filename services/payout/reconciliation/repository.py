"""Running the checks, each one statement over all rows that returns the differences; what they are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Connection, Row, Text, Uuid, any_, cast, func, literal, select

from services.payout.awards.tables import award_versions, awards
from services.payout.ledger.tables import postings
from services.payout.orders.tables import payment_orders
from shared.database.bulk import array
from shared.database.queries import load
from shared.system_tables import dead_letters

queries = load(__package__)

CHECKS = list(queries)
"""The names of the checks."""

_NEWEST = select(
    cast(awards.c.award_id, Text).label("award_id"),
    awards.c.version,
    award_versions.c.entitlement_fen,
    award_versions.c.payee_uscc,
    award_versions.c.jurisdiction,
    award_versions.c.received_at,
).join_from(
    awards,
    award_versions,
    (award_versions.c.award_id == awards.c.award_id) & (award_versions.c.version == awards.c.version),
)
"""Awards in their newest version."""


def differences(connection: Connection, limit: int) -> list[dict[str, Any]]:
    """Run every check and return up to `limit` differences of each."""
    return [
        {"check": name, **row}
        for name in CHECKS
        for row in connection.execute(getattr(queries, name), {"limit": limit}).mappings()
    ]


def counts(connection: Connection) -> dict[str, Any]:
    """Return how many rows the checks compare."""
    compared = {
        "awards": select(func.count()).select_from(awards),
        "orders": select(func.count()).select_from(payment_orders),
        "postings": select(func.count()).select_from(postings),
        "waiting": select(func.count()).where(awards.c.waiting_for.is_not(None)),
        "dead_letters": select(func.count()).where(dead_letters.c.state == "open"),
    }
    found = select(*(rows.scalar_subquery().label(name) for name, rows in compared.items()))
    return dict(connection.execute(found).mappings().one())


def entitlements(connection: Connection, award_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return those of `award_ids` that payout has, in their newest version, by award."""
    of_awards = awards.c.award_id == any_(cast(literal(array(award_ids), Text), ARRAY(Uuid)))
    rows = connection.execute(_NEWEST.where(of_awards))
    return {row.award_id: row for row in rows}


def all_entitlements(connection: Connection) -> list[tuple[str, int]]:
    """Return every award with its entitlement in fen."""
    return [(row.award_id, row.entitlement_fen) for row in connection.execute(_NEWEST)]
