"""Use cases of a restoration: it is opened, the files that went to the bank since are entered again, another person ends it.

Orders that a restored database lost, or believes unsent, would be sent a second time. So no batch is built while a restoration
is open. A file that is entered again makes its orders sent, under the ids that the bank has; the difference law then cancels what
had been ordered in their place. Whatever else was done since (appropriations, arrangements, holds, results) is done again as
usual.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from services.payout.awards.adjustment import adjust
from services.payout.awards.repository import owed
from services.payout.batches import repository as batches
from services.payout.batches.tables import payment_batches
from services.payout.budgets import repository as budgets
from services.payout.clients.registry import Accounts
from services.payout.enums import SYSTEM
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import transitions
from services.payout.orders.repository import lock_exclusively
from services.payout.orders.transitions import LostOrder
from services.payout.restorations import repository
from services.payout.restorations.domain import KnownAward, SentRow, judge
from shared.errors import Conflict, FieldError, Invalid, NotFound, SamePerson
from shared.events import payment_orders
from shared.events.payment_orders import PaymentOrderChanged
from shared.i18n import N_
from shared.identifiers import new_id
from shared.messaging.envelope import Message

RELAY = "payout-relay"
APPROVER = "before-restoration"
"""Stands for whoever approved an order whose approval was lost with the database."""


class FileRefused(Invalid):
    """Rows were refused, nothing was entered."""

    code = "sent-file-refused"
    title = N_("Rows were refused, nothing was entered")


_WITH_THE_BANK = (payment_orders.SETTLED, payment_orders.FAILED, payment_orders.RETURNED)
_MAX_ERRORS = 1_000


def recall(connection: Connection, lost: Sequence[Message]) -> None:
    """Hold sending: the broker's log knows events of payout that its database does not."""
    sent = {str(each.read(PaymentOrderChanged).order_id) for each in lost if each.type in _WITH_THE_BANK}
    lock_exclusively(connection)
    repository.add(
        connection,
        new_id(connection.execute(select(func.now())).scalar_one()),
        reason=f"the broker's log knows {len(lost)} events that this database does not: it was restored to an earlier point",
        by=RELAY,
        sent=sorted(sent),
    )


def open_restoration(connection: Connection, *, reason: str, by: str, now: datetime) -> dict[str, Any]:
    """Hold sending because a person says so; raises Problem 409 if it is held already."""
    lock_exclusively(connection)
    if repository.views(connection, "r.ended_at IS NULL"):
        raise Conflict("A restoration is open already.")
    restoration_id = new_id(now)
    repository.add(connection, restoration_id, reason=reason, by=by, sent=())
    return repository.views(connection, "r.id = :id", id=restoration_id)[0]


def end_restoration(
    connection: Connection, restoration_id: UUID, *, reason: str, by: str, now: datetime
) -> dict[str, Any]:
    """Let sending go on; raises Problem 404, or 409 for who opened it or entered files, or while a sent order is missing."""
    lock_exclusively(connection)
    found = next(iter(repository.views(connection, "r.id = :id", id=restoration_id)), None)
    if found is None:
        raise NotFound("There is no such restoration.")
    if found["ended_at"] is not None:
        raise Conflict("The restoration is ended already.")
    if by == found["opened_by"] or by in repository.reentered_by(connection, found["opened_at"]):
        raise SamePerson("Who opened a restoration or entered files again cannot end it.")
    if found["missing"]:
        raise Conflict(
            "The broker's log shows orders with the bank that are in no batch: enter the files that they were in again.",
            extra={"missing": [str(each) for each in found["missing"]]},
        )
    repository.end(connection, restoration_id, reason=reason, by=by, now=now)
    return repository.views(connection, "r.id = :id", id=restoration_id)[0]


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
    """Enter a file again that went to the bank on `sent_on`: its orders are sent, and what was ordered in their place is not.

    Raises Problem 409 if no restoration is open or a budget lacks the money, 422 with each row's mistake.
    """
    awards = repository.lock_awards(connection, sorted({row.award_id for row in rows}))
    lock_exclusively(connection)
    if not repository.views(connection, "r.ended_at IS NULL"):
        raise Conflict("No restoration is open: a file is entered again only after the database was restored.")
    known = repository.orders(connection, [row.order_id for row in rows])
    judged = judge(rows, unit, sent_on.year, known, awards)
    if judged.mistakes:
        errors = [FieldError(f"/rows/{place}", code, message) for place, code, message in judged.mistakes[:_MAX_ERRORS]]
        raise FileRefused("See `errors`.", errors=errors)
    entered = [*(each.row for each in judged.known), *judged.unknown]
    if not entered:
        return {"batch": None, "entered": 0, "unchanged": judged.unchanged}
    batch_id = new_id(now)
    connection.execute(
        insert(payment_batches).values(
            id=batch_id,
            unit=unit,
            orders=len(entered),
            total_fen=sum(row.amount_fen for row in entered),
            registry_revision=accounts.latest_revision(),
            accounts_on=sent_on,
            built_by=by,
            reentered_checksum=checksum,
        )
    )
    transitions.reenter(
        connection,
        batch_id,
        [each.row.order_id for each in judged.known],
        [_lost(row, awards[row.award_id]) for row in judged.unknown],
        unit=unit,
        year=sent_on.year,
        by=by,
        approver=APPROVER,
    )
    batches.list_orders(connection, batch_id)
    # First what stands in their place gives its money back, then they take theirs: a budget is enough for one of the two.
    adjust(connection, owed(connection, list(awards), restated_only=False), now)
    penniless = [*(each.row for each in judged.known if not each.holds_money), *judged.unknown]
    _reserve(connection, penniless, awards, unit, sent_on.year)
    return {
        "batch": batches.view(connection, batch_id),
        "entered": len(entered),
        "unchanged": judged.unchanged,
    }


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
    connection: Connection, rows: Sequence[SentRow], awards: dict[str, KnownAward], unit: str, year: int
) -> None:
    needed: dict[tuple[str, int], int] = defaultdict(int)
    entries = []
    for row in rows:
        needed[unit, year] += row.amount_fen
        entries.append(
            ledger.funding(row.order_id, row.award_id, awards[row.award_id].version or 0, unit, year, row.amount_fen)
        )
    budgets.appropriate(connection, unit, year, 0)
    try:
        budgets.commit(connection, needed)
    except IntegrityError as error:
        raise Conflict(
            "The budget does not hold what this file paid: record the appropriations that were lost first, then repeat."
        ) from error
    postings.post(connection, entries, by=SYSTEM)
