"""What a bank result may do to an order. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.payout.orders.lifecycle import OUTCOMES, sources
from shared.errors import FieldError


@dataclass(frozen=True, slots=True)
class BankResult:
    """What the bank reports of an order. `amount_fen` is checked if the bank gives it."""

    order_id: str
    outcome: str
    occurred_on: date
    bank_reference: str
    reason: str | None = None
    amount_fen: int | None = None
    copied: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Cells copied from the batch's own file, by heading."""


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """The bank's answer to a batch: its rows, and the checksum of the batch's file if the answer has one."""

    results: list[BankResult]
    checksum: str | None = None


@dataclass(frozen=True, slots=True)
class BatchedOrder:
    """An order of a batch, with the results that are recorded already (outcome → bank reference and day)."""

    state: str
    amount_fen: int
    results: Mapping[str, tuple[str, date]]


@dataclass(frozen=True, slots=True)
class CheckedResults:
    """The rows of an answer: those to apply (an order's own in the order of their events), how many are recorded already, and
    the mistakes by row."""

    accepted: list[BankResult]
    unchanged: int
    mistakes: list[FieldError]


def check_results(
    results: Iterable[BankResult], orders: Mapping[str, BatchedOrder], changed: Mapping[str, str]
) -> CheckedResults:
    """Compare the bank's rows with the orders of the batch; a row that repeats a recorded result changes nothing.

    One answer may settle and return an order, whatever the order of its rows. Of rows that contradict each other none is
    applied: only the bank can say which is true. `changed` names, by order, the column that differs from the batch's file.
    """
    mistakes: dict[int, FieldError] = {}
    new: dict[str, dict[BankResult, int]] = {}
    unchanged = 0
    for place, result in enumerate(results):
        order, reported = orders.get(result.order_id), new.get(result.order_id, {})
        mistake = _mistake(f"/rows/{place}", result, order, changed.get(result.order_id))
        if mistake is not None:
            mistakes[place] = mistake
        elif (order and result.outcome in order.results) or result in reported:
            unchanged += 1
        else:
            new.setdefault(result.order_id, {})[result] = place
    accepted: list[BankResult] = []
    for order_id, reported in new.items():
        in_order = sorted(reported, key=lambda result: result.outcome != "settled")
        for place in reported.values():
            mistake = _contradiction(f"/rows/{place}", in_order, orders[order_id].state)
            if mistake is not None:
                mistakes[place] = mistake
        if not mistakes.keys() & reported.values():
            accepted += in_order
    return CheckedResults(accepted, unchanged, [mistakes[place] for place in sorted(mistakes)])


def _mistake(at: str, result: BankResult, order: BatchedOrder | None, changed_column: str | None) -> FieldError | None:
    if order is None:
        return FieldError(at, "not_in_batch", "This batch has no order with this id.")
    if changed_column is not None:
        return FieldError(
            at, "row_changed", "The column {column} differs from the file that was sent.", column=changed_column
        )
    if result.amount_fen is not None and result.amount_fen != order.amount_fen:
        return FieldError(at, "another_amount", "The order has another amount.")
    recorded = order.results.get(result.outcome)
    if recorded is not None and recorded != (result.bank_reference, result.occurred_on):
        return FieldError(at, "contradiction", "This outcome is recorded with another bank reference or day.")
    return None


def _contradiction(at: str, in_order: list[BankResult], state: str) -> FieldError | None:
    """Return why the new results of an order that is `state` cannot be applied, in the order of their events."""
    if len(in_order) > 1 and [result.outcome for result in in_order] != ["settled", "returned"]:
        return FieldError(at, "contradiction", "Another row reports a different result of the same order.")
    if state not in sources(OUTCOMES[in_order[0].outcome]):
        return FieldError(at, "not_possible", "An order in the state {state} cannot have this outcome.", state=state)
    return None
