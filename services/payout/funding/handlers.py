"""Use cases of holds: hold and release an award or a payee; confirm an instalment after the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert

from services.payout.funding import repository
from services.payout.funding.domain import HoldTarget
from services.payout.funding.tables import holds, instalment_confirmations
from services.payout.orders import transitions
from shared.authorization import Actor
from shared.clock import calendar_date
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
    if not _may_release(found.held_by, actor.subject):
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


def allowed(hold: Mapping[str, Any] | None, by: str, *, on_award: bool) -> list[str]:
    """Return the operations that a hold on an award, or on a payee, or the lack of one, allows `by`."""
    target = "award" if on_award else "payee"
    if hold is None:
        return [f"hold_{target}"]
    return [f"release_{target}"] if hold["released_at"] is None and _may_release(hold["held_by"], by) else []


def _may_release(held_by: str, by: str) -> bool:
    return held_by != by


def confirm_instalment(
    connection: Connection,
    award_id: UUID,
    instalment: int,
    *,
    reason: str,
    document: str | None,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Confirm that the project of an award still operates: its `instalment` after the first no longer waits for `release`.

    Raises NotFound for an award or instalment that payout does not have, Conflict if it does not wait for a confirmation, is not
    due yet, or is confirmed already.
    """
    _require_access(connection, HoldTarget(award_id=award_id), actor)
    repository.lock_blockers_exclusive(connection)
    later = repository.later_instalment(connection, award_id, instalment)
    if later is None or later.due_year is None:
        raise NotFound("The award has no such instalment.")
    if instalment == 1 or not later.later_wait:
        raise Conflict("This instalment does not wait for a confirmation.")
    if later.due_year > calendar_date(now).year:
        raise Conflict("The instalment is not due yet. Confirm it in `due_year`.", extra={"due_year": later.due_year})
    new = insert(instalment_confirmations).values(
        award_id=award_id, instalment=instalment, reason=reason, document=document, confirmed_by=actor.subject
    )
    added = new.on_conflict_do_nothing().returning(*instalment_confirmations.c)
    confirmed = connection.execute(added).mappings().one_or_none()
    if confirmed is None:
        raise Conflict("The instalment is confirmed already; nothing was changed.")
    transitions.reconsider(connection, now, award_ids=[str(award_id)])
    return dict(confirmed)


def _require_access(connection: Connection, target: HoldTarget, actor: Actor) -> None:
    """Raise NotFound for an award that `actor` does not see; who may hold a payee, the whole city's, is told at the door."""
    if target.award_id is None:
        return
    jurisdiction = repository.jurisdiction_of(connection, target.award_id)
    if jurisdiction is None or not actor.covers(jurisdiction):
        raise NotFound("There is no such award here; a decision arrives within seconds of its approval.")


def _reconsider(connection: Connection, target: HoldTarget, now: datetime) -> None:
    if target.uscc is not None:
        transitions.reconsider(connection, now, usccs=[target.uscc])
    else:
        transitions.reconsider(connection, now, award_ids=[str(target.award_id)])
