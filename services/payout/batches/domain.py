"""What a bank result may do to an order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

NEXT = {("batched", "settled"), ("batched", "failed"), ("settled", "returned"), ("batched", "returned")}
"""Which outcome may follow which state of the order."""


@dataclass(frozen=True, slots=True)
class Result:
    """A row of the bank's answer. `amount_fen` is checked if the bank gives it."""

    order_id: str
    outcome: str
    occurred_on: date
    bank_reference: str
    reason: str | None = None
    amount_fen: int | None = None
    copied: Mapping[str, str] = field(default_factory=dict)
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
    """The rows of an answer: those to apply, how many say what is known already, and the mistakes by row (code, message)."""

    apply: list[Result]
    unchanged: int
    mistakes: list[tuple[int, str, str]]


def judge(
    results: Iterable[Result], orders: Mapping[str, BatchedOrder], changed: Mapping[str, str] | None = None
) -> Judged:
    """Hold the bank's rows against the orders of the batch; a row that says again what is known changes nothing.

    Of rows that contradict each other none is applied: which of them is true is for the bank to say.
    `changed` names, by order, the column in which the row is not the one of the batch's file.
    """
    apply: list[Result] = []
    mistakes: list[tuple[int, str, str]] = []
    unchanged = 0
    results = list(results)
    first: dict[str, Result] = {}
    contradicted = {each.order_id for each in results if first.setdefault(each.order_id, each) != each}
    seen: set[str] = set()
    for place, result in enumerate(results):
        order = orders.get(result.order_id)
        if order is None:
            mistakes.append((place, "not_in_batch", "no order of this batch has this id"))
        elif changed and result.order_id in changed:
            mistakes.append(
                (place, "row_changed", f"the file that was sent says otherwise in {changed[result.order_id]}")
            )
        elif result.order_id in contradicted:
            mistakes.append((place, "contradiction", "another row says otherwise of the same order"))
        elif result.order_id in seen:
            unchanged += 1
        elif result.amount_fen is not None and result.amount_fen != order.amount_fen:
            mistakes.append((place, "another_amount", "the order is about another amount"))
        elif result.outcome in order.results:
            if order.results[result.outcome] == (result.bank_reference, result.occurred_on):
                unchanged += 1
            else:
                mistakes.append((place, "contradiction", "this outcome is recorded with another reference or day"))
        elif (order.state, result.outcome) not in NEXT:
            mistakes.append((place, "not_possible", f"the order is {order.state}; this outcome cannot follow"))
        else:
            apply.append(result)
        seen.add(result.order_id)
    return Judged(apply, unchanged, mistakes)
