"""Which waiting orders get money. Pure, in whole fen.

The queue is in the order (first_decided_on, award_id, instalment). An instalment is funded by all its units or by none. One that
is short holds its place in the budget that lacks the money, and in that one alone: there nothing behind it is funded, so
nobody is overtaken; everywhere else the others flow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


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
    """What is free by unit, fen, and the units whose budget somebody ahead waits for."""

    free: dict[str, int]
    blocked: set[str] = field(default_factory=set)


def choose(queue: Iterable[QueuedOrder], purse: AvailableBudget) -> list[str]:
    """Return the ids of the orders of `queue` that are funded; `purse` is left with what remains and who is blocked."""
    chosen: list[str] = []
    group: list[QueuedOrder] = []
    for claimant in queue:
        if group and (group[0].award_id, group[0].instalment) != (claimant.award_id, claimant.instalment):
            _fund(group, purse, chosen)
            group = []
        group.append(claimant)
    if group:
        _fund(group, purse, chosen)
    return chosen


def _fund(group: list[QueuedOrder], purse: AvailableBudget, chosen: list[str]) -> None:
    need: dict[str, int] = {}
    for claimant in group:
        need[claimant.unit] = need.get(claimant.unit, 0) + claimant.amount_fen
    short = {unit for unit, fen in need.items() if purse.free.get(unit, 0) < fen}
    purse.blocked |= short
    if not purse.blocked.isdisjoint(need):
        return
    for unit, fen in need.items():
        purse.free[unit] -= fen
    chosen += [claimant.id for claimant in group]
