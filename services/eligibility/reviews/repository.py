"""Reads of what a bulk review may pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from shared.database.queries import load

queries = load(__package__)

BLOCKERS = ("excepted", "objected", "reviewed", "stale")


@dataclass(frozen=True, slots=True)
class Selection:
    """What a bulk review may pass, how many an earlier attempt passed, and how many are skipped, by blocker."""

    ids: list[UUID]
    done: int
    skipped: dict[str, int]


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
    rows = connection.execute(queries.select_reviewable, values).all()
    found = Counter(row.blocker for row in rows)
    return Selection(
        [row.id for row in rows if row.blocker is None],
        found["done"],
        {blocker: found[blocker] for blocker in BLOCKERS},
    )
