"""Read blockers and the queue for money; keep the mirror of payees' accounts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.payout.budgets import repository as budgets
from services.payout.clients.registry import AccountChange
from services.payout.funding.domain import Blockers, ProportionalPeriod, QueuedOrder
from services.payout.orders.domain import BEGINNING, END, QueuePosition
from services.payout.orders.repository import between
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
    confirmed = connection.execute(queries.confirmed_instalments, {"award_ids": array(award_ids)})
    without = connection.execute(queries.without_account, {"usccs": array(usccs), "today": today})
    return Blockers(
        today.year,
        frozenset(row.award_id for row in holds if row.award_id),
        frozenset(row.uscc for row in holds if row.uscc),
        frozenset(row.uscc for row in without),
        frozenset((row.award_id, row.instalment) for row in confirmed),
    )


def later_instalment(connection: Connection, award_id: UUID, instalment: int) -> Row[Any] | None:
    """Return `later_wait` of an award and `due_year` of one of its instalments (None: it has none); None without the award."""
    values = {"award_id": award_id, "instalment": instalment}
    return connection.execute(queries.later_instalment, values).one_or_none()


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


def page_end(
    connection: Connection, start: QueuePosition, orders: int, in_proportion: Sequence[ProportionalPeriod]
) -> QueuePosition:
    """Return the position after about `orders` orders of the queue from `start` on, or its end.

    No award is cut, and no day that may be shared in proportion.
    """
    row = connection.execute(queries.page_end, between(start, END) | {"orders": orders}).one_or_none()
    end = QueuePosition(*row) if row else END
    if end != END:
        day = date.fromisoformat(end.first_decided_on)
        if any(period.includes(day) for period in in_proportion):
            return END._replace(first_decided_on=(day + timedelta(days=1)).isoformat())
    # One award alone fills the page: take more, until the page ends after it.
    return page_end(connection, start, 2 * orders, in_proportion) if end == start else end


def needed(connection: Connection, start: QueuePosition, until: QueuePosition) -> dict[str, tuple[int, int]]:
    """Return what the queue needs between two positions, and its smallest order, fen by unit."""
    return {row.unit: (row.fen, row.least_fen) for row in connection.execute(queries.needed, between(start, until))}


def queue(connection: Connection, start: QueuePosition, until: QueuePosition) -> list[QueuedOrder]:
    """Return the orders that wait for money between two positions, in order."""
    rows = connection.execute(queries.queue, between(start, until))
    return [_queued(row) for row in rows]


def placed_queue(connection: Connection) -> list[tuple[QueuePosition, QueuedOrder]]:
    """Return all orders that wait for money, each with its position, in order."""
    rows = connection.execute(queries.queue, between(BEGINNING, END))
    return [
        (
            QueuePosition(row.day.isoformat(), row.award_place, row.subject, row.award_year, row.award_id),
            _queued(row),
        )
        for row in rows
    ]


def _queued(row: Row[Any]) -> QueuedOrder:
    return QueuedOrder(row.id, row.day, row.award_id, row.instalment, row.unit, row.amount_fen)


def holds_after(
    connection: Connection, after: int, limit: int, *, in_force: bool, jurisdiction: str | None
) -> list[dict[str, Any]]:
    """Return up to `limit` holds after the hold `after`, oldest first: in force or all, of a jurisdiction if given."""
    values = {"after": after, "limit": limit, "in_force": in_force, "jurisdiction": jurisdiction}
    return [dict(row) for row in connection.execute(queries.holds, values).mappings()]


def holds_in_force(connection: Connection, award_id: UUID, uscc: str) -> list[dict[str, Any]]:
    """Return the holds in force on an award and on a payee."""
    rows = connection.execute(queries.holds_on, {"award_id": award_id, "uscc": uscc})
    return [dict(row) for row in rows.mappings()]


def unconfirmed_instalments(connection: Connection, award_id: UUID, year: int) -> list[int]:
    """Return the numbers of the instalments of an award, due by `year`, that wait for a confirmation."""
    rows = connection.execute(queries.unconfirmed_instalments, {"award_id": award_id, "year": year})
    return [row.instalment for row in rows]


def waiting_in_period(connection: Connection, arrangement_id: UUID) -> Sequence[Row[Any]]:
    """Return the awards of an arrangement's period that have no orders yet because they wait for an arrangement."""
    return connection.execute(queries.waiting_in_period, {"id": arrangement_id}).all()


def in_proportion(connection: Connection, *, other_than: UUID | None = None) -> list[ProportionalPeriod]:
    """Return the days whose shortages confirmed arrangements share in proportion, with the units of their policy."""
    rows = connection.execute(queries.in_proportion, {"other_than": other_than})
    return [_period(row) for row in rows]


def period_of(connection: Connection, arrangement_id: UUID) -> ProportionalPeriod:
    """Return the days of an arrangement that exists, with the units of its policy."""
    return _period(connection.execute(queries.period_of, {"id": arrangement_id}).one())


def _period(row: Row[Any]) -> ProportionalPeriod:
    return ProportionalPeriod(row.effective_from, row.effective_until, frozenset(row.units))


def left_over(connection: Connection, year: int) -> dict[tuple[date, str], int]:
    """Return what days that were shared in proportion left in the budgets of `year`, fen; no more than is free now."""
    rows = connection.execute(queries.left_over, {"year": year})
    return {(row.first_decided_on, row.unit): row.fen for row in rows}


def keep_left_over(
    connection: Connection,
    year: int,
    before: Mapping[tuple[date, str], int],
    now: Mapping[tuple[date, str], int],
) -> None:
    """Store what shared days left in the budgets of `year`, where it changed."""
    changed = {key: fen for key, fen in now.items() if before.get(key) != fen}
    if changed:
        values = {
            "days": [day for day, _ in changed],
            "units": [unit for _, unit in changed],
            "fen": list(changed.values()),
        }
        connection.execute(queries.keep_left_over, values | {"year": year})


def fingerprint(connection: Connection, year: int) -> tuple[object, ...]:
    """Return what changes whenever the outcome of a funding pass could: the queue's extent and the money of `year`."""
    extent = connection.execute(queries.queue_extent).one()
    return (year, *extent, *(astuple(pot) for pot in budgets.pots(connection, year)))
