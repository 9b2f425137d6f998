"""What an order waits for, and which waiting orders get money. Pure, in whole fen.

The queue is in the order of the first decision's day, the award's place in the policy, its subject and its year, so that nobody's
place depends on when something arrived. An instalment is funded by all its units or by none.

Where a budget lacks money, the arrangement of the day says what happens (`shortage`):

- `in_turn`: an instalment that is short keeps its position in the budget that lacks the money, and in that one alone: there no
  later instalment is funded, so nobody is overtaken; from the other budgets later instalments are funded.
- `in_proportion`: let a day be short in some budgets. Each of its instalments gets the same proportion f of what it needs, the
  smallest of (free ÷ needed on that day) over its short budgets: of an order ⌊amount × f⌋ now, the rest later. Then no later
  instalment is funded from the short budgets until the day is covered. What a day needs includes its instalments that an earlier
  day keeps waiting in another budget: their share stays theirs.

Rounding down leaves some money over, and so does a unit whose partner has less. That is not shared out again by itself, which
would pay a day in ever smaller amounts: a day is shared again once more is free in one of its budgets than it left there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple
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
    confirmed: frozenset[tuple[str, int]] = frozenset()
    """Later instalments (award, instalment) whose project still operates, as an officer confirmed."""

    def waits_for(self, award_id: str, uscc: str, due_year: int, instalment: int = 1) -> str:
        """Return what a new order waits for first: its due year, the release of a hold, an account, then money.

        An `instalment` after the first waits for its confirmation like for the release of a hold.

        The SQL function `waiting_orders` repeats the rule for stored orders; `test_blockers.py` compares both.
        """
        if due_year > self.this_year:
            return "due_year"
        if award_id in self.held_awards or uscc in self.held_payees:
            return "release"
        if instalment > 1 and (award_id, instalment) not in self.confirmed:
            return "release"
        return "account" if uscc in self.without_account else "funds"


@dataclass(frozen=True, slots=True)
class QueuedOrder:
    """A waiting order in the queue; `day` is that of the first decision."""

    id: str
    day: date
    award_id: str
    instalment: int
    unit: str
    amount_fen: int


class Funded(NamedTuple):
    """An order that gets money, and how much: less than its amount if its day is shared in proportion."""

    order: QueuedOrder
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ProportionalPeriod:
    """Days of first decisions whose shortages are shared in proportion in the budgets `units`: those of an arrangement."""

    first: date
    until: date | None
    units: frozenset[str]

    def includes(self, day: date) -> bool:
        """Return whether `day` is in the period."""
        return self.first <= day and (self.until is None or day < self.until)


class Shared(NamedTuple):
    """A day that was shared in proportion in a budget: what was available for it, and what it needed; fen."""

    day: date
    unit: str
    available_fen: int
    needed_fen: int


@dataclass(slots=True)
class AvailableBudget:
    """What is free by unit, fen; the units whose budget an instalment ahead waits for; what days that were shared left in budgets
    (fen by day and unit); and what was shared now.
    """

    free: dict[str, int]
    blocked: set[str] = field(default_factory=set)
    left_over: dict[tuple[date, str], int] = field(default_factory=dict)
    shared: list[Shared] = field(default_factory=list)

    def lacks(self, unit: str, fen: int) -> bool:
        """Return whether less than `fen` is free in the budget of `unit`."""
        return self.free.get(unit, 0) < fen

    def spend(self, unit: str, fen: int) -> None:
        """Take `fen` from what is free, first from what shared days left over."""
        self.free[unit] -= fen
        for day, own in self.left_over:
            if own == unit:
                self.left_over[day, unit] = max(0, self.left_over[day, unit] - fen)

    def give_back(self, unit: str, fen: int) -> None:
        """Return `fen` that was spent, and that no indicator covers: it is left over from the days that were shared."""
        self.free[unit] += fen
        for day, own in self.left_over:
            if own == unit:
                self.left_over[day, unit] += fen

    def has_more_for(self, day: date, units: Iterable[str]) -> bool:
        """Return whether `day` was not shared yet, or more is free in the budget of one of `units` than it left there."""
        return any(self.free.get(unit, 0) > self.left_over.get((day, unit), -1) for unit in units)


def select_fundable(
    queue: Iterable[QueuedOrder], budget: AvailableBudget, in_proportion: Sequence[ProportionalPeriod] = ()
) -> list[Funded]:
    """Return which orders of `queue` are funded; `budget` is left with what remains and what is blocked.

    A day within a period of `in_proportion` has to be in the queue as a whole.
    """
    funded: list[Funded] = []
    for day, orders in groupby(queue, key=lambda order: order.day):
        proportional = frozenset[str]().union(*(period.units for period in in_proportion if period.includes(day)))
        to_share: list[list[QueuedOrder]] = []
        for _, own in groupby(orders, key=lambda order: (order.award_id, order.instalment)):
            instalment = list(own)
            if instalment[0].unit in proportional:
                to_share.append(instalment)
            else:
                _fund(instalment, budget, funded)
        if to_share:
            _share(day, to_share, budget, funded)
    return funded


def _fund(instalment: Sequence[QueuedOrder], budget: AvailableBudget, funded: list[Funded]) -> None:
    need = _needed([instalment])
    budget.blocked |= {unit for unit, fen in need.items() if budget.lacks(unit, fen)}
    if not budget.blocked.isdisjoint(need):
        return
    for order in instalment:
        budget.spend(order.unit, order.amount_fen)
        funded.append(Funded(order, order.amount_fen))


def _share(
    day: date, instalments: Sequence[Sequence[QueuedOrder]], budget: AvailableBudget, funded: list[Funded]
) -> None:
    able = [each for each in instalments if budget.blocked.isdisjoint(order.unit for order in each)]
    need = _needed(instalments)
    short = {unit for unit, fen in need.items() if budget.lacks(unit, fen)}
    shares_again = budget.has_more_for(day, need)
    free = {unit: budget.free.get(unit, 0) if shares_again else 0 for unit in short}
    proportions = {unit: Fraction(free[unit], need[unit]) for unit in short}
    if shares_again:
        budget.shared += [Shared(day, unit, free[unit], need[unit]) for unit in sorted(short)]
    for instalment in able:
        units = {order.unit for order in instalment}
        proportion = min((proportions[unit] for unit in units & short), default=Fraction(1))
        parts = [
            Funded(order, order.amount_fen * proportion.numerator // proportion.denominator) for order in instalment
        ]
        if {part.order.unit for part in parts if part.amount_fen} != units:
            continue  # all its units or none
        for part in parts:
            if part.amount_fen:
                budget.spend(part.order.unit, part.amount_fen)
                funded.append(part)
    budget.left_over |= {(day, unit): budget.free.get(unit, 0) for unit in need if short}
    budget.blocked |= short


def _needed(instalments: Iterable[Sequence[QueuedOrder]]) -> dict[str, int]:
    need: dict[str, int] = defaultdict(int)
    for instalment in instalments:
        for order in instalment:
            need[order.unit] += order.amount_fen
    return need


def free_of(pots: Iterable[Pot]) -> dict[str, int]:
    """Return what is free by unit, fen."""
    free: dict[str, int] = defaultdict(int)
    for pot in pots:
        free[pot.unit] += pot.free_fen
    return dict(free)


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
