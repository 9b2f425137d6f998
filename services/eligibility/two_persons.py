"""A change that one person proposes and another confirms: its columns, its confirmation, and how the API shows it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Identity,
    Integer,
    Row,
    Table,
    Text,
    Uuid,
    func,
    select,
    text,
    update,
)
from sqlalchemy.schema import SchemaItem

from shared.clock import isoformat
from shared.errors import Conflict, NotFound, SamePerson


def columns() -> tuple[SchemaItem, ...]:
    """Return the columns that a table of such changes has besides what is changed, with their constraints."""
    return (
        Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
        Column("number", Integer, Identity(always=True), nullable=False),
        Column("policy", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("proposed_by", Text, nullable=False),
        Column("proposed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("confirmed_by", Text),
        Column("confirmed_at", DateTime(timezone=True)),
        CheckConstraint("confirmed_by <> proposed_by", name="two_persons"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    )


def confirm(connection: Connection, changes: Table, *which: ColumnElement[bool], by: str) -> Row[Any]:
    """Confirm the one of `changes` that meets `which`, and return it.

    Raises NotFound, Conflict if it is confirmed already, or SamePerson for the person who proposed it.
    """
    row = connection.execute(select(changes).where(*which).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("There is no such change.")
    if row.confirmed_at is not None:
        raise Conflict("The change is confirmed already.", extra={"state": "confirmed"})
    if row.proposed_by == by:
        raise SamePerson("Someone other than the person who proposed the change must confirm it.")
    confirmed = update(changes).where(changes.c.id == row.id).values(confirmed_by=by, confirmed_at=func.now())
    return connection.execute(confirmed.returning(*changes.c)).one()


def view(row: Row[Any]) -> dict[str, Any]:
    """Return who proposed and who confirmed a change, when and why, as the API shows it."""
    return {
        "id": str(row.id),
        "policy": row.policy,
        "reason": row.reason,
        "state": "confirmed" if row.confirmed_at else "proposed",
        "proposed_by": row.proposed_by,
        "proposed_at": isoformat(row.proposed_at),
        "confirmed_by": row.confirmed_by,
        "confirmed_at": isoformat(row.confirmed_at) if row.confirmed_at else None,
    }
