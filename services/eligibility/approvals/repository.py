"""Approval in one transaction: versions numbered without gaps, the version before superseded, the event in the outbox.

Set-based: one decision and twenty thousand take the same statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from services.eligibility.decisions import transitions
from services.eligibility.decisions.domain import Act
from shared.database.queries import load
from shared.events import award_decided
from shared.messaging import topics
from shared.observability import tracing

queries = load(__package__)

BLOCKERS = ("flagged", "not_noticed", "stale", "own", "suspended")


@dataclass(frozen=True, slots=True)
class Selection:
    """What a bulk approval may approve, how many an earlier attempt approved, and how many are skipped, by blocker."""

    ids: list[UUID]
    done: int
    skipped: dict[str, int]


def approve(connection: Connection, ids: Sequence[UUID], *, by: str, reason: str | None) -> int:
    """Approve those of the decisions `ids` that are proposed, and not by `by`; returns how many.

    The caller has checked whether they may be approved (flags, notice, jurisdiction).
    """
    values = {"ids": list(ids), "by": by}
    transitions.pick(connection, queries.pick_approvable, values)
    if connection.execute(queries.any_in_force).scalar_one():
        connection.execute(queries.supersede_in_force, values)
    connection.execute(queries.number_versions)
    approved = connection.execute(queries.approve_picked, values).rowcount
    transitions.record(connection, Act.APPROVE, by=by, reason=reason)
    connection.execute(
        queries.enqueue_events,
        {
            "topic": topics.AWARD_DECISIONS,
            "type": award_decided.TYPE,
            "source": topics.ELIGIBILITY_SOURCE,
            "trace_parent": tracing.current_trace_parent(),
        },
    )
    return approved


def select_for_approval(
    connection: Connection,
    *,
    evaluation_id: UUID | None = None,
    notice_id: UUID | None = None,
    excepted: Collection[UUID] = (),
    job_id: UUID | None = None,
    by: str,
    reason: str | None,
    jurisdiction: str | None,
    notice_needed: bool,
) -> Selection:
    """Return which decisions of an evaluation or a notice `by` may approve now, and why the others are skipped."""
    values = {
        "evaluation_id": evaluation_id,
        "notice_id": notice_id,
        "excepted": list(excepted),
        "job_id": job_id,
        "by": by,
        "reason": reason,
        "jurisdiction": jurisdiction,
        "notice_needed": notice_needed,
    }
    rows = connection.execute(queries.select_candidates, values).all()
    found = Counter(row.blocker for row in rows)
    return Selection(
        [row.id for row in rows if row.blocker is None],
        found["done"],
        {blocker: found[blocker] for blocker in BLOCKERS},
    )
