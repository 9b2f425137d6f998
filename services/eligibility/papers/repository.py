"""Reads of the decisions whose letters are made together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.eligibility.decisions import repository as decisions
from shared.database.queries import load

queries = load(__package__)


def in_force(connection: Connection, round_id: UUID, jurisdiction: str | None) -> list[UUID]:
    """Return the ids of the decisions in force of a round, of one jurisdiction only if given, by award and payee."""
    values = {"round_id": round_id, "jurisdiction": jurisdiction}
    return list(connection.execute(queries.in_force, values).scalars())


def allocated(connection: Connection, round_id: UUID, jurisdiction: str | None) -> list[Row[Any]]:
    """Return how many approved awards of a round, of one jurisdiction only if given, are split in the same way."""
    values = {"round_id": round_id, "jurisdiction": jurisdiction}
    return list(connection.execute(queries.allocated, values))


def decisions_of(connection: Connection, ids: Sequence[UUID]) -> list[Row[Any]]:
    """Return decisions in the order of `ids`."""
    found = decisions.find_rows(connection, ids)
    return [found[each] for each in ids if each in found]
