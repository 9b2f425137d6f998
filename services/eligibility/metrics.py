"""Metrics read from eligibility's database: the progress along the registry's revisions, and the decisions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, cast, func, select

from services.eligibility.corrections.tables import facts_followed, pending_reevaluations
from services.eligibility.decisions.domain import CONFIRMATION, DISTRICT, State, review_step
from services.eligibility.decisions.tables import decisions
from services.eligibility.rules.library import load_policy
from shared.database.queries import load
from shared.gauges.stored_gauges import StoredGauges
from shared.observability import metrics
from shared.observability.metrics import Sample
from shared.policies import POLICIES

queries = load(__package__)


def read(connection: Connection) -> Sequence[Sample]:
    """Read how far each policy has processed the registry's changes, and how many enterprises are pending re-evaluation."""
    pending: dict[str, int] = dict(
        connection.execute(
            select(pending_reevaluations.c.policy, func.count()).group_by(pending_reevaluations.c.policy)
        ).all()
    )
    found = []
    for row in connection.execute(select(facts_followed).order_by(facts_followed.c.policy)):
        found.append(metrics.FACTS_PROCESSED.at(row.revision, row.policy))
        found.append(metrics.ENTERPRISES_PENDING.at(pending.get(row.policy, 0), row.policy))
        if row.looked_at is not None:
            found.append(metrics.FACTS_CHECKED_AT.at(row.looked_at.timestamp(), row.policy))
    return found


def _decisions(connection: Connection) -> Sequence[Sample]:
    totals = select(
        decisions.c.award,
        decisions.c.state,
        func.count().label("decisions"),
        cast(func.sum(decisions.c.entitlement_fen), BigInteger).label("fen"),
    ).group_by(decisions.c.award, decisions.c.state)
    rows = {(row.award, row.state): row for row in connection.execute(totals)}
    found = []
    for award in sorted({award for award, _ in rows}):
        for state in State:
            row = rows.get((award, state))
            found.append(metrics.DECISIONS.at(row.decisions if row else 0, award, state))
        approved = rows.get((award, State.APPROVED))
        found.append(metrics.ENTITLEMENT.at(approved.fen if approved else 0, award))
    return found


def waiting(notice_days: int) -> StoredGauges:
    """Return the gauges of what open proposals wait for; missing steps are reported as 0.

    A notice lasts `notice_days` working days (0: none is needed) unless a procedure says how many.
    """
    reviewers = {code for policy in POLICIES for code in load_policy(policy).offices.departments} | {DISTRICT}
    known = [CONFIRMATION, *map(review_step, sorted(reviewers)), "notice", "approval"]

    def compute(connection: Connection) -> Sequence[Sample]:
        rows = connection.execute(queries.count_waiting, {"notice_days": notice_days})
        counted: dict[str, int] = {label: count for label, count in rows}  # noqa: C416 - a row is no pair of strings
        return [metrics.DECISIONS_WAITING.at(counted.get(each, 0), each) for each in known]

    return StoredGauges("waiting", compute)


DECISIONS = StoredGauges("decisions", _decisions)
"""Decisions and their entitlements, in one pass over all decisions. Missing combinations are reported as 0."""
