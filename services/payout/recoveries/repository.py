"""Reading and writing recoveries."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, text, update

from services.payout.orders.domain import Claim
from services.payout.orders.repository import Key
from services.payout.recoveries.tables import repayments, write_offs
from shared.database.bulk import array, copy_rows
from shared.events.payment_orders import RECOVERY_RAISED
from shared.messaging.topics import PAYMENT_ORDERS, PAYOUT_SOURCE


class NewRecovery(NamedTuple):
    """A row of `recoveries` to be; the fields are its columns."""

    id: str
    award_id: str
    version: int
    unit: str
    payee_uscc: str
    amount_fen: int


_PUBLISH_RAISED = text(
    """
    INSERT INTO outbox (topic, key, type, event_id, source, subject, occurred_at, data)
    SELECT :topic, r.award_id::text, CAST(:type AS text), md5(concat_ws('/', CAST(:type AS text), r.id))::uuid, :source,
           r.id::text, r.raised_at,
           jsonb_build_object(
               'recovery_id', r.id, 'award_id', r.award_id, 'version', r.version, 'unit', r.unit,
               'payee_uscc', r.payee_uscc, 'amount_fen', r.amount_fen)::text
    FROM recoveries r WHERE r.id = ANY(CAST(:ids AS uuid[]))
    ORDER BY r.award_id, r.id
    """
)


def add(connection: Connection, recoveries: Sequence[NewRecovery]) -> None:
    """Store new recoveries and publish that they were raised."""
    copy_rows(connection, "recoveries", NewRecovery._fields, recoveries)
    if recoveries:
        values = {
            "topic": PAYMENT_ORDERS,
            "type": RECOVERY_RAISED,
            "source": PAYOUT_SOURCE,
            "ids": array(recovery.id for recovery in recoveries),
        }
        connection.execute(_PUBLISH_RAISED, values)


def drop(connection: Connection, drops: Sequence[tuple[str, str, str, int]]) -> None:
    """Take (award_id, unit, uscc, fen) off the open recoveries, the youngest first."""
    if drops:
        connection.execute(
            text(
                """
                WITH wanted AS (
                    SELECT * FROM unnest(CAST(:awards AS uuid[]), CAST(:units AS text[]), CAST(:usccs AS text[]),
                                         CAST(:amounts AS bigint[])) AS w(award_id, unit, uscc, fen)
                ), open AS (
                    SELECT r.id, r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen AS outstanding, w.fen,
                           sum(r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen) OVER (
                               PARTITION BY r.award_id, r.unit, r.payee_uscc ORDER BY r.id DESC) AS cumulated
                    FROM recoveries r JOIN wanted w
                      ON (r.award_id, r.unit, r.payee_uscc) = (w.award_id, w.unit, w.uscc)
                )
                UPDATE recoveries r
                SET dropped_fen = r.dropped_fen + least(o.outstanding, o.fen - (o.cumulated - o.outstanding)),
                    changed_at = now()
                FROM open o WHERE o.id = r.id AND o.cumulated - o.outstanding < o.fen AND o.outstanding > 0
                """
            ),
            {
                "awards": [drop[0] for drop in drops],
                "units": [drop[1] for drop in drops],
                "usccs": [drop[2] for drop in drops],
                "amounts": [drop[3] for drop in drops],
            },
        )


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


_VIEW = """
    SELECT r.id, r.award_id, r.version, r.unit,
           jsonb_build_object('uscc', r.payee_uscc, 'name', (
               SELECT payee_name FROM award_versions v WHERE v.award_id = r.award_id AND v.payee_uscc = r.payee_uscc
               ORDER BY v.version DESC LIMIT 1)) AS payee,
           CASE WHEN r.amount_fen > r.dropped_fen + r.repaid_fen + r.written_off_fen THEN 'open'
                WHEN r.written_off_fen > 0 THEN 'written_off' WHEN r.repaid_fen > 0 THEN 'repaid' ELSE 'dropped' END
               AS state,
           r.amount_fen, r.dropped_fen, r.repaid_fen, r.written_off_fen,
           r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen AS outstanding_fen,
           (SELECT w.amount_fen FROM write_offs w
            WHERE w.recovery_id = r.id AND w.confirmed_at IS NULL AND w.lapsed_at IS NULL
              AND w.amount_fen <= r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen)
               AS proposed_write_off_fen,
           r.raised_at
    FROM recoveries r JOIN awards a ON a.award_id = r.award_id
