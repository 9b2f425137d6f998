"""Keeping the mirror of accounts up to date, and letting orders go on whose payee has one now."""

from __future__ import annotations

from datetime import date

from services.payout.accounts import repository
from services.payout.clients.registry import Accounts
from services.payout.orders.repository import change_obstacles
from services.payout.orders.waiting import reconsider
from shared.clock import Clock, calendar_date
from shared.database.engine import Database


class AccountPass:
    """Follows the registry's changes of accounts; orders that waited for one go on."""

    def __init__(self, database: Database, accounts: Accounts, clock: Clock) -> None:
        """Prepare to follow `accounts`."""
        self._database = database
        self._accounts = accounts
        self._clock = clock
        self._known = -1
        self._day: date | None = None

    def step(self) -> bool:
        """Take over what changed since the last step; tells whether anything did. Raises Problem 503 without a registry.

        With each day accounts begin and end, so every waiting order is looked at once a day.
        """
        latest, now = self._accounts.latest_revision(), self._clock.now()
        new_day = calendar_date(now) != self._day
        if latest == self._known and not new_day:
            return False
        changed = 0
        with self._database.transaction() as connection:
            mirrored = repository.mirrored_revision(connection)
            changes = self._accounts.changes(mirrored, latest) if mirrored < latest else []
            change_obstacles(connection)
            # With the first accounts ever the rule begins to hold: whoever has none waits from then on.
            everybody = new_day or repository.is_empty(connection)
            if mirrored < latest:
                repository.mirror(connection, changes, latest)
            if changes or new_day:
                usccs = sorted({change.uscc for change in changes})
                changed = reconsider(connection, now, usccs=None if everybody else usccs)
        self._known, self._day = latest, calendar_date(now)
        return mirrored < latest or changed > 0
