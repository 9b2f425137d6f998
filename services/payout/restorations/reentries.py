"""Use cases of files that went to the bank and are entered again after a restore: one person enters, another confirms.

A file that is entered again marks its orders as sent, under the ids that the bank has; the difference law then cancels the orders
that took their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from services.payout.arrangements import repository as arrangements
from services.payout.awards.adjustment import adjust
from services.payout.awards.repository import owed
from services.payout.batches import repository as batches
from services.payout.budgets import repository as budgets
from services.payout.budgets.domain import Classification
from services.payout.clients.eligibility import Decisions
from services.payout.clients.registry import Accounts
from services.payout.enums import SYSTEM
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import transitions
from services.payout.orders.repository import lock_exclusively
from services.payout.orders.transitions import LostOrder
from services.payout.restorations import repository
from services.payout.restorations.accounts import account_mistakes
from services.payout.restorations.domain import (
    CheckedFile,
    KnownAward,
    SentRow,
    beyond_shares,
    check_file,
    with_versions,
)
from services.payout.restorations.files import SentFile
from services.payout.restorations.handlers import opened
from services.payout.restorations.tables import reentry_proposals
from shared import two_persons
from shared.errors import Conflict, FieldError, Invalid, NotFound
from shared.i18n import N_
from shared.identifiers import new_id

APPROVER = "before-restoration"
"""Recorded as the approver of orders whose approval was lost with the database."""
MAX_ERRORS = 1_000
NO_SUCH_REENTRY = "There is no such file; `GET /v1/payment-batches/reentries` lists them."


class SentFileRefused(Invalid):
    """Rows were refused, nothing was entered."""

    code = "sent-file-refused"
    title = N_("Rows were refused, nothing was entered")


def allowed(connection: Connection, file: Mapping[str, Any], by: str) -> list[str]:
    """Return the operations that a file that was entered again allows `by`."""
    own = two_persons.allowed(file, by, confirm="confirm_reentry", discard="discard_reentry")
    found = opened(connection)
    return own if found and found["confirmed_at"] is not None else [each for each in own if each != "confirm_reentry"]


def propose_reentry(
    connection: Connection,
    accounts: Accounts,
    decisions: Decisions,
    file: SentFile,
    *,
    unit: str,
    sent_on: date,
    by: str,
) -> dict[str, Any]:
    """Enter a file again that went to the bank on `sent_on`: it counts once another person confirms it.

    Raises Conflict if no confirmed restoration is open, SentFileRefused with each row's mistake.
    """
    if (file.sealed.unit, file.sealed.day) != (unit, sent_on):
        message = N_("The seal says that the file was made for {unit} on {day}.")
        made = {"unit": file.sealed.unit, "day": file.sealed.day.isoformat()}
        raise SentFileRefused(errors=[FieldError("sent_on", "another_batch", message, **made)])
    checked, _ = _check(connection, decisions, file.rows, unit, sent_on)
    mistakes = [*checked.mistakes, *account_mistakes(file, accounts)]
    if mistakes:
        raise _refused(mistakes)
    entered = len(checked.known) + len(checked.unknown)
    if not entered:
        return {"id": None, "state": None, "batch": None, "entered": 0, "unchanged": checked.unchanged}
    proposal_id = repository.propose(connection, file.rows, sealed=file.sealed, checksum=file.checksum, by=by)
    return {
        "id": proposal_id,
        "state": "proposed",
        "batch": None,
        "entered": entered,
        "unchanged": checked.unchanged,
    }


def confirm_reentry(
    connection: Connection, decisions: Decisions, reentry_id: UUID, *, by: str, now: datetime
) -> dict[str, Any]:
    """Confirm a file that another person entered: its orders are sent, and orders in their place are cancelled.

    Raises NotFound, SamePerson, Conflict if it is decided, no confirmed restoration is open or a budget lacks the money,
    SentFileRefused with each row that no longer fits.
    """
    found = get_reentry(connection, reentry_id)
    rows = [
        SentRow(
            str(row["order_id"]),
            row["payee_uscc"],
            row["amount_fen"],
            str(row["award_id"]),
            row["instalment"],
            Classification(*(row[name] for name in Classification._fields)),
        )
        for row in repository.proposed_rows(connection, reentry_id)
    ]
    unit, sent_on = found["unit"], found["sent_on"]
    checked, awards = _check(connection, decisions, rows, unit, sent_on)
    two_persons.confirm(connection, reentry_proposals, reentry_proposals.c.id == reentry_id, by=by)
    if checked.mistakes:
        raise _refused(checked.mistakes)
    entered = [*(each.row for each in checked.known), *checked.unknown]
    confirmed = {"id": reentry_id, "state": "confirmed", "entered": len(entered), "unchanged": checked.unchanged}
    if not entered:
        return confirmed | {"batch": None}
    batch_id = new_id(now)
    batches.add(
        connection,
        batch_id,
        [row.amount_fen for row in entered],
        unit=unit,
        registry_revision=found["registry_revision"],
        accounts_on=sent_on,
        by=found["proposed_by"],
        reentered_checksum=found["checksum"],
    )
    without_money = [*(each.row for each in checked.known if not each.holds_money), *checked.unknown]
    money = _money(connection, without_money, unit, sent_on.year)
    transitions.reenter(
        connection,
        batch_id,
        {each.row.order_id: money.get(each.row.of) for each in checked.known},
        [_lost(row, awards[row.award_id], money.get(row.of)) for row in checked.unknown],
        unit=unit,
        year=sent_on.year,
        by=found["proposed_by"],
        approver=APPROVER,
    )
    batches.list_orders(connection, batch_id, {})
    # The orders in their place release their money first: the budget may suffice for one of the two only.
    adjust(connection, owed(connection, list(awards), restated_only=False), now)
    _reserve(connection, without_money, awards, money, unit, sent_on.year)
    return confirmed | {"batch": batches.view(connection, batch_id)}


def discard_reentry(connection: Connection, reentry_id: UUID, *, reason: str, by: str) -> dict[str, Any]:
    """End a file that was entered again without effect; raises NotFound, or Conflict if it is decided."""
    two_persons.discard(connection, reentry_proposals, reentry_proposals.c.id == reentry_id, by=by, reason=reason)
    return get_reentry(connection, reentry_id)


def get_reentry(connection: Connection, reentry_id: UUID) -> dict[str, Any]:
    """Return a file that was entered again as its readers see it; raises NotFound."""
    found = repository.proposed(connection, reentry_id)
    if not found:
        raise NotFound(NO_SUCH_REENTRY)
    return found[0]


def _check(
    connection: Connection, decisions: Decisions, rows: Sequence[SentRow], unit: str, sent_on: date
) -> tuple[CheckedFile, dict[str, KnownAward]]:
    """Lock what the rows of a file concern, and compare them; eligibility is asked for versions that payout has lost."""
    awards = repository.lock_awards(connection, sorted({row.award_id for row in rows}))
    lock_exclusively(connection)
    found = opened(connection)
    if found is None:
        raise Conflict("No restoration is open. A file is entered again only after the database was restored.")
    if found["confirmed_at"] is None:
        raise Conflict("Another person has to confirm the restoration first.")
    orders = repository.lock_orders(connection, [row.order_id for row in rows])
    lost = {row.award_id for row in rows if row.order_id not in orders}
    beyond = {award_id for award_id, _ in beyond_shares(rows, unit, awards) if award_id in lost}
    confirmed = arrangements.confirmed(connection) if beyond else []
    for award_id in sorted(beyond)[:MAX_ERRORS]:
        awards[award_id] = with_versions(awards[award_id], decisions.versions_of(award_id), confirmed)
    return check_file(rows, unit, sent_on.year, orders, awards), awards


def _refused(mistakes: Sequence[FieldError]) -> SentFileRefused:
    return SentFileRefused("See `errors` for each mistake.", errors=mistakes[:MAX_ERRORS])


def _lost(row: SentRow, award: KnownAward, indicator_id: int | None) -> LostOrder:
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
        indicator_id,
    )


def _money(connection: Connection, rows: Sequence[SentRow], unit: str, year: int) -> dict[Classification, int]:
    """Return the indicators that rows of a file drew on, created without money if they are lost."""
    wanted = {row.of for row in rows}
    for of in wanted:
        budgets.appropriate(connection, unit, year, 0, of)
    return budgets.indicator_ids(connection, unit, year, wanted)


def _reserve(
    connection: Connection,
    rows: Sequence[SentRow],
    awards: Mapping[str, KnownAward],
    money: Mapping[Classification, int],
    unit: str,
    year: int,
) -> None:
    needed: Counter[tuple[str, int, int | None]] = Counter()
    for row in rows:
        needed[unit, year, money.get(row.of)] += row.amount_fen
    try:
        budgets.commit(connection, needed)
    except IntegrityError as error:
        raise Conflict(
            "The budget lacks the money that this file paid. Record the lost appropriations first, with their classification,"
            " then repeat."
        ) from error
    entries = [
        ledger.funding(row.order_id, row.award_id, awards[row.award_id].version or 0, unit, year, row.amount_fen)
        for row in rows
    ]
    postings.post(connection, entries, by=SYSTEM)
