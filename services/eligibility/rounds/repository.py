"""Reads of rounds."""

from __future__ import annotations

from collections.abc import Sequence
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


def waits(connection: Connection, round_id: UUID, *, jurisdiction: str | None, notice_days: int) -> Sequence[Row[Any]]:
    """Return how many decisions of a round wait for each step, by kind of task and procedure, in the order of the steps."""
    values = {"round_id": round_id, "jurisdiction": jurisdiction, "notice_days": notice_days}
    return connection.execute(queries.waits_of_round, values).all()


def has_ready_for_notice(connection: Connection, round_id: UUID, jurisdiction: str | None) -> bool:
    """Return whether a round has proposals that can be put into a notice now."""
    values = {"round_id": round_id, "jurisdiction": jurisdiction}
    return bool(connection.execute(queries.has_ready_for_notice, values).scalar_one())


def risks(
    connection: Connection,
    round_id: UUID,
    *,
    jurisdiction: str | None,
    notice_days: int,
    after: Sequence[Any] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` decisions of a round that wait for approval and deserve a look, the gravest first.

    They continue `after` this gravity, amount and id.
    """
    gravity, fen, decision_id = after or (None, None, None)
    values = {"round_id": round_id, "jurisdiction": jurisdiction, "notice_days": notice_days, "limit": limit}
    values |= {"after_gravity": gravity, "after_fen": fen, "after_id": decision_id}
    return [
        {
            "id": str(row.id),
            "award": row.award,
            "award_year": row.award_year,
            "payee": {"uscc": row.payee_uscc, "name": row.payee_name},
            "jurisdiction": row.jurisdiction,
            "entitlement_fen": row.entitlement_fen,
            "flags": row.flags,
            "risks": row.risks,
            "gravity": row.gravity,
        }
        for row in connection.execute(queries.risks_of_round, values)
    ]


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
