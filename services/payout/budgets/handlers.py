"""Use cases of the budgets: recording an appropriation, and the funding pass."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from services.payout.budgets import repository
from services.payout.budgets.domain import AvailableBudget, QueuedOrder, choose
from services.payout.budgets.forecast import forecast
from services.payout.budgets.repository import Place
from services.payout.clients.eligibility import Decisions
from services.payout.enums import UNITS
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders.handlers import BY
from services.payout.orders.repository import lock_exclusively
from services.payout.orders.waiting import reconsider
from shared.audit import log as audit
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.errors import Conflict, FieldError, Invalid

PAGE_ORDERS = 20_000
"""Orders looked at in one transaction of a funding pass."""
PASS_LOCK = 0x66756E64696E67  # "funding"


def appropriate(
    connection: Connection, *, unit: str, year: int, amount_fen: int, document: str, by: str
) -> dict[str, Any]:
    """Record an appropriation, or with a negative amount a reduction, and return it.

    Raises Problem 409 if the budget would fall below what is reserved.
    """
    if amount_fen == 0:
        raise Invalid(errors=[FieldError("/amount_fen", "zero", "an appropriation of nothing says nothing")])
    try:
        repository.appropriate(connection, unit, year, amount_fen)
    except IntegrityError as error:
        raise Conflict(
            "The budget would fall below what is reserved for orders; reduce it by at most what is free.",
            errors=[FieldError("/amount_fen", "below_reserved", "less than what is reserved would be left")],
        ) from error
    postings.post(connection, [ledger.appropriation(unit, year, amount_fen, document)], by=by)
    number = repository.add_appropriation(
        connection, unit=unit, year=year, amount_fen=amount_fen, document=document, by=by
    )
    return repository.appropriation(connection, number)


def carry_over(
    connection: Connection, *, unit: str, year: int, amount_fen: int | None, document: str, by: str
) -> list[dict[str, Any]]:
    """Carry what is free in a budget (all of it, or `amount_fen`) over to the year after, and return both appropriations.

    Raises Problem 409 if less is free.
    """
    available = repository.lock_free(connection, unit, year)
    moved = available if amount_fen is None else amount_fen
    if moved <= 0 or moved > available:
        raise Conflict(
            "At most what is free, `free_fen`, can be carried over; the rest is reserved for orders.",
            errors=[FieldError("/amount_fen", "more_than_free", "less is free in this budget")],
            extra={"free_fen": available},
        )
    postings.post(connection, [ledger.carried_over(unit, year, moved, document)], by=by)
    made = []
    for to, fen in ((year, -moved), (year + 1, moved)):
        repository.appropriate(connection, unit, to, fen)
        number = repository.add_appropriation(connection, unit=unit, year=to, amount_fen=fen, document=document, by=by)
        made.append(repository.appropriation(connection, number))
    return made


def budget(
    connection: Connection,
    decisions: Decisions | None,
    *,
    unit: str,
    year: int,
    this_year: int,
    jurisdiction: str | None,
) -> dict[str, Any]:
    """Return a unit's budget of `year` with its documents and the forecast of what approved and proposed decisions will need."""
    return repository.view(connection, unit, year, this_year) | {
        "forecast": forecast(
            connection, decisions, unit=unit, year=year, this_year=this_year, jurisdiction=jurisdiction
        ),
        "appropriations": repository.appropriations_of(connection, unit, year),
    }


class FundingPass:
    """Reserves money for waiting orders, in the order (first_decided_on, award_id), page by page. One at a time anywhere."""

    def __init__(self, database: Database, clock: Clock, *, page_orders: int = PAGE_ORDERS) -> None:
        """Prepare passes over `database`, each transaction looking at `page_orders` orders."""
        self._database = database
        self._clock = clock
        self._page_orders = page_orders
        self._seen: tuple[object, ...] | None = None
        self._passes_skipped = 0

    def step(self) -> bool:
        """Make one pass if anything changed since the last; tells whether any order was issued."""
        now = self._clock.now()
        year = calendar_date(now).year
        with self._database.transaction() as connection:
            reconsider(connection, now, due=True)
        with self._database.reading() as connection:
            seen = repository.fingerprint(connection, year)
        if seen == self._seen and self._passes_skipped < 100:
            self._passes_skipped += 1
            return False
        self._passes_skipped = 0
        issued = self.run(now, year)
        # What changed while the pass ran is not in the fingerprint of before, so it is looked at next time.
        self._seen = None if issued else seen
        return issued > 0

    def run(self, now: datetime, year: int) -> int:
        """Go once through the queue; returns how many orders were issued."""
        blocked: set[str] = set()
        start: Place | None = None
        issued = 0
        while True:
            with self._database.transaction() as connection:
                if not connection.execute(
                    text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": PASS_LOCK}
                ).scalar_one():
                    return issued
                lock_exclusively(connection)
                until = repository.page_end(connection, start, self._page_orders)
                funded = self._page(connection, start, until, blocked, now, year)
                if funded:
                    audit.record(
                        connection,
                        actor=BY,
                        act="fund_payment_orders",
                        subjects=[f"budget:{year}"],
                        details={"orders": funded},
                    )
                issued += funded
            if until is None or blocked.issuperset(UNITS):
                return issued
            start = until

    def _page(
        self,
        connection: Connection,
        start: Place | None,
        until: Place | None,
        blocked: set[str],
        now: datetime,
        year: int,
    ) -> int:
        free = repository.free(connection, year)
        need = repository.needed(connection, start, until)
        if blocked.isdisjoint(need) and all(fen <= free.get(unit, 0) for unit, fen in need.items()):
            # Where there is money for all, there is nothing to choose and no row has to leave the database.
            return repository.fund_between(connection, start, until, year, now, by=BY) if need else 0
        queue = [
            QueuedOrder(row.id, row.award_id, row.instalment, row.unit, row.amount_fen)
            for row in repository.queue(connection, start, until)
        ]
        chosen = choose(queue, AvailableBudget(free, blocked))
        return repository.fund(connection, chosen, year, now, by=BY) if chosen else 0
