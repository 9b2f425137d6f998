"""The rows of a file that went to the bank, compared with what the restored database has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.payout.orders.lifecycle import Act, sources
from shared.errors import FieldError


@dataclass(frozen=True, slots=True)
class SentRow:
    """A row of a file that went to the bank."""

    order_id: str
    payee_uscc: str
    amount_fen: int
    award_id: str
    instalment: int


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """An order that the restored database has. `holds_money`: money of a budget is reserved for it."""

    row: SentRow
    unit: str
    state: str
    in_batch: bool
    holds_money: bool


@dataclass(frozen=True, slots=True)
class KnownAward:
    """An award's version in effect, None while it waits for an arrangement, and the due year of each instalment."""

    version: int | None
    first_decided_on: str
    due_years: tuple[int, ...]


@dataclass(slots=True)
class CheckedFile:
    """The rows of a file: orders that are known, orders that are not, how many are in a batch already, and mistakes."""

    known: list[KnownOrder] = field(default_factory=list)
    unknown: list[SentRow] = field(default_factory=list)
    unchanged: int = 0
    mistakes: list[FieldError] = field(default_factory=list)


def check_file(
    rows: Iterable[SentRow], unit: str, year: int, orders: Mapping[str, KnownOrder], awards: Mapping[str, KnownAward]
) -> CheckedFile:
    """Compare the rows of a file of `unit`, sent in `year`, with `orders` and `awards`."""
    checked = CheckedFile()
    seen: set[str] = set()
    for place, row in enumerate(rows):
        order = orders.get(row.order_id)
        mistake = _mistake(f"/rows/{place}", row, unit, order, repeated=row.order_id in seen)
        if mistake is None and not (order and order.in_batch):
            mistake = _award_mistake(f"/rows/{place}", row, year, awards.get(row.award_id))
        if mistake is not None:
            checked.mistakes.append(mistake)
        elif order is None:
            checked.unknown.append(row)
        elif order.in_batch:
            checked.unchanged += 1
        else:
            checked.known.append(order)
        seen.add(row.order_id)
    return checked


def _mistake(at: str, row: SentRow, unit: str, order: KnownOrder | None, *, repeated: bool) -> FieldError | None:
    if repeated:
        return FieldError(at, "repeated", "The file has this order twice.")
    if order is None:
        return None
    if (order.row, order.unit) != (row, unit):
        return FieldError(
            at, "another_order", "The order with this id has another unit, payee, amount, award or instalment."
        )
    if not order.in_batch and order.state not in sources(Act.REENTER):
        return FieldError(
            at, "not_possible", "The order is in the state {state} but was never sent.", state=order.state
        )
    return None


def _award_mistake(at: str, row: SentRow, year: int, award: KnownAward | None) -> FieldError | None:
    if award is None:
        return FieldError(
            at,
            "unknown_award",
            "The decisions on this award have not arrived again. Request them (command `ask`), then repeat.",
        )
    if award.version is None:
        return FieldError(
            at, "waits_for_arrangement", "The award waits for an arrangement. Confirm the one that was in force again."
        )
    if not 1 <= row.instalment <= len(award.due_years):
        return FieldError(
            at,
            "no_such_instalment",
            "The award has no such instalment now. Request its decisions again (command `ask`), then repeat.",
        )
    if award.due_years[row.instalment - 1] > year:
        return FieldError(at, "not_due", "The instalment was not due in that year.")
    return None
