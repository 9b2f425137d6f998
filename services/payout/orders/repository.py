"""Reading and writing payment orders, set by set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, text

from services.payout.bulk import array, copy
from services.payout.orders.domain import Claim, Order

ORDERS_LOCK = 0x6F7264657273  # "orders"
"""Advisory lock of a transaction: shared by what changes the orders of some awards, exclusive for what takes from all."""

OBSTACLES_LOCK = 0x6F6273746163  # "obstac"
"""Advisory lock of a transaction: shared by what heeds holds and accounts, exclusive for what changes these."""

NO_SUCH_ORDER = "There is no such payment order; `GET /v1/payment-orders` lists them."

Key = tuple[str, str, str]
"""(award_id, unit, payee's uscc)."""


class NewOrder(NamedTuple):
    """A row of `payment_orders` to be, waiting for its turn; the fields are its columns, the id is the database's."""

    award_id: str
    version: int
    unit: str
    instalment: int
    due_year: int
    amount_fen: int
    payee_uscc: str
    first_decided_on: str
    waiting_for: str | None
    state: str = "waiting"


class Replacement(NamedTuple):
    """A row of `payment_orders` that takes the place of another; the fields are its columns."""

    id: str
    award_id: str
    version: int
    unit: str
    instalment: int
    due_year: int
    amount_fen: int
    payee_uscc: str
    first_decided_on: str
    waiting_for: str | None
    state: str
    budget_year: int | None
    funded_at: str | None
    replaces: str
    issued_by: str | None
    account_revision: int | None = None


@dataclass(frozen=True, slots=True)
class LiveOrder(Order):
    """A live order with what its cancellation or replacement needs beside the law."""

    version: int
    waiting_for: str | None
    budget_year: int | None
    account_revision: int | None


def add(connection: Connection, orders: Sequence[NewOrder]) -> None:
    """Store new orders."""
    copy(connection, "payment_orders", NewOrder._fields, orders)


def add_replacements(connection: Connection, orders: Sequence[Replacement]) -> None:
    """Store orders that take the place of others."""
    copy(connection, "payment_orders", Replacement._fields, orders)


def live(connection: Connection, award_ids: Collection[str], *, lock: bool = True) -> dict[Key, list[LiveOrder]]:
    """Return the live orders of `award_ids`, oldest first, and lock them unless they are only looked at."""
    rows = connection.execute(
        text(
            f"""
            SELECT id, number, award_id::text AS award_id, version, unit, payee_uscc, instalment, due_year, amount_fen,
                   state, waiting_for, budget_year, account_revision
            FROM payment_orders WHERE award_id = ANY(CAST(:ids AS uuid[])) AND live
            ORDER BY award_id, number {"FOR UPDATE" if lock else ""}
            """
        ),
        {"ids": array(award_ids)},
    )
    found: dict[Key, list[LiveOrder]] = defaultdict(list)
    for row in rows:
        found[row.award_id, row.unit, row.payee_uscc].append(
            LiveOrder(
                id=row.id,
                number=row.number,
                instalment=row.instalment,
                due_year=row.due_year,
                amount_fen=row.amount_fen,
                state=row.state,
                version=row.version,
                waiting_for=row.waiting_for,
                budget_year=row.budget_year,
                account_revision=row.account_revision,
            )
        )
    return found


def claims(connection: Connection, award_ids: Collection[str]) -> dict[Key, Claim]:
    """Return what was claimed back so far of `award_ids`."""
    rows = connection.execute(
        text(
            """
            SELECT award_id::text AS award_id, unit, payee_uscc, sum(repaid_fen)::bigint AS repaid,
                   sum(written_off_fen)::bigint AS written_off,
                   sum(amount_fen - dropped_fen - repaid_fen - written_off_fen)::bigint AS outstanding
            FROM recoveries WHERE award_id = ANY(CAST(:ids AS uuid[]))
            GROUP BY award_id, unit, payee_uscc
            """
        ),
        {"ids": array(award_ids)},
    )
    return {
        (row.award_id, row.unit, row.payee_uscc): Claim(row.outstanding, row.repaid, row.written_off) for row in rows
    }


def cancel(connection: Connection, order_ids: Sequence[str]) -> None:
    """End unsent orders; one that failed or came back keeps that state and is no longer live."""
    if order_ids:
        connection.execute(
            text(
                """
                UPDATE payment_orders SET live = false, waiting_for = NULL, changed_at = now(),
                       state = CASE WHEN state IN ('failed', 'returned') THEN state ELSE 'cancelled' END
                WHERE id = ANY(CAST(:ids AS uuid[]))
                """
            ),
            {"ids": array(order_ids)},
        )


def lock_shared(connection: Connection) -> None:
    """Keep the funding pass and batch building out until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": ORDERS_LOCK})


def keep_obstacles(connection: Connection) -> None:
    """Let nobody place or release a hold, or mirror accounts, until the transaction ends. Taken before any row is locked."""
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": OBSTACLES_LOCK})


def change_obstacles(connection: Connection) -> None:
    """Wait for all that makes orders, and keep it out until the transaction ends: no order is made with an eye on what was."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": OBSTACLES_LOCK})


def lock_exclusively(connection: Connection) -> None:
    """Wait for all that changes orders, and keep it out until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ORDERS_LOCK})
