"""Read blockers and the queue for money; keep the mirror of payees' accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import astuple
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from services.payout.budgets import repository as budgets
from services.payout.clients.registry import AccountChange
from services.payout.funding.domain import Blockers, QueuedOrder
from services.payout.orders.domain import END, QueuePosition
from shared.clock import calendar_date
from shared.database.bulk import array
from shared.database.queries import load

queries = load(__package__)

BLOCKERS_LOCK = 0x6F6273746163  # "obstac", as the version before has it
"""Advisory lock of a transaction: shared by transactions that read holds and accounts, exclusive for those that change them."""
PASS_LOCK = 0x66756E64696E67  # "funding"


def lock_blockers_shared(connection: Connection) -> None:
    """Keep holds and mirrored accounts as they are until the transaction ends. Call it before any row is locked."""
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": BLOCKERS_LOCK})


def lock_blockers_exclusive(connection: Connection) -> None:
    """Wait for transactions that create orders, and keep others out: no order is created from outdated blockers."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": BLOCKERS_LOCK})


def lock_pass(connection: Connection) -> bool:
    """Become the only funding pass until the transaction ends; returns False if there is another one."""
    locked = connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": PASS_LOCK})
    return bool(locked.scalar_one())


def blockers(connection: Connection, award_ids: Collection[str], usccs: Collection[str], now: datetime) -> Blockers:
    """Return what keeps orders of `award_ids` to `usccs` from being funded."""
    today = calendar_date(now)
    holds = connection.execute(queries.holds_in_force, {"award_ids": array(award_ids)}).all()
    without = connection.execute(queries.without_account, {"usccs": array(usccs), "today": today})
    return Blockers(
        today.year,
        frozenset(row.award_id for row in holds if row.award_id),
        frozenset(row.uscc for row in holds if row.uscc),
        frozenset(row.uscc for row in without),
    )


def jurisdiction_of(connection: Connection, award_id: UUID) -> str | None:
    """Return the jurisdiction of an award, or None if payout does not have the award."""
    of_award = text("SELECT jurisdiction FROM awards WHERE award_id = :award_id")
    return connection.execute(of_award, {"award_id": award_id}).scalar_one_or_none()


def has_accounts(connection: Connection) -> bool:
    """Return whether the mirror holds any account."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM payee_accounts)")).scalar_one())


def mirrored_revision(connection: Connection) -> int:
    """Return the revision of the registry that the mirror has reached, and lock it; 0 if it is new."""
    connection.execute(text("INSERT INTO account_feed (revision) VALUES (0) ON CONFLICT DO NOTHING"))
    return int(connection.execute(queries.mirrored).scalar_one())


def mirror(connection: Connection, changes: Sequence[AccountChange], revision: int) -> None:
    """Apply `changes` to the mirror, which has then reached `revision`."""
    current = [change for change in changes if not change.withdrawn]
    withdrawn = [change for change in changes if change.withdrawn]
    connection.execute(
        queries.delete_accounts,
        {"usccs": [change.uscc for change in withdrawn], "since": [change.since for change in withdrawn]},
    )
    connection.execute(
        queries.mirror_accounts,
        {
            "usccs": [change.uscc for change in current],
            "since": [change.since for change in current],
            "until": [change.until for change in current],
            "revisions": [change.revision for change in current],
            "holders": [change.holder for change in current],
            "numbers": [change.number_masked for change in current],
        },
    )
    connection.execute(text("UPDATE account_feed SET revision = :revision"), {"revision": revision})


def page_end(connection: Connection, start: QueuePosition, orders: int) -> QueuePosition:
    """Return the position after about `orders` orders of the queue from `start` on, or its end; no award is cut."""
    values = {"start_day": start.first_decided_on, "start_award": start.award_id, "orders": orders}
    row = connection.execute(queries.page_end, values).one_or_none()
    end = QueuePosition(row.first_decided_on, row.award_id) if row else END
    # One award alone fills the page: take more, until the page ends after it.
    return page_end(connection, start, 2 * orders) if end == start else end


def needed(connection: Connection, start: QueuePosition, until: QueuePosition) -> dict[str, tuple[int, int]]:
    """Return what the queue needs between two positions, and its smallest order, fen by unit."""
    return {row.unit: (row.fen, row.least_fen) for row in connection.execute(queries.needed, _between(start, until))}


def queue(connection: Connection, start: QueuePosition, until: QueuePosition) -> list[QueuedOrder]:
    """Return the orders that wait for money between two positions, in order."""
    rows = connection.execute(queries.queue, _between(start, until))
    return [QueuedOrder(row.id, row.award_id, row.instalment, row.unit, row.amount_fen) for row in rows]


def fingerprint(connection: Connection, year: int) -> tuple[object, ...]:
    """Return what changes whenever the outcome of a funding pass could: the queue's extent and the money of `year`."""
    extent = connection.execute(queries.queue_extent).one()
    return (year, *extent, *(astuple(pot) for pot in budgets.pots(connection, year)))


def _between(start: QueuePosition, until: QueuePosition) -> dict[str, str]:
    return {
        "start_day": start.first_decided_on,
        "start_award": start.award_id,
        "until_day": until.first_decided_on,
        "until_award": until.award_id,
    }
