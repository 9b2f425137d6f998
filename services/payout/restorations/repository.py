"""Reading and writing restorations, and the orders of files that are entered again, set by set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from services.payout.batches.tables import payment_batches, restorations
from services.payout.restorations.domain import KnownAward, KnownOrder, SentRow
from services.payout.restorations.tables import reentry_proposal_rows
from services.payout.seals import Sealed
from shared.database.bulk import array, copy_rows
from shared.database.queries import load

queries = load(__package__)


def views(connection: Connection, restoration_id: UUID | None = None) -> list[dict[str, Any]]:
    """Return restorations (or one) as their readers see them, oldest first."""
    return [dict(row) for row in connection.execute(queries.restorations, {"id": restoration_id}).mappings()]


def add(connection: Connection, restoration_id: UUID, *, reason: str, by: str, sent: Sequence[str]) -> None:
    """Open a restoration, or add the orders `sent` to the one that is open."""
    values = {"id": restoration_id, "reason": reason, "by": by, "sent": array(sent)}
    connection.execute(queries.add, values)


def confirm(connection: Connection, restoration_id: UUID, *, by: str) -> None:
    """Confirm a restoration."""
    confirmed = update(restorations).where(restorations.c.id == restoration_id)
    connection.execute(confirmed.values(confirmed_by=by, confirmed_at=func.now()))


def end(connection: Connection, restoration_id: UUID, *, reason: str, by: str, now: datetime) -> None:
    """End a restoration."""
    ended = update(restorations).where(restorations.c.id == restoration_id)
    connection.execute(ended.values(ended_by=by, ended_at=now, ended_reason=reason))


def reentered_by(connection: Connection, since: datetime) -> set[str]:
    """Return who has entered files again since `since`."""
    batches = payment_batches.c
    rows = select(batches.built_by).where(batches.reentered_checksum.is_not(None), batches.built_at >= since)
    return set(connection.execute(rows.distinct()).scalars())


def propose(connection: Connection, rows: Sequence[SentRow], *, sealed: Sealed, checksum: str, by: str) -> UUID:
    """Store a file that a person enters again, until another confirms it; returns the id under which it waits."""
    values = {
        "unit": sealed.unit,
        "sent_on": sealed.day,
        "registry_revision": sealed.registry_revision,
        "checksum": checksum,
        "by": by,
    }
    added = connection.execute(queries.propose, values).scalar_one_or_none()
    if added is None:
        return UUID(str(connection.execute(queries.waiting, {"checksum": checksum}).scalar_one()))
    stored = (
        (added, place, row.order_id, row.payee_uscc, row.amount_fen, row.award_id, row.instalment, *row.of)
        for place, row in enumerate(rows)
    )
    copy_rows(connection, reentry_proposal_rows.name, reentry_proposal_rows.c.keys(), stored)
    return UUID(str(added))


def proposed(
    connection: Connection,
    reentry_id: UUID | None = None,
    *,
    unit: str | None = None,
    waiting: bool = False,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return up to `limit` files that were entered again (of `unit`, only those that wait), or one, after one, oldest first."""
    where = {"id": reentry_id, "unit": unit, "waiting": waiting, "after": after, "limit": limit}
    return [dict(row) for row in connection.execute(queries.reentries, where).mappings()]


def proposed_rows(
    connection: Connection, reentry_id: UUID, after: int | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """Return up to `limit` rows of a file after a place, each beside the order's state, null where the order is lost."""
    where = {"id": reentry_id, "after": -1 if after is None else after, "limit": limit}
    return [dict(row) for row in connection.execute(queries.reentry_rows, where).mappings()]


def lock_awards(connection: Connection, award_ids: Sequence[str]) -> dict[str, KnownAward]:
    """Lock those of `award_ids` that are known, in one order for all workers, and return them."""
    rows = connection.execute(queries.lock_awards, {"ids": array(award_ids)})
    return {
        row.award_id: KnownAward(
            row.split_version,
            row.first_decided_on,
            tuple(row.due_years),
            {(share["unit"], share["payee_uscc"]): share["fen"] for share in row.shares or ()},
        )
        for row in rows
    }


def lock_orders(connection: Connection, order_ids: Sequence[str]) -> dict[str, KnownOrder]:
    """Lock and return those of `order_ids` that are known."""
    return {
        row.id: KnownOrder(
            SentRow(row.id, row.payee_uscc, row.amount_fen, row.award_id, row.instalment),
            row.unit,
            row.state,
            row.in_batch,
            row.holds_money,
        )
        for row in connection.execute(queries.lock_orders, {"ids": array(order_ids)})
    }
