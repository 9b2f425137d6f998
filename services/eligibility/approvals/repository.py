"""Reads of what a bulk approval may approve."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import Connection

from services.eligibility.decisions.selection import Selection, select
from shared.database.queries import load

queries = load(__package__)

BLOCKERS = ("flagged", "not_confirmed", "not_reviewed", "not_noticed", "stale", "own", "suspended")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which decisions of a group are meant: of some awards, some jurisdictions, up to an amount in fen; None does not filter."""

    awards: Sequence[str] | None = None
    jurisdictions: Sequence[str] | None = None
    up_to_fen: int | None = None


ALL = Filters()


def select_for_approval(
    connection: Connection,
    *,
    evaluation_id: UUID | None = None,
    notice_id: UUID | None = None,
    round_id: UUID | None = None,
    excepted: Collection[UUID] = (),
    only: Filters = ALL,
    job_id: UUID | None = None,
    by: str,
    reason: str | None,
    jurisdiction: str | None,
    notice_days: int,
) -> Selection:
    """Return which decisions of an evaluation, a notice or a round `by` may approve now, and why the others are skipped."""
    values = {
        "evaluation_id": evaluation_id,
        "notice_id": notice_id,
        "round_id": round_id,
        "excepted": list(excepted),
        **asdict(only),
        "job_id": job_id,
        "by": by,
        "reason": reason,
        "jurisdiction": jurisdiction,
        "notice_days": notice_days,
    }
    return select(connection, queries.select_candidates, values, BLOCKERS)
