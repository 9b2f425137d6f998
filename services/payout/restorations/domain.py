"""What a file that went to the bank says, and how its rows are held against what the restored database knows. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.payout.orders.lifecycle import Act, sources


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
    """An order as the restored database has it. `holds_fen`: whether money of a budget is reserved for it."""

    row: SentRow
    unit: str
    state: str
    in_batch: bool
    holds_money: bool


@dataclass(frozen=True, slots=True)
class KnownAward:
    """The version of an award in effect: `version` None while it waits for an arrangement; the due year of each instalment."""

    version: int | None
    first_decided_on: str
    due_years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of a file: orders that are known, orders that are not, how many are in a batch already, and mistakes."""

    known: list[KnownOrder]
    unknown: list[SentRow]
    unchanged: int
    mistakes: list[tuple[int, str, str]]


def judge(
    rows: Iterable[SentRow], unit: str, year: int, orders: Mapping[str, KnownOrder], awards: Mapping[str, KnownAward]
) -> Judged:
    """Hold the rows of a file of `unit`, sent in `year`, against `orders` and `awards`; a mistake is (row, code, message)."""
    judged = Judged([], [], 0, [])
    unchanged = 0
    seen: set[str] = set()
    for place, row in enumerate(rows):
        order = orders.get(row.order_id)
        if row.order_id in seen:
            judged.mistakes.append((place, "repeated", "this order stands in the file twice"))
        elif order is not None and (order.row, order.unit) != (row, unit):
            judged.mistakes.append(
                (place, "another_order", "the order of this id has another unit, payee, amount or purpose")
            )
        elif order is not None and order.in_batch:
            unchanged += 1
        elif order is not None and order.state not in sources(Act.REENTER):
            judged.mistakes.append((place, "not_possible", f"the order is {order.state} without having been sent"))
        elif (mistake := _of_award(awards.get(row.award_id), row, year)) is not None:
            judged.mistakes.append((place, *mistake))
        elif order is not None:
            judged.known.append(order)
        else:
            judged.unknown.append(row)
        seen.add(row.order_id)
    return Judged(judged.known, judged.unknown, unchanged, judged.mistakes)


def _of_award(award: KnownAward | None, row: SentRow, year: int) -> tuple[str, str] | None:
    if award is None:
        return (
            "unknown_award",
            "the award's decisions have not arrived again yet: have them told again (`ask`), then repeat",
        )
    if award.version is None:
        return "waits_for_arrangement", "the award waits for an arrangement: confirm the one that was in force again"
    if not 1 <= row.instalment <= len(award.due_years):
        return "no_such_instalment", "the award has no such instalment now: have its decisions told again, then repeat"
    if award.due_years[row.instalment - 1] > year:
        return "not_due", "the instalment was not due yet in that year"
    return None
