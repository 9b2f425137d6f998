"""What an order waits for, and which waiting orders get money. Pure, in whole fen.

The queue is in the order (first_decided_on, award_id, instalment). An instalment is funded by all its units or by none. One that
is short keeps its position in the budget that lacks the money, and in that one alone: there no later instalment is funded, so
nobody is overtaken; from the other budgets later instalments are funded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from uuid import UUID

from services.payout.budgets.domain import Pot


@dataclass(frozen=True, slots=True)
class HoldTarget:
    """What a hold is on: an award or a payee, one of the two."""

    award_id: UUID | None = None
    uscc: str | None = None


@dataclass(frozen=True, slots=True)
class Blockers:
    """What keeps new orders out of the queue for money: holds in force, payees without an account, years to come."""

    this_year: int
    held_awards: frozenset[str] = frozenset()
    held_payees: frozenset[str] = frozenset()
    without_account: frozenset[str] = frozenset()

    def waits_for(self, award_id: str, uscc: str, due_year: int) -> str:
        """Return what a new order waits for first: its due year, the release of a hold, an account, then money.

        The SQL function `waiting_orders` repeats the rule for stored orders; `test_blockers.py` compares both.
        """
        if due_year > self.this_year:
            return "due_year"
        if award_id in self.held_awards or uscc in self.held_payees:
            return "release"
        return "account" if uscc in self.without_account else "funds"


@dataclass(frozen=True, slots=True)
class QueuedOrder:
    """A waiting order in the queue."""

    id: str
    award_id: str
    instalment: int
    unit: str
    amount_fen: int


@dataclass(slots=True)
class AvailableBudget:
    """What is free by unit, fen, and the units whose budget an instalment ahead waits for."""

    free: dict[str, int]
    blocked: set[str] = field(default_factory=set)


def select_fundable(queue: Iterable[QueuedOrder], budget: AvailableBudget) -> list[str]:
    """Return the ids of the orders of `queue` that are funded; `budget` is left with what remains and what is blocked."""
    fundable: list[str] = []
    instalment: list[QueuedOrder] = []
    for order in queue:
        if instalment and (instalment[0].award_id, instalment[0].instalment) != (order.award_id, order.instalment):
            _fund(instalment, budget, fundable)
            instalment = []
        instalment.append(order)
    if instalment:
        _fund(instalment, budget, fundable)
    return fundable


def _fund(instalment: list[QueuedOrder], budget: AvailableBudget, fundable: list[str]) -> None:
    need: dict[str, int] = {}
    for order in instalment:
        need[order.unit] = need.get(order.unit, 0) + order.amount_fen
    budget.blocked |= {unit for unit, fen in need.items() if budget.free.get(unit, 0) < fen}
    if not budget.blocked.isdisjoint(need):
        return
    for unit, fen in need.items():
        budget.free[unit] -= fen
    fundable += [order.id for order in instalment]


def place(
    orders: Iterable[QueuedOrder], pots: Sequence[Pot]
) -> tuple[dict[tuple[str, int | None], list[str]], set[str]]:
    """Return which money orders that are funded draw on, in their order: ids by (unit, indicator), and units that lack some.

    Each draws on the first of its unit's `pots` that covers it whole. An instalment with an order that none covers is left out,
    and so is what follows in its unit: nobody is overtaken there. `pots` are left with what remains.
    """
    own: dict[str, list[Pot]] = defaultdict(list)
    for pot in pots:
        own[pot.unit].append(pot)
    placed: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    blocked: set[str] = set()
    for _, instalment in groupby(orders, lambda order: (order.award_id, order.instalment)):
        chosen: list[tuple[QueuedOrder, Pot]] = []
        missing: set[str] = set()
        for order in instalment:
            covering = next((pot for pot in own[order.unit] if pot.free_fen >= order.amount_fen), None)
            if covering is None:
                missing.add(order.unit)
            else:
                covering.free_fen -= order.amount_fen
                chosen.append((order, covering))
        blocked |= missing
        if missing or not blocked.isdisjoint(order.unit for order, _ in chosen):
            for order, pot in chosen:
                pot.free_fen += order.amount_fen
        else:
            for order, pot in chosen:
                placed[pot.unit, pot.indicator_id].append(order.id)
    return placed, blocked


def only_pots(need: dict[str, tuple[int, int]], pots: Sequence[Pot]) -> dict[str, int | None] | None:
    """Return the indicator that all orders of each unit draw on, or None if a unit's do not draw on one alone.

    `need` has what the orders of a unit add up to, and the least of them, fen.
    """
    first: dict[str, Pot] = {}
    for pot in pots:
        if pot.unit in need and pot.free_fen >= need[pot.unit][1]:
            first.setdefault(pot.unit, pot)
    if all(unit in first and first[unit].free_fen >= fen for unit, (fen, _) in need.items()):
        return {unit: pot.indicator_id for unit, pot in first.items()}
    return None
