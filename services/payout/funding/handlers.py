"""Use cases of holds: hold and release an award or a payee."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects.postgresql import insert

from services.payout.funding.domain import HoldTarget
from services.payout.funding.repository import change_blockers
from services.payout.funding.tables import holds
from services.payout.orders import transitions
from shared.errors import Conflict, NotFound, SamePerson


def hold(
    connection: Connection, target: HoldTarget, *, reason: str, by: str, jurisdiction: str | None, now: datetime
) -> dict[str, Any]:
    """Hold an award or a payee: its orders that were not sent to the bank wait.

    Raises NotFound for an award that is not here, Conflict if it is on hold already.
    """
    _require_award(connection, target, jurisdiction)
    change_blockers(connection)
    new = insert(holds).values(award_id=target.award_id, uscc=target.uscc, reason=reason, held_by=by)
    held = connection.execute(new.on_conflict_do_nothing().returning(*holds.c)).mappings().one_or_none()
    if held is None:
        raise Conflict("It is on hold already; nothing was changed.")
    _reconsider(connection, target, now)
    return dict(held)


def release(
    connection: Connection, target: HoldTarget, *, reason: str, by: str, jurisdiction: str | None, now: datetime
) -> dict[str, Any]:
    """Release an award or a payee: its orders go on.

    Raises NotFound for an award that is not here, Conflict if it is not on hold, SamePerson for who placed the hold.
    """
    _require_award(connection, target, jurisdiction)
    change_blockers(connection)
    on = holds.c.award_id == target.award_id if target.award_id else holds.c.uscc == target.uscc
    found = connection.execute(select(holds).where(on, holds.c.released_at.is_(None)).with_for_update()).one_or_none()
    if found is None:
        raise Conflict("It is not on hold, so there is nothing to release.")
    if found.held_by == by:
        raise SamePerson("Who placed a hold cannot release it; another person has to.")
    released = connection.execute(
        update(holds)
        .where(holds.c.id == found.id)
        .values(release_reason=reason, released_by=by, released_at=now)
        .returning(*holds.c)
    )
    hold = dict(released.mappings().one())
    _reconsider(connection, target, now)
    return hold


def _require_award(connection: Connection, target: HoldTarget, jurisdiction: str | None) -> None:
    if target.award_id is None:
        return
    of_award = text("SELECT jurisdiction FROM awards WHERE award_id = :award_id")
    found = connection.execute(of_award, {"award_id": target.award_id}).scalar_one_or_none()
    if found is None or jurisdiction not in (None, found):
        raise NotFound("There is no such award here; a decision arrives within seconds of its approval.")


def _reconsider(connection: Connection, target: HoldTarget, now: datetime) -> None:
    if target.uscc is not None:
        transitions.reconsider(connection, now, usccs=[target.uscc])
    else:
        transitions.reconsider(connection, now, award_ids=[str(target.award_id)])
