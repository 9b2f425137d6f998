"""Use cases of corrections: one person proposes what is right about an order, another confirms it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from services.payout.awards.adjustment import adjust
from services.payout.awards.repository import owed
from services.payout.batches.domain import Days, day_mistake
from services.payout.batches.tables import result_corrections
from services.payout.corrections import repository
from services.payout.corrections.domain import ReportedOrder, Result, can_be_corrected, check_correction
from services.payout.funding.repository import lock_blockers_shared
from services.payout.orders import transitions
from services.payout.orders.repository import lock_awards_of, lock_shared
from shared import two_persons
from shared.authorization import Actor
from shared.clock import calendar_date
from shared.errors import Conflict, Invalid, NotFound
from shared.i18n import N_

NO_SUCH_ORDER = N_("No batch has an order with this id.")


def propose(
    connection: Connection,
    order_id: UUID,
    right: Result,
    *,
    bank_reason: str | None,
    reason: str,
    by: str,
    now: datetime,
) -> dict[str, Any]:
    """Propose what is right about an order; it takes effect once another person confirms it.

    Raises NotFound, Invalid for a day before the batch or after today, Conflict if it cannot be corrected or another correction
    of it waits.
    """
    row = repository.lock_order(connection, order_id)
    if row is None:
        raise NotFound(NO_SUCH_ORDER)
    mistake = day_mistake("/occurred_on", right.occurred_on, Days(row.accounts_on, calendar_date(now)))
    if mistake is not None:
        raise Invalid("See `errors` for each mistake.", errors=[mistake])
    on_record = check_correction(_reported(row), right)
    try:
        correction_id = repository.add(
            connection,
            batch_id=row.batch_id,
            order_id=order_id,
            former_outcome=on_record.outcome,
            former_occurred_on=on_record.occurred_on,
            former_bank_reference=on_record.bank_reference,
            outcome=right.outcome,
            occurred_on=right.occurred_on,
            bank_reference=right.bank_reference,
            bank_reason=bank_reason,
            reason=reason,
            proposed_by=by,
        )
    except IntegrityError as error:
        raise Conflict("Another correction of this order waits. Confirm or discard it first.") from error
    return get(connection, correction_id)


def confirm(connection: Connection, correction_id: UUID, *, by: str, now: datetime) -> dict[str, Any]:
    """Confirm a correction: the order moves to the right outcome, and what was paid or came back is posted.

    Raises NotFound, SamePerson for who proposed it, Conflict if it is decided, or its order has changed since.
    """
    lock_blockers_shared(connection)
    found = get(connection, correction_id)
    award_ids = list(lock_awards_of(connection, {str(found["order_id"])}))
    lock_shared(connection)
    two_persons.confirm(connection, result_corrections, result_corrections.c.id == correction_id, by=by)
    row = repository.lock_order(connection, found["order_id"])
    assert row is not None
    right = Result(found["outcome"], found["occurred_on"], found["bank_reference"])
    on_record = check_correction(_reported(row), right)
    former = found["on_record"]
    if (on_record.outcome, on_record.occurred_on.isoformat(), on_record.bank_reference) != (
        former["outcome"],
        former["occurred_on"],
        former["bank_reference"],
    ):
        raise Conflict("The order has another result since the correction was proposed. Discard it.")
    outcome = transitions.BankOutcome(
        str(found["order_id"]), right.outcome, right.occurred_on, right.bank_reference, found["bank_reason"]
    )
    transitions.apply_results(connection, [outcome], by=by)
    transitions.publish_results(connection, [outcome], now, occasion=str(correction_id))
    adjust(connection, owed(connection, award_ids), now)
    return get(connection, correction_id)


def discard(connection: Connection, correction_id: UUID, *, reason: str, by: str) -> dict[str, Any]:
    """End a proposed correction without effect; raises NotFound, or Conflict if it is decided."""
    which = result_corrections.c.id == correction_id
    two_persons.discard(connection, result_corrections, which, by=by, reason=reason)
    return get(connection, correction_id)


def get(connection: Connection, correction_id: UUID) -> dict[str, Any]:
    """Return a correction as its readers see it; raises NotFound."""
    found = repository.view(connection, correction_id)
    if found is None:
        raise NotFound("There is no such correction.")
    return found


def allowed_of_list(connection: Connection, order_id: UUID | None, actor: Actor) -> list[str]:
    """Return the operations on corrections that are possible now; of an order, if one is given."""
    if order_id is not None:
        row = repository.order(connection, order_id)
        if row is None or not actor.covers(row.unit) or row.waits or not can_be_corrected(_reported(row)):
            return []
    return ["propose_result_correction"]


def unit_of(connection: Connection, order_id: UUID) -> str:
    """Return the unit that pays an order of a batch; raises NotFound."""
    row = repository.lock_order(connection, order_id)
    if row is None:
        raise NotFound(NO_SUCH_ORDER)
    return str(row.unit)


def _reported(row: Row[Any]) -> ReportedOrder:
    reported = None if row.result_on is None else Result(row.state, row.result_on, row.bank_reference)
    return ReportedOrder(row.state, row.live, reported)
