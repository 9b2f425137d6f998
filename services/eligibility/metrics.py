"""What eligibility's metrics say of its database: how far it follows the registry, and its decisions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from services.eligibility.decisions.domain import State
from shared.gauges.measurements import Measurement
from shared.observability import metrics
from shared.observability.metrics import Sample

_FOLLOWED = text("SELECT policy, revision, extract(epoch FROM looked_at) AS looked FROM facts_followed ORDER BY policy")
_MARKED = text("SELECT policy, count(*) AS enterprises FROM fact_marks GROUP BY policy ORDER BY policy")
_DECISIONS = text(
    """
    SELECT award, state, count(*) AS decisions, sum(entitlement_fen)::bigint AS fen
    FROM decisions GROUP BY award, state
    """
)


def read(connection: Connection) -> Sequence[Sample]:
    """Read how far each policy follows the registry, and how many enterprises wait to be judged again."""
    marked = {row.policy: row.enterprises for row in connection.execute(_MARKED)}
    found = []
    for row in connection.execute(_FOLLOWED):
        found.append(metrics.FACTS_PROCESSED.at(row.revision, row.policy))
        found.append(metrics.ENTERPRISES_PENDING.at(marked.get(row.policy, 0), row.policy))
        if row.looked is not None:
            found.append(metrics.FACTS_CHECKED_AT.at(float(row.looked), row.policy))
    return found


def _decisions(connection: Connection) -> Sequence[Sample]:
    rows = {(row.award, row.state): row for row in connection.execute(_DECISIONS)}
    found = []
    for award in sorted({award for award, _ in rows}):
        for state in State:
            row = rows.get((award, state))
            found.append(metrics.DECISIONS.at(row.decisions if row else 0, award, state))
        approved = rows.get((award, State.APPROVED))
        found.append(metrics.ENTITLEMENT.at(approved.fen if approved else 0, award))
    return found


DECISIONS = Measurement("decisions", _decisions)
"""Decisions and what they entitle to: one pass over all decisions. What there is none of is told as 0."""
