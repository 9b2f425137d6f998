"""Background passes over waiting orders: the funding pass, and the account pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from services.payout.budgets import repository as budgets
from services.payout.budgets.domain import Pot
from services.payout.clients.registry import Accounts
from services.payout.enums import SYSTEM, UNITS
from services.payout.funding import repository
from services.payout.funding.domain import (
    AvailableBudget,
    ProportionalPeriod,
    Shared,
    free_of,
    only_pots,
    place,
    select_fundable,
)
from services.payout.orders import transitions
from services.payout.orders.domain import BEGINNING, END, QueuePosition
from services.payout.orders.repository import lock_exclusively
from shared.audit import log as audit
from shared.clock import Clock, calendar_date
from shared.database.engine import Database

PAGE_ORDERS = 20_000
"""Orders considered in one transaction of a funding pass."""


class FundingPass:
    """Reserves money for waiting orders, in the order of the queue (`QueuePosition`), page by page. One at a time anywhere."""

    def __init__(self, database: Database, clock: Clock, *, page_orders: int = PAGE_ORDERS) -> None:
        """Prepare passes over `database`, each transaction considering `page_orders` orders."""
        self._database = database
        self._clock = clock
        self._page_orders = page_orders
        self._seen: tuple[object, ...] | None = None
        self._passes_skipped = 0

    def step(self) -> bool:
        """Make one pass if anything changed since the last; returns whether any order was issued."""
        now = self._clock.now()
        year = calendar_date(now).year
        with self._database.transaction() as connection:
            transitions.reconsider(connection, now, only_due=True)
        with self._database.reading() as connection:
            seen = repository.fingerprint(connection, year)
        if seen == self._seen and self._passes_skipped < 100:
            self._passes_skipped += 1
            return False
        self._passes_skipped = 0
        issued = self.run(now, year)
        # Changes made while the pass ran are missing in the earlier fingerprint, so the next step runs again.
        self._seen = None if issued else seen
        return issued > 0

    def run(self, now: datetime, year: int) -> int:
        """Fund the queue once from its beginning; returns how many orders were issued."""
        blocked: set[str] = set()
        start = BEGINNING
        issued = 0
        while True:
            with self._database.transaction() as connection:
                if not repository.lock_pass(connection):
                    return issued
                lock_exclusively(connection)
                in_proportion = repository.in_proportion(connection)
                until = repository.page_end(connection, start, self._page_orders, in_proportion)
                left_over = repository.left_over(connection, year)
                pots = budgets.lock_pots(connection, year)
                budget = AvailableBudget(free_of(pots), blocked, dict(left_over))
                funded = _page(connection, start, until, budget, pots, in_proportion, now, year)
                if funded:
                    details = {"orders": funded} | ({"shared": _shown(budget.shared)} if budget.shared else {})
                    audit.record(
                        connection,
                        actor=SYSTEM,
                        act="fund_payment_orders",
                        subjects=[f"budget:{year}"],
                        details=details,
                    )
                repository.keep_left_over(connection, year, left_over, budget.left_over)
                issued += funded
            if until == END or blocked.issuperset(UNITS):
                return issued
            start = until


def _page(
    connection: Connection,
    start: QueuePosition,
    until: QueuePosition,
    budget: AvailableBudget,
    pots: Sequence[Pot],
    in_proportion: Sequence[ProportionalPeriod],
    now: datetime,
    year: int,
) -> int:
    need = repository.needed(connection, start, until)
    if not need:
        return 0
    money = only_pots(need, pots) if budget.blocked.isdisjoint(need) else None
    if money is not None:
        # With enough money for all there is nothing to choose, and no row has to leave the database.
        for unit, (fen, _) in need.items():
            budget.spend(unit, fen)
        return transitions.fund(connection, year, now, money, start=start, until=until)
    funded = select_fundable(repository.queue(connection, start, until), budget, in_proportion)
    placed, missing = place((replace(order, amount_fen=fen) for order, fen in funded), pots)
    budget.blocked |= missing
    drawn = {order_id for ids in placed.values() for order_id in ids}
    for order, fen in funded:
        if order.id not in drawn:
            budget.give_back(order.unit, fen)
    cut = {order.id: fen for order, fen in funded if fen < order.amount_fen and order.id in drawn}
    parts = transitions.divide(connection, cut)
    return sum(
        transitions.fund(
            connection,
            year,
            now,
            {unit: indicator},
            start=start,
            until=until,
            order_ids=[parts.get(order_id, order_id) for order_id in ids],
        )
        for (unit, indicator), ids in placed.items()
    )


def _shown(shared: Sequence[Shared]) -> dict[str, int]:
    available = {f"{each.day}:{each.unit}:available_fen": each.available_fen for each in shared}
    return available | {f"{each.day}:{each.unit}:needed_fen": each.needed_fen for each in shared}


class AccountPass:
    """Mirrors the registry's changes of accounts; orders that waited for one continue."""

    def __init__(self, database: Database, accounts: Accounts, clock: Clock) -> None:
        """Prepare to follow `accounts`."""
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._known = -1
        self._day: date | None = None

    def step(self) -> bool:
        """Mirror what changed since the last step; returns whether anything did. Raises Unavailable without a registry.

        Accounts begin and end with a day, so every waiting order is reconsidered once a day.
        """
        latest, now = self._accounts.latest_revision(), self._clock.now()
        new_day = calendar_date(now) != self._day
        if latest == self._known and not new_day:
            return False
        changed = 0
        with self._database.transaction() as connection:
            mirrored = repository.mirrored_revision(connection)
            changes = self._accounts.changes(mirrored, latest) if mirrored < latest else []
            repository.lock_blockers_exclusive(connection)
            # From the first account on, payees without one wait: all orders are reconsidered.
            all_payees = new_day or not repository.has_accounts(connection)
            if mirrored < latest:
                repository.mirror(connection, changes, latest)
            if changes or new_day:
                usccs = sorted({change.uscc for change in changes})
                changed = transitions.reconsider(connection, now, usccs=None if all_payees else usccs)
        self._known, self._day = latest, calendar_date(now)
        return mirrored < latest or changed > 0
