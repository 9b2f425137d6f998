"""Reads of rounds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from services.eligibility.rounds.tables import rounds
from shared.clock import isoformat
from shared.database.queries import load
from shared.errors import NotFound

queries = load(__package__)


def find_one(connection: Connection, round_id: UUID) -> Row[Any] | None:
    """Return a round; None if there is none."""
    return connection.execute(select(rounds).where(rounds.c.id == round_id)).one_or_none()


def get(connection: Connection, round_id: UUID) -> Row[Any]:
    """Return a round; raises NotFound."""
    row = find_one(connection, round_id)
    if row is None:
        raise NotFound("There is no such round.")
    return row


def find(connection: Connection, *, policy: str | None, after: UUID | None, limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` rounds, oldest first, after the id `after`; only those of `policy`, if it is given."""
    query = select(rounds).order_by(rounds.c.id).limit(limit)
    if policy is not None:
        query = query.where(rounds.c.policy == policy)
    if after is not None:
        query = query.where(rounds.c.id > after)
    return [view(row) for row in connection.execute(query)]


def totals(
    connection: Connection, round_id: UUID, *, jurisdiction: str | None, notice_days: int
) -> list[dict[str, Any]]:
    """Return counts and sums of a round by award, jurisdiction, state and what is waited for."""
    values = {"round_id": round_id, "jurisdiction": jurisdiction, "notice_days": notice_days}
    return [dict(row) for row in connection.execute(queries.totals_of_round, values).mappings()]


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a round as the API shows it."""
    return {
        "id": str(row.id),
        "policy": row.policy,
        "title": row.title,
        "award_years": row.award_years,
        "awards": row.awards,
        "opens_on": row.opens_on.isoformat(),
        "closes_on": row.closes_on.isoformat(),
        "opened_by": row.opened_by,
        "opened_at": isoformat(row.opened_at),
    }
