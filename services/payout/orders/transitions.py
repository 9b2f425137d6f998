"""The writer of payment orders: one function per act of `lifecycle.py`, each for many orders at once, with its events.

No other module changes `payment_orders`. Callers hold the locks: of the awards, and `lock_shared` or `lock_exclusively`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Row

from services.payout.enums import SYSTEM
from services.payout.orders.domain import BEGINNING, END, QueuePosition
from services.payout.orders.repository import between, lock_shared, queries
from shared.clock import calendar_date
from shared.database.bulk import array, copy_rows
from shared.events import payment_orders
from shared.identifiers import new_id
from shared.messaging.topics import PAYMENT_ORDERS, PAYOUT_SOURCE

EVENTS = {"settled": payment_orders.SETTLED, "failed": payment_orders.FAILED, "returned": payment_orders.RETURNED}


class NewOrder(NamedTuple):
    """A new row of `payment_orders`, waiting; the fields are its columns, the id is the database's."""

    award_id: str
    version: int
    unit: str
    instalment: int
    due_year: int
    amount_fen: int
    payee_uscc: str
    first_decided_on: str
    award_place: int
    subject: str
    award_year: int
    waiting_for: str
    state: str = "waiting"


class Replacement(NamedTuple):
    """A new row of `payment_orders` that takes the place of another; the fields are its columns."""

    id: str
    award_id: str
    version: int
    unit: str
    instalment: int
    due_year: int
    amount_fen: int
    payee_uscc: str
    first_decided_on: str
    award_place: int
    subject: str
    award_year: int
    waiting_for: str | None
    state: str
    budget_year: int | None
    funded_at: str | None
    replaces: str
    issued_by: str | None
    account_revision: int | None = None
    indicator_id: int | None = None


def issued_in_place_of(
    replaced: Row[Any], amount_fen: int, now: datetime, *, by: str, replaces: str | None = None
) -> Replacement:
    """Return an issued order of `amount_fen` that draws on the same money as `replaced`, a row of `payment_orders`."""
    return Replacement(
        id=str(new_id(now)),
        award_id=str(replaced.award_id),
        version=replaced.version,
        unit=replaced.unit,
        instalment=replaced.instalment,
        due_year=replaced.due_year,
        amount_fen=amount_fen,
        payee_uscc=replaced.payee_uscc,
        first_decided_on=replaced.first_decided_on.isoformat(),
        award_place=replaced.award_place,
        subject=replaced.subject,
        award_year=replaced.award_year,
        waiting_for=None,
        state="issued",
        budget_year=replaced.budget_year,
        funded_at=now.isoformat(),
        replaces=replaces or str(replaced.id),
        issued_by=by,
        indicator_id=replaced.indicator_id,
    )


class BankOutcome(NamedTuple):
    """What the bank reported of an order."""

    order_id: str
    outcome: str
    occurred_on: date
    bank_reference: str
    reason: str | None


class LostOrder(NamedTuple):
    """An order that went to the bank and that a restored database does not have."""

    id: str
    award_id: str
    version: int
    instalment: int
    due_year: int
    amount_fen: int
    payee_uscc: str
    first_decided_on: str
    indicator_id: int | None = None


def create(connection: Connection, orders: Sequence[NewOrder]) -> None:
    """Store new orders."""
    copy_rows(connection, "payment_orders", NewOrder._fields, orders)


def replace(connection: Connection, orders: Sequence[Replacement], now: datetime) -> None:
    """Store orders that take the place of others."""
    copy_rows(connection, "payment_orders", Replacement._fields, orders)
    _publish(connection, payment_orders.ISSUED, [each.id for each in orders if each.state == "issued"], now)


def reconsider(
    connection: Connection,
    now: datetime,
    *,
    usccs: Collection[str] | None = None,
    award_ids: Collection[str] | None = None,
    only_due: bool = False,
) -> int:
    """Update what waiting orders wait for, of `usccs`, of `award_ids`, of a due year that has come, or of all.

    An order that has its money already (its payment failed, or its account was missing at approval) is issued again once
    there is another account than the one that failed. Returns how many orders changed.
    """
    lock_shared(connection)
    today = calendar_date(now)
    values = {
        "today": today,
        "year": today.year,
        "usccs": None if usccs is None else array(usccs),
        "award_ids": None if award_ids is None else array(award_ids),
        "only_due": only_due,
        "by": SYSTEM,
    }
    changed = connection.execute(queries.reconsider, values).all()
    _publish_again(connection, payment_orders.ISSUED, [row.id for row in changed if row.state == "issued"], now)
    return len(changed)


def fund(
    connection: Connection,
    year: int,
    now: datetime,
    money: Mapping[str, int | None],
    *,
    start: QueuePosition = BEGINNING,
    until: QueuePosition = END,
    order_ids: Collection[str] | None = None,
) -> int:
    """Reserve money in the budgets of `year` for orders that wait for it, and issue them; returns how many.

    These are all orders of the queue from `start` on and before `until`, or those of them in `order_ids`, of the units of
    `money`: the indicator that each draws on, None for money without a classification. A budget or an indicator that would go
    below zero raises IntegrityError and nothing is done.
    """
    values = {
        "year": year,
        "now": now,
        "by": SYSTEM,
        **between(start, until),
        "ids": None if order_ids is None else array(order_ids),
        "units": list(money),
        "indicators": list(money.values()),
        "type": payment_orders.ISSUED,
        "topic": PAYMENT_ORDERS,
        "source": PAYOUT_SOURCE,
    }
    return sum(row.orders for row in connection.execute(queries.fund, values))


