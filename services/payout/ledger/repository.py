"""Append and read postings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, or_, select, text

from services.payout.ledger.domain import Posting
from services.payout.ledger.tables import postings
from shared.database.bulk import copy_rows
from shared.database.queries import load

queries = load(__package__)


def post(connection: Connection, entries: Sequence[Posting], *, by: str) -> None:
    """Append `entries`, made by the actor `by`."""
    copy_rows(connection, "postings", (*Posting._fields, "actor"), [(*entry, by) for entry in entries])


def entries(
    connection: Connection,
    *,
    account: str | None,
    award_id: UUID | None,
    order_id: UUID | None,
    unit: str | None,
    kind: str | None,
    jurisdiction: str | None,
    after: int | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` postings after the number `after` that match the filters; a filter of None does not apply."""
    found = select(postings).order_by(postings.c.id).limit(limit)
    if account is not None:
        found = found.where(or_(postings.c.source == account, postings.c.destination == account))
    for column, value in (("award_id", award_id), ("order_id", order_id), ("unit", unit), ("kind", kind)):
        if value is not None:
            found = found.where(postings.c[column] == value)
    if jurisdiction is not None:
        own = text("postings.award_id IN (SELECT award_id FROM awards WHERE jurisdiction = :jurisdiction)")
        found = found.where(own.bindparams(jurisdiction=jurisdiction))
    if after is not None:
        found = found.where(postings.c.id > after)
    return [dict(row) for row in connection.execute(found).mappings()]


def balances(
    connection: Connection, *, prefix: str | None, before: datetime | None, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """Return up to `limit` accounts (whose name starts with `prefix`, after `after`) with what was posted before an instant."""
    values = {"prefix": prefix, "before": before, "after": after, "limit": limit}
    return [dict(row) for row in connection.execute(queries.balances, values).mappings()]
