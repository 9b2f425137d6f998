"""What a bank result may do to an order. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.payout.orders.lifecycle import OUTCOMES, sources
from shared.errors import FieldError, Invalid
from shared.i18n import N_
from shared.spelling import code_key


@dataclass(frozen=True, slots=True)
class BankResult:
    """What the bank reports of an order. `amount_fen` is checked if the bank gives it.

    `line` is the row's place in the answer, `at` what errors call it.
    """

    order_id: str
    outcome: str
    occurred_on: date
    bank_reference: str
    reason: str | None = None
    amount_fen: int | None = field(default=None, compare=False)
    line: int = field(default=0, compare=False)
    at: str = field(default="", compare=False)


class ResultsRefused(Invalid):
    """Rows were refused, nothing was recorded."""

    code = "results-refused"
    title = N_("Rows were refused, nothing was recorded")


Mistake = tuple[int, FieldError]
"""What is wrong with the row at a line."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which a result of a batch may have happened: from that of the batch to today."""

    first: date
    today: date


@dataclass(frozen=True, slots=True)
class BatchedOrder:
    """An order of a batch, with the results on record (outcome → bank reference and day) and the outcomes that a correction
    has replaced.
    """

    state: str
    amount_fen: int
    results: Mapping[str, tuple[str, date]]
    replaced: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class CheckedResults:
    """The rows of an answer: those to apply (an order's own in the order of their events), how many are recorded already, and
    the mistakes in the others.
    """

    accepted: list[BankResult]
    unchanged: int
    mistakes: list[Mistake]


def check_results(
    results: Iterable[BankResult], orders: Mapping[str, BatchedOrder], changed: Mapping[str, str], days: Days
) -> CheckedResults:
    """Compare the bank's rows with the orders of the batch; a row that repeats a recorded result changes nothing.

    One answer may settle and return an order, whatever the order of its rows. Of rows that contradict each other none is
    applied: only the bank can say which is true. `changed` names, by order, the column that differs from the batch's file.
    """
    mistakes: dict[int, FieldError] = {}
    new: dict[str, dict[BankResult, None]] = {}
    unchanged = 0
    for result in results:
        order = orders.get(result.order_id)
        mistake = next(_mistakes(result, order, changed.get(result.order_id), days), None)
        if mistake is not None:
            mistakes[result.line] = mistake
        elif (order and result.outcome in order.results) or result in new.get(result.order_id, {}):
            unchanged += 1
        else:
            new.setdefault(result.order_id, {})[result] = None
    accepted: list[BankResult] = []
    for order_id, reported in new.items():
        in_order = sorted(reported, key=lambda result: result.outcome != "settled")
        contradiction = _contradiction(in_order, orders[order_id].state)
        if contradiction is None:
            accepted += in_order
        else:
            mistakes |= {result.line: FieldError(result.at, *contradiction) for result in in_order}
    return CheckedResults(accepted, unchanged, sorted(mistakes.items()))


def day_mistake(at: str, day: date, days: Days) -> FieldError | None:
    """Return what is wrong with the day of a result."""
    if day < days.first:
        message = N_("The day is before {first}, on which the batch was made.")
        return FieldError(at, "before_batch", message, first=days.first.isoformat())
    if day > days.today:
        return FieldError(at, "in_future", "The day is after today, {today}.", today=days.today.isoformat())
    return None


def _mistakes(
    result: BankResult, order: BatchedOrder | None, changed_column: str | None, days: Days
) -> Iterator[FieldError]:
    """Find what is wrong with a row by itself, the gravest first."""
    at = result.at
    if order is None:
        yield FieldError(at, "not_in_batch", "This batch has no order with this id.")
        return
    if changed_column is not None:
        message = N_("The column {column} differs from the file that was sent.")
        yield FieldError(at, "row_changed", message, column=changed_column)
    if result.amount_fen is not None and result.amount_fen != order.amount_fen:
        yield FieldError(at, "another_amount", "The order has another amount.")
    wrong_day = day_mistake(at, result.occurred_on, days)
    if wrong_day is not None:
        yield wrong_day
    recorded = order.results.get(result.outcome)
    if recorded is not None and not _same(recorded, result):
        message = N_("The record has another bank reference or day; propose a correction if the record is wrong.")
        yield FieldError(at, "contradiction", message)
    if recorded is None and result.outcome in order.replaced:
        message = N_("This outcome was corrected; propose another correction if it was right.")
        yield FieldError(at, "corrected", message)


def _same(recorded: tuple[str, date], result: BankResult) -> bool:
    reference, day = recorded
    same_reference = reference == result.bank_reference or code_key(reference) == code_key(result.bank_reference)
    return same_reference and day == result.occurred_on


def _contradiction(in_order: list[BankResult], state: str) -> tuple[str, str] | None:
    """Return why the new results of an order that is `state` cannot be applied, in the order of their events."""
    if len(in_order) > 1 and [result.outcome for result in in_order] != ["settled", "returned"]:
        return "contradiction", N_("Another row reports a different result of the same order.")
    if state not in sources(OUTCOMES[in_order[0].outcome]):
        return "not_possible", N_("The order has another result already. Propose a correction if that is wrong.")
    return None