def divide(connection: Connection, parts: Mapping[str, int]) -> dict[str, str]:
    """Replace orders that wait for money by a part (fen by order id) and a rest, in the same place; return the part of each.

    The rest goes on waiting as an order of its own. The part is for `fund`, in the same transaction.
    """
    if not parts:
        return {}
    values = {"ids": array(parts), "fen": array(parts.values())}
    return {row.replaces: row.id for row in connection.execute(queries.divide, values)}


def approve(connection: Connection, revisions: Mapping[str, int], *, by: str, now: datetime) -> int:
    """Approve issued orders (the revision of the payee's account by order id) that another than `by` issued; returns how many."""
    values = {"ids": array(revisions), "revisions": array(revisions.values()), "by": by, "now": now}
    approved = [row.id for row in connection.execute(queries.approve, values)]
    _publish_again(connection, payment_orders.APPROVED, approved, now)
    return len(approved)


def postpone(connection: Connection, order_ids: Collection[str]) -> None:
    """Let issued orders wait for an account of their payee."""
    if order_ids:
        connection.execute(queries.postpone, {"ids": array(order_ids)})


def revoke(connection: Connection, order_ids: Sequence[str], now: datetime) -> None:
    """Take back the approval of orders whose payee has another account now."""
    if order_ids:
        connection.execute(queries.revoke, {"ids": array(order_ids)})
        _publish_again(connection, payment_orders.ISSUED, order_ids, now)


def batch(connection: Connection, batch_id: UUID, order_ids: Collection[str], *, by: str) -> None:
    """Put approved orders into a batch."""
    connection.execute(queries.batch, {"batch_id": batch_id, "ids": array(order_ids), "by": by})


def apply_results(connection: Connection, results: Sequence[BankOutcome], *, by: str) -> None:
    """Move orders, each once, as the bank reported; post what was paid or came back, and count it in the budgets."""
    if results:
        values = {
            "ids": array(each.order_id for each in results),
            "outcomes": array(each.outcome for each in results),
            "days": [each.occurred_on for each in results],
            "bank_references": [each.bank_reference for each in results],
            "reasons": [each.reason for each in results],
            "by": by,
        }
        connection.execute(queries.apply_results, values)


def publish_results(
    connection: Connection, results: Sequence[BankOutcome], now: datetime, *, occasion: str | None = None
) -> None:
    """Publish what became of orders that the bank reported; `occasion` is the correction that says so."""
    for outcome, event in EVENTS.items():
        order_ids = [each.order_id for each in results if each.outcome == outcome]
        _publish(connection, event, order_ids, now, occasion=occasion)


def net(connection: Connection, part: Replacement, *, by: str, reference: str, now: datetime) -> None:
    """Store the part of an order that is settled without the bank."""
    copy_rows(connection, "payment_orders", Replacement._fields, [part])
    values = {"id": part.id, "by": by, "now": now, "day": calendar_date(now), "reference": reference}
    connection.execute(queries.net, values)
    _publish(connection, payment_orders.SETTLED, [part.id], now)


def cancel(connection: Connection, order_ids: Collection[str]) -> None:
    """Cancel orders that were not sent; one that failed or came back keeps that state and is no longer live."""
    if order_ids:
        connection.execute(queries.cancel, {"ids": array(order_ids)})


def reenter(
    connection: Connection,
    batch_id: UUID,
    known: Mapping[str, int | None],
    lost: Sequence[LostOrder],
    *,
    unit: str,
    year: int,
    by: str,
    approver: str,
) -> None:
    """Mark orders as sent in a batch that is entered again: `known` ones of this database, and `lost` ones.

    Those that hold no money draw on the budget of `year`: `known` has the indicator of each.
    """
    values = {"batch_id": batch_id, "year": year, "by": by, "approver": approver, "issuer": SYSTEM}
    connection.execute(queries.reenter, values | {"ids": array(known), "indicators": list(known.values())})
    columns = {
        "ids": array(each.id for each in lost),
        "award_ids": array(each.award_id for each in lost),
        "versions": array(each.version for each in lost),
        "instalments": array(each.instalment for each in lost),
        "due_years": array(each.due_year for each in lost),
        "fen": array(each.amount_fen for each in lost),
        "usccs": array(each.payee_uscc for each in lost),
        "days": array(each.first_decided_on for each in lost),
        "indicators": [each.indicator_id for each in lost],
    }
    connection.execute(queries.reenter_lost, values | columns | {"unit": unit})


def _publish(
    connection: Connection, event_type: str, order_ids: Collection[str], now: datetime, *, occasion: str | None = None
) -> None:
    if order_ids:
        values = {"type": event_type, "ids": array(order_ids), "now": now, "occasion": occasion}
        connection.execute(queries.publish, values | {"topic": PAYMENT_ORDERS, "source": PAYOUT_SOURCE})


def _publish_again(connection: Connection, event_type: str, order_ids: Collection[str], now: datetime) -> None:
    """Publish an event that an order may have more than once in its life."""
    _publish(connection, event_type, order_ids, now, occasion=now.isoformat())
