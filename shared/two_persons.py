"""What one person proposes and another confirms: its columns and constraints, its two ends, and how the API shows it.

Every act that needs two persons is a row with these columns, in a table of the service that it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Connection,
    DateTime,
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

Reason = Literal["required", "optional", "none"]

DECIDED = ("confirmed_by", "confirmed_at")
"""The columns that the second person's act changes."""
DECIDED_OR_DISCARDED = (*DECIDED, "discarded_by", "discarded_at", "discard_reason")
"""Those of proposals that may also end without effect."""


def columns(*, reason: Reason = "required", discardable: bool = False) -> tuple[SchemaItem, ...]:
    """Return the columns that a table of proposals has besides what is proposed, with their constraints.

    `reason`: whether a proposal says why it is made. A discardable one may also end without effect, with a reason.
    """
    proposed = (
        Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
        *([] if reason == "none" else [Column("reason", Text, nullable=reason == "optional")]),
        Column("proposed_by", Text, nullable=False),
        Column("proposed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("confirmed_by", Text),
        Column("confirmed_at", DateTime(timezone=True)),
        CheckConstraint("confirmed_by <> proposed_by", name="two_persons"),
        CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    )
    if not discardable:
        return proposed
    return (
        *proposed,
        Column("discarded_by", Text),
        Column("discarded_at", DateTime(timezone=True)),
        Column("discard_reason", Text),
        CheckConstraint(
            "(discarded_by IS NULL) = (discarded_at IS NULL) AND (discarded_by IS NULL) = (discard_reason IS NULL)",
            name="discarded",
        ),
        CheckConstraint("confirmed_at IS NULL OR discarded_at IS NULL", name="decided_once"),
    )


def confirm(connection: Connection, proposals: Table, *which: ColumnElement[bool], by: str) -> Row[Any]:
    """Confirm the one of `proposals` that meets `which`, and return it.

    Raises NotFound, Conflict if it is confirmed or discarded already, or SamePerson for the person who proposed it.
    """
    row = _open(connection, proposals, *which)
    require_other(row, by)
    confirmed = update(proposals).where(proposals.c.id == row.id).values(confirmed_by=by, confirmed_at=func.now())
    return connection.execute(confirmed.returning(*proposals.c)).one()


def require_other(row: Row[Any], by: str) -> None:
    """Raise SamePerson for whoever proposed it."""
    if not _may_confirm(row.proposed_by, by):
        raise SamePerson(
            "Someone other than the person who proposed the change must confirm it.",
            extra={"state": state(row), "possible": ["confirm"]},
        )


def discard(connection: Connection, proposals: Table, *which: ColumnElement[bool], by: str, reason: str) -> Row[Any]:
    """End the one of `proposals` that meets `which` without effect, and return it; the proposer may do so too.

    Raises NotFound, or Conflict if it is confirmed or discarded already.
    """
    row = _open(connection, proposals, *which)
    discarded = update(proposals).where(proposals.c.id == row.id)
    discarded = discarded.values(discarded_by=by, discarded_at=func.now(), discard_reason=reason)
    return connection.execute(discarded.returning(*proposals.c)).one()


def _open(connection: Connection, proposals: Table, *which: ColumnElement[bool]) -> Row[Any]:
    row = connection.execute(select(proposals).where(*which).with_for_update()).one_or_none()
    if row is None:
        raise NotFound("There is no such change.")
    match state(row):
        case "confirmed":
            raise Conflict("The change is confirmed already.", extra={"state": "confirmed", "possible": []})
        case "discarded":
            raise Conflict("The change was discarded.", extra={"state": "discarded", "possible": []})
    return row


def allowed(shown: Mapping[str, Any], by: str, *, confirm: str, discard: str = "") -> list[str]:
    """Return which of the operations `confirm` and `discard` the state of a proposal allows `by`; `shown` is its `view`.

    Without `discard`, proposals of its kind are not discarded.
    """
    if shown["state"] != "proposed":
        return []
    confirming = [confirm] if _may_confirm(shown["proposed_by"], by) else []
    return [*confirming, discard] if discard else confirming


def _may_confirm(proposed_by: str, by: str) -> bool:
    return proposed_by != by


def is_in(proposals: Table, state: str) -> ColumnElement[bool]:
    """Return the condition that a discardable proposal is `proposed`, `confirmed` or `discarded`."""
    confirmed, discarded = proposals.c.confirmed_at.is_not(None), proposals.c.discarded_at.is_not(None)
    return {"proposed": ~confirmed & ~discarded, "confirmed": confirmed, "discarded": discarded}[state]


def state(row: Row[Any]) -> str:
    """Return `proposed`, `confirmed` or `discarded`."""
    if row.confirmed_at is not None:
        return "confirmed"
    return "discarded" if getattr(row, "discarded_at", None) is not None else "proposed"


def view(row: Row[Any]) -> dict[str, Any]:
    """Return who proposed, confirmed or discarded, when and why, as the API shows it."""
    shown = {
        "id": str(row.id),
        **({"reason": row.reason} if hasattr(row, "reason") else {}),
        "state": state(row),
        "proposed_by": row.proposed_by,
        "proposed_at": isoformat(row.proposed_at),
        "confirmed_by": row.confirmed_by,
        "confirmed_at": isoformat(row.confirmed_at) if row.confirmed_at else None,
    }
    if not hasattr(row, "discarded_at"):
        return shown
    return shown | {
        "discarded_by": row.discarded_by,
        "discarded_at": isoformat(row.discarded_at) if row.discarded_at else None,
        "discard_reason": row.discard_reason,
    }
