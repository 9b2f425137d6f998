"""Reading and writing recoveries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Text,
    Uuid,
    and_,
    column,
    func,
    insert,
    select,
    table,
    update,
)

from services.payout.orders.domain import Claim
from services.payout.orders.repository import Key
from services.payout.recoveries.tables import recoveries, repayment_proposals, repayments, write_offs
from shared.database.bulk import array, copy_rows
from shared.database.queries import load
from shared.events.payment_orders import RECOVERY_RAISED
from shared.messaging.topics import PAYMENT_ORDERS, PAYOUT_SOURCE

queries = load(__package__)

_DETAILS = table(
    "recovery_details",
    column("id", Uuid),
    column("award_id", Uuid),
    column("version"),
    column("unit", Text),
    column("payee"),
    column("state"),
    column("amount_fen"),
    column("dropped_fen"),
    column("repaid_fen"),
    column("written_off_fen"),
    column("outstanding_fen"),
    column("proposed_write_off_fen"),
    column("raised_at"),
)
"""What readers see of a recovery."""
_FILTERS: Mapping[str, ColumnElement[Any]] = {
    "id": _DETAILS.c.id,
    "award_id": _DETAILS.c.award_id,
    "unit": _DETAILS.c.unit,
    "uscc": column("payee_uscc", Text),
    "own_uscc": column("payee_uscc", Text),
    "jurisdiction": column("jurisdiction", Text),
}


class NewRecovery(NamedTuple):
    """A new row of `recoveries`; the fields are its columns."""

    id: str
    award_id: str
    version: int
    unit: str
    payee_uscc: str
    amount_fen: int


def add(connection: Connection, raised: Sequence[NewRecovery]) -> None:
    """Store new recoveries and publish that they were raised."""
    copy_rows(connection, "recoveries", NewRecovery._fields, raised)
    if raised:
        values = {
            "topic": PAYMENT_ORDERS,
            "type": RECOVERY_RAISED,
            "source": PAYOUT_SOURCE,
            "ids": array(recovery.id for recovery in raised),
        }
        connection.execute(queries.publish_raised, values)


def drop(connection: Connection, drops: Sequence[tuple[str, str, str, int]]) -> None:
    """Reduce open recoveries by (award_id, unit, uscc, fen), the youngest first."""
    if drops:
        names = ("awards", "units", "usccs", "amounts")
        values = {name: list(own) for name, own in zip(names, zip(*drops, strict=True), strict=True)}
        connection.execute(queries.drop_claims, values)


def claims(connection: Connection, award_ids: Collection[str]) -> dict[Key, Claim]:
    """Return what was claimed back so far of `award_ids`."""
    rows = connection.execute(queries.claims, {"ids": array(award_ids)})
    return {
        (row.award_id, row.unit, row.payee_uscc): Claim(row.outstanding, row.repaid, row.written_off) for row in rows
    }


def view(connection: Connection, recovery_id: UUID) -> dict[str, Any]:
    """Return a recovery as its readers see it."""
    return dict(connection.execute(select(_DETAILS).where(_DETAILS.c.id == recovery_id)).mappings().one())


def views(
    connection: Connection,
    filters: Mapping[str, object],
    *,
    outstanding: bool | None,
    after: UUID | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return up to `limit` recoveries after the recovery `after`, oldest first; a filter of None does not apply.

    `filters` may have `id`, `uscc`, `unit`, `award_id`, `jurisdiction`, `own_uscc`. `outstanding`: whether anything is.
    """
    found = select(_DETAILS).order_by(_DETAILS.c.id).limit(limit)
    for name, value in filters.items():
        if value is not None:
            found = found.where(_FILTERS[name] == value)
    if outstanding is not None:
        found = found.where((_DETAILS.c.outstanding_fen > 0).is_(outstanding))
    if after is not None:
        found = found.where(_DETAILS.c.id > after)
    return [dict(row) for row in connection.execute(found).mappings()]


