"""Use cases of approval, by another person, pinning the revision of the payee's account; and of reissue after a failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from services.payout.clients.registry import Accounts, revisions_of
from services.payout.ledger import domain as ledger
from services.payout.ledger import repository as postings
from services.payout.orders import events
from services.payout.orders.repository import NO_SUCH_ORDER, Replacement, add_replacements, cancel, lock_shared
from services.payout.orders.waiting import HELD
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.errors import Conflict, NotFound, SamePerson
from shared.events import payment_orders
from shared.identifiers import new_id
from shared.jobs.runner import RunningJob

APPROVALS = "order_approval"
CHUNK_ORDERS = 5_000
NOT_ISSUED = "Only an issued order is approved; read the order to see where it stands."

_APPROVE = text(
    """
    UPDATE payment_orders o SET state = 'approved', approved_by = :by, approved_at = :now, changed_at = now(),
           account_revision = a.revision
    FROM unnest(CAST(:ids AS uuid[]), CAST(:revisions AS bigint[])) AS a(id, revision)
    WHERE o.id = a.id AND o.state = 'issued' AND o.issued_by <> :by
    RETURNING o.id::text AS id
    """
)


def approve(
    connection: Connection, orders: Sequence[Row[Any]], revisions: Mapping[str, int], *, by: str, now: datetime
) -> int:
    """Approve issued `orders` whose payee has an account (its revision by uscc); the others wait for one. Returns how many."""
    lock_shared(connection)
    able = [order for order in orders if order.payee_uscc in revisions]
    approved = connection.execute(
        _APPROVE,
        {
            "ids": [order.id for order in able],
            "revisions": [revisions[order.payee_uscc] for order in able],
            "by": by,
            "now": now,
        },
    ).all()
    connection.execute(
        text(
            """
            UPDATE payment_orders SET state = 'waiting', waiting_for = 'account', changed_at = now()
            WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'issued'
            """
        ),
        {"ids": [order.id for order in orders if order.payee_uscc not in revisions]},
    )
    events.tell_orders(connection, payment_orders.APPROVED, [row.id for row in approved], now, occasion=now.isoformat())
    return len(approved)


def to_approve(connection: Connection, filters: Mapping[str, Any], limit: int, after: int = 0) -> list[Row[Any]]:
    """Return issued orders that are not held: of `unit` and `due_year`, or with `order_ids`; jurisdiction restricts them."""
    conditions = {
        "unit": "o.unit = :unit",
        "due_year": "o.due_year = :due_year",
        "order_ids": "o.id = ANY(CAST(:order_ids AS uuid[]))",
        "jurisdiction": "EXISTS (SELECT FROM awards a WHERE a.award_id = o.award_id AND a.jurisdiction = :jurisdiction)",
    }
    applied = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(conditions[name] for name in applied) or "true"
    return list(
        connection.execute(
            text(
                f"""
                SELECT o.id::text AS id, o.number, o.payee_uscc, o.issued_by, {HELD} AS held
                FROM payment_orders o WHERE o.state = 'issued' AND o.number > :after AND {where}
                ORDER BY o.number LIMIT :limit
                """
            ),
            applied | {"limit": limit, "after": after},
        )
    )


def check_approval(connection: Connection, order_id: UUID, actor: str, jurisdiction: str | None) -> Row[Any]:
    """Return the order to approve; raises Problem 404, or 409 if its state, a hold or the person does not allow it."""
    row = connection.execute(
        text(
            f"""
            SELECT o.id::text AS id, o.state, o.payee_uscc, o.issued_by, a.jurisdiction, {HELD} AS held
            FROM payment_orders o JOIN awards a USING (award_id) WHERE o.id = :id
            """
        ),
        {"id": order_id},
    ).one_or_none()
    if row is None or jurisdiction not in (None, row.jurisdiction):
        raise NotFound(NO_SUCH_ORDER)
    if row.state != "issued":
        raise Conflict(NOT_ISSUED, extra={"state": row.state})
    if row.held:
        raise Conflict(
            "The award or its payee is held: another person than who holds it has to release it first. Or the award waits for"
            " an arrangement that covers its newest version."
        )
    if row.issued_by == actor:
        raise SamePerson("Who issued an order cannot approve it; another person has to.")
    return row


def run_approvals(database: Database, accounts: Accounts, clock: Clock, job: RunningJob) -> None:
    """Approve in bulk, as the job's input says; what cannot be approved is left and counted in `skipped`."""
    counts = {"approved": 0}
    skipped = {"held": 0, "own": 0, "no_account": 0, "not_issued": 0}
    filters = {name: job.input.get(name) for name in ("unit", "due_year", "order_ids", "jurisdiction")}
    after = seen = 0
    revision = accounts.latest_revision()
    while True:
        now = clock.now()
        with database.reading() as connection:
            rows = to_approve(connection, filters, CHUNK_ORDERS, after)
        if not rows:
            break
        seen, after = seen + len(rows), rows[-1].number
        able = [row for row in rows if not row.held and row.issued_by != job.created_by]
        revisions = revisions_of(accounts.on(calendar_date(now), {row.payee_uscc for row in able}, revision))
        with database.transaction() as connection:
            counts["approved"] += approve(connection, able, revisions, by=job.created_by, now=now)
        skipped["held"] += sum(row.held for row in rows)
        skipped["own"] += sum(row.issued_by == job.created_by and not row.held for row in rows)
        skipped["no_account"] += sum(row.payee_uscc not in revisions for row in able)
        job.progress(seen, seen)
    if job.input.get("order_ids"):
        skipped["not_issued"] = max(0, len(set(job.input["order_ids"])) - seen)
    with database.transaction() as connection:
        job.succeed(connection, counts | {"skipped": skipped})


