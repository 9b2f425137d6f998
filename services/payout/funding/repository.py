"""Reading blockers and the queue for money; the mirror of payees' accounts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, text

from services.payout.budgets import repository as budgets
from services.payout.bulk import array
from services.payout.clients.registry import AccountChange
from services.payout.funding.domain import Blockers, QueuedOrder
from services.payout.orders.transitions import END, Place
from shared.clock import calendar_date
from shared.database.queries import load

queries = load(__package__)

BLOCKERS_LOCK = 0x6F6273746163  # "obstac", as the version before has it
"""Advisory lock of a transaction: shared by what heeds holds and accounts, exclusive for what changes these."""
PASS_LOCK = 0x66756E64696E67  # "funding"


def keep_blockers(connection: Connection) -> None:
    """Let nobody place or release a hold, or mirror accounts, until the transaction ends. Take it before any row is locked."""
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": BLOCKERS_LOCK})


def change_blockers(connection: Connection) -> None:
    """Wait for all that makes orders, and keep it out until the transaction ends: no order is made by outdated blockers."""
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


def has_accounts(connection: Connection) -> bool:
    """Return whether the mirror holds any account."""
    return bool(connection.execute(text("SELECT EXISTS (SELECT FROM payee_accounts)")).scalar_one())


def mirrored_revision(connection: Connection) -> int:
    """Return the revision of the registry that the mirror has reached, and lock it; 0 if it is new."""
    connection.execute(text("INSERT INTO account_feed (revision) VALUES (0) ON CONFLICT DO NOTHING"))
    return int(connection.execute(text("SELECT revision FROM account_feed FOR UPDATE")).scalar_one())


def mirror(connection: Connection, changes: Sequence[AccountChange], revision: int) -> None:
    """Apply `changes` to the mirror, which has then reached `revision`."""
    kept = [change for change in changes if not change.withdrawn]
    gone = [change for change in changes if change.withdrawn]
    connection.execute(
        queries.forget_accounts,
        {"usccs": [change.uscc for change in gone], "since": [change.since for change in gone]},
    )
    connection.execute(
        queries.mirror_accounts,
        {
            "usccs": [change.uscc for change in kept],
            "since": [change.since for change in kept],
            "until": [change.until for change in kept],
            "revisions": [change.revision for change in kept],
        },
    )
    connection.execute(text("UPDATE account_feed SET revision = :revision"), {"revision": revision})


def page_end(connection: Connection, start: Place, orders: int) -> Place:
    """Return the place behind about `orders` orders of the queue from `start` on, or its end; no award is cut."""
    values = {"start_day": start.day, "start_award": start.award_id, "orders": orders}
    row = connection.execute(queries.page_end, values).one_or_none()
    end = Place(row.day, row.award_id) if row else END
    # One award alone fills the page: take more, until it is behind.
    return page_end(connection, start, 2 * orders) if end == start else end


def needed(connection: Connection, start: Place, until: Place) -> dict[str, int]:
    """Return what the queue needs between two places, fen by unit."""
    return {row.unit: row.fen for row in connection.execute(queries.needed, _between(start, until))}


def queue(connection: Connection, start: Place, until: Place) -> list[QueuedOrder]:
    """Return the orders that wait for money between two places, in order."""
    rows = connection.execute(queries.queue, _between(start, until))
    return [QueuedOrder(row.id, row.award_id, row.instalment, row.unit, row.amount_fen) for row in rows]


def fingerprint(connection: Connection, year: int) -> tuple[object, ...]:
    """Return what changes whenever the outcome of a funding pass could: the queue's extent and the budgets of `year`."""
    extent = connection.execute(queries.queue_extent).one()
    return (year, *extent, *sorted(budgets.free(connection, year).items()))


def _between(start: Place, until: Place) -> dict[str, str]:
    return {
        "start_day": start.day,
        "start_award": start.award_id,
        "until_day": until.day,
        "until_award": until.award_id,
    }
