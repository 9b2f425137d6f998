"""Use cases of a restoration: it is opened, confirmed by another person, and ended once every file is entered again.

A restored database has lost some orders and takes others for unsent: they would be sent a second time. So no batch is built while
a restoration is open. What was sent since is entered again (`reentries`); everything else that was lost (appropriations,
arrangements, holds, results) is recorded again as usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from services.payout.batches import repository as batches
from services.payout.orders.repository import lock_exclusively
from services.payout.restorations import repository
from shared.errors import Conflict, DomainError, NotFound, SamePerson
from shared.events import payment_orders
from shared.events.payment_orders import PaymentOrderChanged
from shared.identifiers import new_id
from shared.messaging.envelope import Message

RELAY = "payout-relay"
_SENT = (payment_orders.SETTLED, payment_orders.FAILED, payment_orders.RETURNED)
"""Types of events of orders that were at the bank."""


def hold_sending(connection: Connection, lost: Sequence[Message]) -> None:
    """Hold sending: the broker's log has events of payout that its database does not have."""
    sent = {str(each.read(PaymentOrderChanged).order_id) for each in lost if each.type in _SENT}
    lock_exclusively(connection)
    repository.add(
        connection,
        new_id(connection.execute(select(func.now())).scalar_one()),
        reason=f"the broker's log has {len(lost)} events that this database does not: it was restored to an earlier point",
        by=RELAY,
        sent=sorted(sent),
    )


def open_restoration(connection: Connection, *, reason: str, by: str, now: datetime) -> dict[str, Any]:
    """Hold sending at a person's request; raises Conflict if it is on hold already."""
    lock_exclusively(connection)
    if batches.sending_is_held(connection):
        raise Conflict("A restoration is open already.")
    restoration_id = new_id(now)
    repository.add(connection, restoration_id, reason=reason, by=by, sent=())
    return repository.views(connection, restoration_id)[0]


def confirm_restoration(connection: Connection, restoration_id: UUID, *, by: str) -> dict[str, Any]:
    """Confirm that the database was restored, so that files may be entered again.

    Raises NotFound, Conflict if it is confirmed or ended, SamePerson for who opened it.
    """
    lock_exclusively(connection)
    found = _get(connection, restoration_id)
    if refusal := _confirmation_refusal(found, by):
        raise refusal
    repository.confirm(connection, restoration_id, by=by)
    return repository.views(connection, restoration_id)[0]


def end_restoration(
    connection: Connection, restoration_id: UUID, *, reason: str, by: str, now: datetime
) -> dict[str, Any]:
    """Allow sending again.

    Raises NotFound, Conflict if it is ended, a sent order is missing or a file waits, SamePerson for who opened it or entered
    files.
    """
    lock_exclusively(connection)
    found = _get(connection, restoration_id)
    if refusal := _end_refusal(connection, found, by):
        raise refusal
    repository.end(connection, restoration_id, reason=reason, by=by, now=now)
    return repository.views(connection, restoration_id)[0]


def _confirmation_refusal(restoration: Mapping[str, Any], by: str) -> DomainError | None:
    """Return why `by` cannot confirm a restoration that is open."""
    if restoration["confirmed_at"] is not None:
        return Conflict("The restoration is confirmed already.")
    if by == restoration["opened_by"]:
        return SamePerson("Someone other than the person who opened the restoration must confirm it.")
    return None


def _end_refusal(connection: Connection, restoration: Mapping[str, Any], by: str) -> DomainError | None:
    """Return why `by` cannot end a restoration that is open."""
    if by == restoration["opened_by"] or by in repository.reentered_by(connection, restoration["opened_at"]):
        return SamePerson("Who opened a restoration or entered files again cannot end it.")
    if restoration["missing"]:
        return Conflict(
            "According to the broker's log the bank has orders that are in no batch. Enter their files again.",
            extra={"missing": [str(each) for each in restoration["missing"]]},
        )
    if repository.proposed(connection, waiting=True, limit=1):
        return Conflict("A file that was entered again waits for another person. Confirm or discard it first.")
    return None


def views(connection: Connection, by: str) -> list[tuple[dict[str, Any], list[str]]]:
    """Return restorations, oldest first, each with the operations that its state allows `by`."""
    found = []
    for restoration in repository.views(connection):
        allowed = []
        if restoration["ended_at"] is None:
            if not _confirmation_refusal(restoration, by):
                allowed.append("confirm_restoration")
            if not _end_refusal(connection, restoration, by):
                allowed.append("end_restoration")
        found.append((restoration, allowed))
    return found


def allowed_of_list(connection: Connection) -> list[str]:
    """Return the operations that open a restoration, or while one is open and confirmed enter a file again."""
    found = opened(connection)
    if found is None:
        return ["open_restoration"]
    return ["reenter_payment_batch"] if found["confirmed_at"] is not None else []


def opened(connection: Connection) -> dict[str, Any] | None:
    """Return the restoration that is open, if one is."""
    return next((each for each in repository.views(connection) if each["ended_at"] is None), None)


def _get(connection: Connection, restoration_id: UUID) -> dict[str, Any]:
    found = repository.views(connection, restoration_id)
    if not found:
        raise NotFound("There is no such restoration.")
    if found[0]["ended_at"] is not None:
        raise Conflict("The restoration is ended already.")
    return found[0]
