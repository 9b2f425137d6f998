"""Use cases of holds: hold and release an award or a payee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from services.payout.holds.tables import holds
from services.payout.orders.repository import change_obstacles
from services.payout.orders.waiting import reconsider
from shared.errors import Conflict, SamePerson


@dataclass(frozen=True, slots=True)
class Held:
    """What a hold is on: an award or a payee, one of the two."""

    award_id: UUID | None = None
    uscc: str | None = None


def hold(connection: Connection, what: Held, *, reason: str, by: str, now: datetime) -> dict[str, Any]:
    """Hold an award or a payee; what has not been sent to the bank stays. Raises Problem 409 if it is held already."""
    change_obstacles(connection)
    wanted = insert(holds).values(award_id=what.award_id, uscc=what.uscc, reason=reason, held_by=by)
    held = connection.execute(wanted.on_conflict_do_nothing().returning(*holds.c)).mappings().one_or_none()
    if held is None:
        raise Conflict("It is held already; nothing was changed.")
    _reconsider(connection, what, now)
    return dict(held)


def release(connection: Connection, what: Held, *, reason: str, by: str, now: datetime) -> dict[str, Any]:
    """Release an award or a payee; its orders go on. Raises Problem 409 if it is not held, or was held by the same person."""
    change_obstacles(connection)
    found = _in_force(connection, what)
    if found is None:
        raise Conflict("It is not held, so there is nothing to release.")
    if found["held_by"] == by:
        raise SamePerson("Who holds something cannot release it; another person has to.")
    row = connection.execute(
        update(holds)
        .where(holds.c.id == found["id"])
        .values(release_reason=reason, released_by=by, released_at=now)
        .returning(*holds.c)
    )
    released = dict(row.mappings().one())
    _reconsider(connection, what, now)
    return released


def _in_force(connection: Connection, what: Held) -> dict[str, Any] | None:
    on = holds.c.award_id == what.award_id if what.award_id else holds.c.uscc == what.uscc
    row = connection.execute(select(holds).where(on, holds.c.released_at.is_(None)).with_for_update())
    found = row.mappings().one_or_none()
    return dict(found) if found else None


def _reconsider(connection: Connection, what: Held, now: datetime) -> None:
    if what.uscc is not None:
        reconsider(connection, now, usccs=[what.uscc])
    else:
        reconsider(connection, now, award_ids=[str(what.award_id)])
