"""What a bank result may do to an order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.payout.orders.lifecycle import OUTCOMES, sources


@dataclass(frozen=True, slots=True)
class Result:
    """A row of the bank's answer. `amount_fen` is checked if the bank gives it."""

    order_id: str
    outcome: str
    occurred_on: date
    bank_reference: str
    reason: str | None = None
    amount_fen: int | None = None
    copied: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Cells that the answer carries of the batch's own file, by heading."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bank's answer: its rows, and the checksum of the batch's file if it was sent back with them."""

    results: list[Result]
    checksum: str | None = None


@dataclass(frozen=True, slots=True)
class BatchedOrder:
    """An order of the batch as it stands, with the results that it has already (outcome → bank reference and day)."""

    state: str
    amount_fen: int
    results: Mapping[str, tuple[str, date]]


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of an answer: those to apply (an order's own in the order in which they happened), how many say what is known
    already, and the mistakes by row (code, message)."""

    apply: list[Result]
    unchanged: int
    mistakes: list[tuple[int, str, str]]


def judge(
    results: Iterable[Result], orders: Mapping[str, BatchedOrder], changed: Mapping[str, str] | None = None
) -> Judged:
    """Hold the bank's rows against the orders of the batch; a row that says again what is known changes nothing.

    An order may be settled and returned by one answer, in whatever order its rows stand. Of rows that contradict each other
    none is applied: which of them is true is for the bank to say. `changed` names, by order, the column in which the row is
    not the one of the batch's file.
    """
    mistakes: list[tuple[int, str, str]] = []
    new: dict[str, dict[Result, int]] = {}
    unchanged = 0
    for place, result in enumerate(results):
        order, said = orders.get(result.order_id), new.setdefault(result.order_id, {})
        if order is None:
            mistakes.append((place, "not_in_batch", "no order of this batch has this id"))
        elif changed and result.order_id in changed:
            mistakes.append(
                (place, "row_changed", f"the file that was sent says otherwise in {changed[result.order_id]}")
            )
        elif result.amount_fen is not None and result.amount_fen != order.amount_fen:
            mistakes.append((place, "another_amount", "the order is about another amount"))
        elif result.outcome in order.results:
            if order.results[result.outcome] == (result.bank_reference, result.occurred_on):
                unchanged += 1
            else:
                mistakes.append((place, "contradiction", "this outcome is recorded with another reference or day"))
        elif result in said:
            unchanged += 1
        else:
            said[result] = place
    apply: list[Result] = []
    for order_id, said in new.items():
        told, mistake = _in_turn(said, orders[order_id].state) if said else ([], None)
        apply += told
        mistakes += [(place, *mistake) for place in said.values() if mistake]
    return Judged(apply, unchanged, sorted(mistakes))


def _in_turn(said: Iterable[Result], state: str) -> tuple[list[Result], tuple[str, str] | None]:
    """Return what is new of an order that is `state`, in the order in which it happened; or nothing, and why."""
    told = sorted(said, key=lambda result: result.outcome != "settled")
    if len(told) > 1 and [result.outcome for result in told] != ["settled", "returned"]:
        return [], ("contradiction", "another row says otherwise of the same order")
    if state not in sources(OUTCOMES[told[0].outcome]):
        return [], ("not_possible", f"the order is {state}; this outcome cannot follow")
    return told, None
