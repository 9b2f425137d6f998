"""Preview an arrangement: how it would split, and what each way to bear a shortage would fund. Nothing is changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.payout.arrangements import handlers as arrangements
from services.payout.arrangements import repository as documents
from services.payout.arrangements.domain import Shortage
from services.payout.budgets import repository as budgets
from services.payout.funding import repository
from services.payout.funding.domain import AvailableBudget, ProportionalPeriod, QueuedOrder, free_of, select_fundable
from services.payout.orders.domain import QueuePlace, QueuePosition
from shared.fiscal_split import rule_for, split


def preview(connection: Connection, arrangement_id: UUID, year: int) -> dict[str, Any]:
    """Return what an arrangement would make of the awards first decided in its period; raises NotFound."""
    found = arrangements.get(connection, arrangement_id)
    own = repository.period_of(connection, arrangement_id)
    others = repository.in_proportion(connection, other_than=arrangement_id)
    free = free_of(budgets.pots(connection, year))
    queue = _queue(connection, arrangement_id, year)
    ways = {Shortage.IN_TURN: others, Shortage.IN_PROPORTION: [*others, own]}
    shown = {way.value: _way(queue, AvailableBudget(dict(free)), periods, own) for way, periods in ways.items()}
    of_units = [{"unit": unit, "amount_fen": fen} for unit, fen in sorted(free.items()) if unit in own.units]
    return documents.preview(connection, arrangement_id) | {
        "sample": found["sample"],
        "shortage": {"year": year, "free": of_units} | shown,
    }


def _queue(connection: Connection, arrangement_id: UUID, year: int) -> list[QueuedOrder]:
    """Return the queue with the orders that awards would get in it which wait for an arrangement in the period."""
    placed = repository.placed_queue(connection)
    rules = documents.rules_of(connection, arrangement_id)
    for award in repository.waiting_in_period(connection, arrangement_id):
        rule = rule_for(rules, award.jurisdiction, award.award)
        place = QueuePlace.of(award.award, award.subject, award.award_year)
        position = QueuePosition(award.first_decided_on.isoformat(), *place, award.award_id)
        for unit, parts in split([part["amount_fen"] for part in award.instalments], rule) if rule else ():
            placed += [
                (position, QueuedOrder("", award.first_decided_on, award.award_id, number, unit, fen))
                for number, (part, fen) in enumerate(zip(award.instalments, parts, strict=True), start=1)
                if fen and part["due_year"] <= year
            ]
    placed.sort(key=lambda each: (each[0], each[1].instalment))
    return [order for _, order in placed]


def _way(
    queue: Sequence[QueuedOrder],
    budget: AvailableBudget,
    in_proportion: Sequence[ProportionalPeriod],
    period: ProportionalPeriod,
) -> dict[str, Any]:
    needed_by_unit: Counter[str] = Counter()
    needed: Counter[tuple[str, int]] = Counter()
    for order in queue:
        if period.includes(order.day) and order.unit in period.units:
            needed_by_unit[order.unit] += order.amount_fen
            needed[order.award_id, order.instalment] += order.amount_fen
    funded_by_unit: Counter[str] = Counter()
    funded: Counter[tuple[str, int]] = Counter()
    for order, fen in select_fundable(queue, budget, in_proportion):
        if (order.award_id, order.instalment) in needed:
            funded_by_unit[order.unit] += fen
        funded[order.award_id, order.instalment] += fen
    in_full = sum(funded[key] == fen for key, fen in needed.items())
    not_at_all = sum(funded[key] == 0 for key in needed)
    return {
        "units": [
            {"unit": unit, "needed_fen": fen, "funded_fen": funded_by_unit[unit]}
            for unit, fen in sorted(needed_by_unit.items())
        ],
        "in_full": in_full,
        "in_part": len(needed) - in_full - not_at_all,
        "not_at_all": not_at_all,
    }
