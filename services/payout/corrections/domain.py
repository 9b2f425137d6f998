"""What a correction may make of an order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.payout.orders.lifecycle import Act, sources
from shared.errors import Conflict

REPLACED = "Another order has taken the place of this one, or it is not owed any more, so that its outcome stays."


@dataclass(frozen=True, slots=True)
class Result:
    """A bank result, as it is on record or as it should be."""

    outcome: str
    occurred_on: date
    bank_reference: str


@dataclass(frozen=True, slots=True)
class ReportedOrder:
    """An order of a batch of which the bank has reported something: None if it has not."""

    state: str
    live: bool
    on_record: Result | None


def can_be_corrected(order: ReportedOrder) -> bool:
    """Return whether the bank has reported something of `order` that a correction could replace."""
    return order.on_record is not None and order.state in sources(Act.CORRECT)


def check_correction(order: ReportedOrder, right: Result) -> Result:
    """Return what is on record of `order`, to be replaced by `right`; raises Conflict where that is not possible."""
    on_record = order.on_record
    if on_record is None or not can_be_corrected(order):
        raise Conflict("The bank has not reported anything of this order. Record its answer instead.")
    if on_record == right:
        raise Conflict("This is what is on record.")
    if on_record.outcome != right.outcome and not order.live:
        raise Conflict(REPLACED)
    return on_record