def reissue(connection: Connection, order_id: UUID, *, by: str, jurisdiction: str | None, now: datetime) -> str:
    """Put a new order in the place of one whose payment failed or came back; returns its id. Its money is still reserved.

    Raises Problem 404, or 409 if the order did not fail, was replaced or is not owed any more.
    """
    row = connection.execute(text("SELECT award_id FROM payment_orders WHERE id = :id"), {"id": order_id}).one_or_none()
    award = connection.execute(
        text("SELECT jurisdiction FROM awards WHERE award_id = :award_id FOR UPDATE"),
        {"award_id": row.award_id if row else None},
    ).one_or_none()
    if award is None or jurisdiction not in (None, award.jurisdiction):
        raise NotFound(NO_SUCH_ORDER)
    lock_shared(connection)
    old = connection.execute(
        text("SELECT *, award_id::text AS award FROM payment_orders WHERE id = :id FOR UPDATE"), {"id": order_id}
    ).one()
    waits = old.state == "waiting" and old.waiting_for == "account" and old.budget_year is not None
    if not old.live or not (waits or old.state in ("failed", "returned")):
        raise Conflict(
            "Only an order whose payment failed or came back is issued again, once; `state` says where this one stands.",
            extra={"state": old.state},
        )
    cancel(connection, [str(old.id)])
    order = Replacement(
        id=str(new_id(now)),
        award_id=old.award,
        version=old.version,
        unit=old.unit,
        instalment=old.instalment,
        due_year=old.due_year,
        amount_fen=old.amount_fen,
        payee_uscc=old.payee_uscc,
        first_decided_on=old.first_decided_on.isoformat(),
        waiting_for=None,
        state="issued",
        budget_year=old.budget_year,
        funded_at=now.isoformat(),
        replaces=str(old.id),
        issued_by=by,
    )
    add_replacements(connection, [order])
    moved = (old.award, old.version, old.unit, old.budget_year, old.amount_fen)
    postings.post(connection, [ledger.release(str(old.id), *moved), ledger.funding(order.id, *moved)], by=by)
    events.tell_orders(connection, payment_orders.ISSUED, [order.id], now)
    return order.id