def lock_awards(connection: Connection, recovery_id: UUID, order_id: UUID | None = None) -> None:
    """Lock the award of a recovery, and of an order, in one order for all workers."""
    connection.execute(queries.lock_awards, {"recovery_id": recovery_id, "order_id": order_id})


def lock(connection: Connection, recovery_id: UUID) -> Row[Any] | None:
    """Lock the award of a recovery, then the recovery, and return it with `outstanding_fen`; None if there is none."""
    lock_awards(connection, recovery_id)
    return connection.execute(queries.lock, {"id": recovery_id}).one_or_none()


def propose_repayment(
    connection: Connection, recovery_id: UUID, amount_fen: int, received_on: date, bank_reference: str, by: str
) -> dict[str, Any]:
    """Store a repayment that a person enters, and return it."""
    row = {
        "recovery_id": recovery_id,
        "amount_fen": amount_fen,
        "received_on": received_on,
        "bank_reference": bank_reference,
        "proposed_by": by,
    }
    added = insert(repayment_proposals).values(**row).returning(repayment_proposals.c.id)
    return repayment(connection, connection.execute(added).scalar_one())


def repayment(connection: Connection, repayment_id: UUID) -> dict[str, Any]:
    """Return a repayment as its readers see it."""
    own = {"id": repayment_id, "recovery_id": None, "bank_reference": None, "discarded": True}
    return dict(connection.execute(queries.repayments, own).mappings().one())


def repayments_of(
    connection: Connection, recovery_id: UUID, *, bank_reference: str | None = None, discarded: bool = True
) -> list[dict[str, Any]]:
    """Return the repayments of a recovery through the bank (with a reference), oldest first."""
    where = {"id": None, "recovery_id": recovery_id, "bank_reference": bank_reference, "discarded": discarded}
    return [dict(row) for row in connection.execute(queries.repayments, where).mappings()]


def add_repayment(connection: Connection, recovery_id: UUID, *, amount_fen: int, **row: Any) -> None:
    """Store a repayment that counts, and count it in the recovery."""
    connection.execute(insert(repayments).values(recovery_id=recovery_id, amount_fen=amount_fen, **row))
    _count(connection, recovery_id, recoveries.c.repaid_fen, amount_fen)


def _proposed(recovery_id: UUID) -> ColumnElement[bool]:
    return and_(
        write_offs.c.recovery_id == recovery_id, write_offs.c.confirmed_at.is_(None), write_offs.c.lapsed_at.is_(None)
    )


def open_write_off(connection: Connection, recovery_id: UUID, outstanding_fen: int) -> Row[Any] | None:
    """Return the write-off that waits for confirmation, or None: one of more than is outstanding has lapsed."""
    return connection.execute(
        select(write_offs).where(_proposed(recovery_id), write_offs.c.amount_fen <= outstanding_fen)
    ).one_or_none()


def propose_write_off(
    connection: Connection, recovery_id: UUID, amount_fen: int, reason: str, by: str, now: datetime
) -> None:
    """Store a proposed write-off, in the place of one that lapsed."""
    connection.execute(update(write_offs).where(_proposed(recovery_id)).values(lapsed_at=now))
    row = {"recovery_id": recovery_id, "amount_fen": amount_fen, "reason": reason, "proposed_by": by}
    connection.execute(insert(write_offs).values(**row))


def count_written_off(connection: Connection, recovery_id: UUID, amount_fen: int) -> None:
    """Count a confirmed write-off in the recovery."""
    _count(connection, recovery_id, recoveries.c.written_off_fen, amount_fen)


def _count(connection: Connection, recovery_id: UUID, counted: Column[Any], amount_fen: int) -> None:
    values = {counted.name: counted + amount_fen, "changed_at": func.now()}
    connection.execute(update(recoveries).where(recoveries.c.id == recovery_id).values(values))