"""


def view(connection: Connection, recovery_id: UUID) -> dict[str, Any]:
    """Return a recovery as its readers see it."""
    return dict(connection.execute(text(f"{_VIEW} WHERE r.id = :id"), {"id": recovery_id}).mappings().one())


def views(connection: Connection, filters: Mapping[str, object], limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` recoveries that `filters` let through, oldest first."""
    conditions = {
        "uscc": "r.payee_uscc = :uscc",
        "unit": "r.unit = :unit",
        "award_id": "r.award_id = :award_id",
        "jurisdiction": "a.jurisdiction = :jurisdiction",
        "after": "r.id > CAST(:after AS uuid)",
        "open": "(r.amount_fen > r.dropped_fen + r.repaid_fen + r.written_off_fen) = :open",
    }
    applied = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(conditions[name] for name in applied) or "true"
    rows = connection.execute(text(f"{_VIEW} WHERE {where} ORDER BY r.id LIMIT :limit"), {**applied, "limit": limit})
    return [dict(row) for row in rows.mappings()]


def lock_awards(connection: Connection, recovery_id: UUID, order_id: UUID) -> None:
    """Lock the awards of a recovery and of an order, in the order in which everybody locks them."""
    connection.execute(
        text(
            """
            SELECT FROM awards WHERE award_id IN (SELECT award_id FROM recoveries WHERE id = :recovery_id UNION ALL
                                                  SELECT award_id FROM payment_orders WHERE id = :order_id)
            ORDER BY award_id FOR UPDATE
            """
        ),
        {"recovery_id": recovery_id, "order_id": order_id},
    )


def locked(connection: Connection, recovery_id: UUID) -> Row[Any] | None:
    """Lock the award of a recovery, then the recovery, and return it with what is outstanding; None if there is none."""
    connection.execute(
        text("SELECT FROM awards WHERE award_id = (SELECT award_id FROM recoveries WHERE id = :id) FOR UPDATE"),
        {"id": recovery_id},
    )
    return connection.execute(
        text(
            """
            SELECT r.*, r.amount_fen - r.dropped_fen - r.repaid_fen - r.written_off_fen AS outstanding, a.jurisdiction
            FROM recoveries r JOIN awards a ON a.award_id = r.award_id WHERE r.id = :id FOR UPDATE OF r
            """
        ),
        {"id": recovery_id},
    ).one_or_none()


def repayment(connection: Connection, recovery_id: UUID, reference: str) -> Row[Any] | None:
    """Return the repayment of a recovery with this bank reference, or None."""
    return connection.execute(
        select(repayments).where(repayments.c.recovery_id == recovery_id, repayments.c.bank_reference == reference)
    ).one_or_none()


def add_repayment(
    connection: Connection,
    recovery_id: UUID,
    amount_fen: int,
    received_on: date,
    reference: str,
    order_id: str | None,
    by: str,
) -> None:
    """Store a repayment and take it off what is outstanding."""
    row = {
        "recovery_id": recovery_id,
        "amount_fen": amount_fen,
        "received_on": received_on,
        "bank_reference": reference,
        "order_id": order_id,
        "recorded_by": by,
    }
    connection.execute(insert(repayments).values(**row))
    connection.execute(
        text("UPDATE recoveries SET repaid_fen = repaid_fen + :fen, changed_at = now() WHERE id = :id"),
        {"fen": amount_fen, "id": recovery_id},
    )


def _proposed(recovery_id: UUID) -> ColumnElement[bool]:
    return and_(
        write_offs.c.recovery_id == recovery_id, write_offs.c.confirmed_at.is_(None), write_offs.c.lapsed_at.is_(None)
    )


def open_write_off(connection: Connection, recovery_id: UUID, outstanding_fen: int) -> Row[Any] | None:
    """Return the write-off that waits for confirmation, or None: one of more than is outstanding has lapsed."""
    return connection.execute(
        select(write_offs).where(_proposed(recovery_id), write_offs.c.amount_fen <= outstanding_fen)
    ).one_or_none()


def propose_write_off(
    connection: Connection, recovery_id: UUID, amount_fen: int, reason: str, by: str, now: datetime
) -> None:
    """Store a proposed write-off, in the place of one that lapsed."""
    connection.execute(update(write_offs).where(_proposed(recovery_id)).values(lapsed_at=now))
    row = {"recovery_id": recovery_id, "amount_fen": amount_fen, "reason": reason, "proposed_by": by}
    connection.execute(insert(write_offs).values(**row))


def confirm_write_off(
    connection: Connection, write_off_id: int, recovery_id: UUID, amount_fen: int, by: str, now: datetime
) -> None:
    """Confirm a write-off and take it off what is outstanding."""
    connection.execute(
        update(write_offs).where(write_offs.c.id == write_off_id).values(confirmed_by=by, confirmed_at=now)
    )
    connection.execute(
        text("UPDATE recoveries SET written_off_fen = written_off_fen + :fen, changed_at = now() WHERE id = :id"),
        {"fen": amount_fen, "id": recovery_id},
    )
