"""Reads of what a bulk review may pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.eligibility.decisions.selection import Selection, select
from shared.database.queries import load

queries = load(__package__)

BLOCKERS = ("excepted", "objected", "reviewed", "stale")


def select_for_review(
    connection: Connection, asked: Mapping[str, Any], *, step: str, job_id: UUID, by: str
) -> Selection:
    """Return which decisions that need `step` may pass it now, and why the others are skipped; `asked` is the job's input."""
    values = {
        "evaluation_id": asked["evaluation_id"],
        "round_id": asked["round_id"],
        "jurisdiction": asked["jurisdiction"],
        "excepted": [UUID(each) for each in asked["except"]],
        "step": step,
        "job_id": job_id,
        "by": by,
    }
    return select(connection, queries.select_reviewable, values, BLOCKERS)
