"""Use cases of holds: hold and release an award or a payee."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from services.payout.funding import repository
from services.payout.funding.domain import HoldTarget
from services.payout.funding.tables import holds
from services.payout.orders import transitions
from shared.authorization import Actor
from shared.errors import Conflict, NotFound, SamePerson


def hold(connection: Connection, target: HoldTarget, *, reason: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """Hold an award or a payee: its orders that were not sent to the bank wait.

    Raises NotFound for an award that payout does not have, Conflict if it is on hold already.
    """
    _require_access(connection, target, actor)
    repository.lock_blockers_exclusive(connection)
    new = insert(holds).values(award_id=target.award_id, uscc=target.uscc, reason=reason, held_by=actor.subject)
    held = connection.execute(new.on_conflict_do_nothing().returning(*holds.c)).mappings().one_or_none()
    if held is None:
        raise Conflict("It is on hold already; nothing was changed.")
    _reconsider(connection, target, now)
    return dict(held)


def release(connection: Connection, target: HoldTarget, *, reason: str, actor: Actor, now: datetime) -> dict[str, Any]:
    """Release an award or a payee: its orders continue.

    Raises NotFound for an award that payout does not have, Conflict if it is not on hold, SamePerson for the person who placed
    the hold.
    """
    _require_access(connection, target, actor)
    repository.lock_blockers_exclusive(connection)
    on = holds.c.award_id == target.award_id if target.award_id else holds.c.uscc == target.uscc
    found = connection.execute(select(holds).where(on, holds.c.released_at.is_(None)).with_for_update()).one_or_none()
    if found is None:
        raise Conflict("It is not on hold, so there is nothing to release.")
    if found.held_by == actor.subject:
        raise SamePerson("The person who placed a hold cannot release it; another person must.")
    released = connection.execute(
        update(holds)
        .where(holds.c.id == found.id)
        .values(release_reason=reason, released_by=actor.subject, released_at=now)
        .returning(*holds.c)
    )
    hold = dict(released.mappings().one())
    _reconsider(connection, target, now)
    return hold


def _require_access(connection: Connection, target: HoldTarget, actor: Actor) -> None:
    """Raise Forbidden for a payee unless `actor` acts for the whole city, NotFound for an award that it does not see."""
    if target.award_id is None:
        actor.require_city_wide()
        return
    jurisdiction = repository.jurisdiction_of(connection, target.award_id)
    if jurisdiction is None or not actor.covers(jurisdiction):
        raise NotFound("There is no such award here; a decision arrives within seconds of its approval.")


def _reconsider(connection: Connection, target: HoldTarget, now: datetime) -> None:
    if target.uscc is not None:
        transitions.reconsider(connection, now, usccs=[target.uscc])
    else:
        transitions.reconsider(connection, now, award_ids=[str(target.award_id)])
