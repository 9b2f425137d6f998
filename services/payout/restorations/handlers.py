"""Use cases of a restoration: it is opened, files sent since are entered again, another person ends it.

A restored database has lost some orders and takes others for unsent: they would be sent a second time. So no batch is built while
a restoration is open. A file that is entered again marks its orders as sent, under the ids that the bank has; the difference law
then cancels the orders that took their place. Everything else that was lost (appropriations, arrangements, holds, results) is
recorded again as usual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from services.payout.awards.adjustment import adjust
from services.payout.awards.repository import owed
from services.payout.batches import repository as batches
from services.payout.budgets import repository as budgets
from services.payout.clients.registry import Accounts
from services.payout.enums import SYSTEM
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import transitions
from services.payout.orders.repository import lock_exclusively
from services.payout.orders.transitions import LostOrder
from services.payout.restorations import repository
from services.payout.restorations.domain import KnownAward, SentRow, check_file
from shared.errors import Conflict, Invalid, NotFound, SamePerson
from shared.events import payment_orders
from shared.events.payment_orders import PaymentOrderChanged
from shared.i18n import N_
from shared.identifiers import new_id
from shared.messaging.envelope import Message

RELAY = "payout-relay"
APPROVER = "before-restoration"
"""Recorded as the approver of orders whose approval was lost with the database."""
MAX_ERRORS = 1_000
_SENT = (payment_orders.SETTLED, payment_orders.FAILED, payment_orders.RETURNED)
"""Types of events of orders that were at the bank."""


class SentFileRefused(Invalid):
    """Rows were refused, nothing was entered."""

    code = "sent-file-refused"
    title = N_("Rows were refused, nothing was entered")


def hold_sending(connection: Connection, lost: Sequence[Message]) -> None:
    """Hold sending: the broker's log has events of payout that its database does not have."""
    sent = {str(each.read(PaymentOrderChanged).order_id) for each in lost if each.type in _SENT}
    lock_exclusively(connection)
    repository.add(
        connection,
        new_id(connection.execute(select(func.now())).scalar_one()),
        reason=f"the broker's log has {len(lost)} events that this database does not: it was restored to an earlier point",
        by=RELAY,
        sent=sorted(sent),
    )


def open_restoration(connection: Connection, *, reason: str, by: str, now: datetime) -> dict[str, Any]:
    """Hold sending at a person's request; raises Conflict if it is on hold already."""
    lock_exclusively(connection)
    if batches.sending_is_held(connection):
        raise Conflict("A restoration is open already.")
    restoration_id = new_id(now)
    repository.add(connection, restoration_id, reason=reason, by=by, sent=())
    return repository.views(connection, restoration_id)[0]


def end_restoration(
    connection: Connection, restoration_id: UUID, *, reason: str, by: str, now: datetime
) -> dict[str, Any]:
    """Allow sending again.

    Raises NotFound, Conflict if it is ended or a sent order is missing, SamePerson for who opened it or entered files.
    """
    lock_exclusively(connection)
    found = next(iter(repository.views(connection, restoration_id)), None)
    if found is None:
        raise NotFound("There is no such restoration.")
    if found["ended_at"] is not None:
        raise Conflict("The restoration is ended already.")
    if by == found["opened_by"] or by in repository.reentered_by(connection, found["opened_at"]):
        raise SamePerson("Who opened a restoration or entered files again cannot end it.")
    if found["missing"]:
        raise Conflict(
            "According to the broker's log the bank has orders that are in no batch. Enter their files again.",
            extra={"missing": [str(each) for each in found["missing"]]},
        )
    repository.end(connection, restoration_id, reason=reason, by=by, now=now)
    return repository.views(connection, restoration_id)[0]


def reenter(
    connection: Connection,
    accounts: Accounts,
    rows: Sequence[SentRow],
    checksum: str,
    *,
    unit: str,
    sent_on: date,
    by: str,
    now: datetime,
) -> dict[str, Any]:
    """Enter a file again that went to the bank on `sent_on`: its orders are sent, and orders in their place are cancelled.

    Raises Conflict if no restoration is open or a budget lacks the money, SentFileRefused with each row's mistake.
    """
    awards = repository.lock_awards(connection, sorted({row.award_id for row in rows}))
    lock_exclusively(connection)
    if not batches.sending_is_held(connection):
        raise Conflict("No restoration is open. A file is entered again only after the database was restored.")
    orders = repository.lock_orders(connection, [row.order_id for row in rows])
    checked = check_file(rows, unit, sent_on.year, orders, awards)
    if checked.mistakes:
        raise SentFileRefused("See `errors` for each mistake.", errors=checked.mistakes[:MAX_ERRORS])
    entered = [*(each.row for each in checked.known), *checked.unknown]
    if not entered:
        return {"batch": None, "entered": 0, "unchanged": checked.unchanged}
    batch_id = new_id(now)
    batches.add(
        connection,
        batch_id,
        [row.amount_fen for row in entered],
        unit=unit,
        registry_revision=accounts.latest_revision(),
        accounts_on=sent_on,
        by=by,
        reentered_checksum=checksum,
    )
    transitions.reenter(
        connection,
        batch_id,
        [each.row.order_id for each in checked.known],
        [_lost(row, awards[row.award_id]) for row in checked.unknown],
        unit=unit,
        year=sent_on.year,
        by=by,
        approver=APPROVER,
    )
    batches.list_orders(connection, batch_id)
    # The orders in their place release their money first: the budget may suffice for one of the two only.
    adjust(connection, owed(connection, list(awards), restated_only=False), now)
    without_money = [*(each.row for each in checked.known if not each.holds_money), *checked.unknown]
    _reserve(connection, without_money, awards, unit, sent_on.year)
    return {"batch": batches.view(connection, batch_id), "entered": len(entered), "unchanged": checked.unchanged}


def _lost(row: SentRow, award: KnownAward) -> LostOrder:
    assert award.version is not None
    return LostOrder(
        row.order_id,
        row.award_id,
        award.version,
        row.instalment,
        award.due_years[row.instalment - 1],
        row.amount_fen,
        row.payee_uscc,
        award.first_decided_on,
    )


def _reserve(
    connection: Connection, rows: Sequence[SentRow], awards: Mapping[str, KnownAward], unit: str, year: int
) -> None:
    budgets.appropriate(connection, unit, year, 0)  # the budget may be lost too
    try:
        budgets.commit(connection, {(unit, year): sum(row.amount_fen for row in rows)})
    except IntegrityError as error:
        raise Conflict(
            "The budget lacks the money that this file paid. Record the lost appropriations first, then repeat."
        ) from error
    entries = [
        ledger.funding(row.order_id, row.award_id, awards[row.award_id].version or 0, unit, year, row.amount_fen)
        for row in rows
    ]
    postings.post(connection, entries, by=SYSTEM)
