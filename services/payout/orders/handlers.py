"""Use cases of payment orders: approval, which pins the revision of the payee's account, and reissue after a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row

from services.payout.clients.registry import Accounts, revisions_of
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import repository, transitions
from services.payout.orders.lifecycle import Act, sources
from services.payout.orders.repository import NO_SUCH_ORDER
from shared.authorization import Actor
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.errors import Conflict, DomainError, NotFound, SamePerson
from shared.jobs.runner import RunningJob

APPROVALS = "order_approval"
EXCEPTING = f"{APPROVALS}:excepting"
"""Approvals of all but some orders: workers of 0.1.0 know no exceptions."""
CHUNK_ORDERS = 5_000
NOT_ISSUED = "Only an issued order can be approved; read the order to see its state."


def approve(
    connection: Connection,
    accounts: Accounts,
    order_id: UUID,
    *,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Approve an issued order, or let it wait for an account if its payee has none; returns it.

    Raises NotFound, Conflict if its state or a hold does not allow it, SamePerson for the person who issued it.
    """
    order = repository.order(connection, order_id)
    if order is None or not actor.covers(order.jurisdiction):
        raise NotFound(NO_SUCH_ORDER)
    if refusal := _approval_refusal(order, actor.subject):
        raise refusal
    revisions = revisions_of(accounts.on(calendar_date(now), {order.payee_uscc}, accounts.latest_revision()))
    if not _approve(connection, [order], revisions, by=actor.subject, now=now) and revisions:
        raise Conflict(NOT_ISSUED)  # another request came first, after the order was read
    return repository.view(connection, order_id)


def _approval_refusal(order: Row[Any], by: str) -> DomainError | None:
    """Return why `by` cannot approve an order, if its state or a hold does not allow it."""
    if order.state not in sources(Act.APPROVE):
        return Conflict(NOT_ISSUED, extra={"state": order.state})
    if order.held:
        return Conflict(
            "This order is on hold. Someone other than the person who placed the hold must release it; or the award waits for"
            " an arrangement that covers its newest version."
        )
    if order.issued_by == by:
        return SamePerson("The person who issued an order cannot approve it; another person must.")
    return None


def get(connection: Connection, order_id: UUID, actor: Actor) -> tuple[dict[str, Any], list[str]]:
    """Return an order as its readers see it, and the operations that its state allows `actor`; raises NotFound."""
    order = repository.order(connection, order_id)
    if order is None or not actor.covers(order.jurisdiction):
        raise NotFound(NO_SUCH_ORDER)
    shown = repository.view(connection, order_id)
    allowed = [] if _approval_refusal(order, actor.subject) else ["approve_payment_order"]
    if _can_be_reissued(shown["live"], shown["state"], shown["waiting_for"], shown["budget_year"]):
        allowed.append("reissue_payment_order")
    return shown, allowed


def _approve(
    connection: Connection, orders: Sequence[Row[Any]], revisions: Mapping[str, int], *, by: str, now: datetime
) -> int:
    """Approve issued `orders` whose payee has an account (its revision by uscc); the others wait for one. Returns how many."""
    repository.lock_shared(connection)
    approvable = {order.id: revisions[order.payee_uscc] for order in orders if order.payee_uscc in revisions}
    approved = transitions.approve(connection, approvable, by=by, now=now)
    transitions.postpone(connection, [order.id for order in orders if order.id not in approvable])
    return approved


def run_approvals(database: Database, accounts: Accounts, clock: Clock, job: RunningJob) -> None:
    """Approve in bulk, as the job's input says; what cannot be approved is left as it is and counted in `skipped`."""
    approved = 0
    skipped = {"held": 0, "own": 0, "no_account": 0, "not_issued": 0}
    filters = {name: job.input.get(name) for name in ("unit", "due_year", "order_ids", "jurisdiction")}
    filters["excepted"] = job.input.get("except", [])
    after = seen = 0
    revision = accounts.latest_revision()
    while True:
        now = clock.now()
        with database.reading() as connection:
            rows = repository.to_approve(connection, filters, CHUNK_ORDERS, after)
        if not rows:
            break
        seen, after = seen + len(rows), rows[-1].number
        approvable = [row for row in rows if not row.held and row.issued_by != job.created_by]
        revisions = revisions_of(accounts.on(calendar_date(now), {row.payee_uscc for row in approvable}, revision))
        with database.transaction() as connection:
            approved += _approve(connection, approvable, revisions, by=job.created_by, now=now)
        skipped["held"] += sum(row.held for row in rows)
        skipped["own"] += sum(row.issued_by == job.created_by and not row.held for row in rows)
        skipped["no_account"] += sum(row.payee_uscc not in revisions for row in approvable)
        job.progress(seen, seen)
    if job.input.get("order_ids"):
        skipped["not_issued"] = max(0, len(set(job.input["order_ids"])) - seen)
    with database.transaction() as connection:
        job.succeed(connection, {"approved": approved, "skipped": skipped})


def reissue(connection: Connection, order_id: UUID, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Replace an order whose payment failed or came back by a new one, and return it. Its money is still reserved.

    Raises NotFound, or Conflict if the order did not fail, was replaced or is no longer owed.
    """
    jurisdiction = next(iter(repository.lock_awards_of(connection, [str(order_id)]).values()), None)
    if jurisdiction is None or not actor.covers(jurisdiction):
        raise NotFound(NO_SUCH_ORDER)
    repository.lock_shared(connection)
    old = repository.lock(connection, order_id)
    assert old is not None
    if not _can_be_reissued(old.live, old.state, old.waiting_for, old.budget_year):
        raise Conflict(
            "Only an order whose payment failed or came back can be issued again, once; `state` is the state of this one.",
            extra={"state": old.state},
        )
    transitions.cancel(connection, [str(old.id)])
    order = transitions.issued_in_place_of(old, old.amount_fen, now, by=actor.subject)
    transitions.replace(connection, [order], now)
    moved = (order.award_id, old.version, old.unit, old.budget_year, old.amount_fen)
    postings.post(connection, [ledger.release(str(old.id), *moved), ledger.funding(order.id, *moved)], by=actor.subject)
    return repository.view(connection, UUID(order.id))


def _can_be_reissued(live: bool, state: str, waiting_for: str | None, budget_year: int | None) -> bool:
    """Return whether an order failed, came back, or lacks an account after it was funded, and was not replaced since."""
    waits = state == "waiting" and waiting_for == "account" and budget_year is not None
    return live and (waits or state in ("failed", "returned"))
