"""What the outside is told of payment orders and recoveries: events on `payment-orders.v1`, written to the outbox.

Set-based: the events of a statement's orders are made by the database. An event's id follows from what it tells, so telling it
again bears the same id.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from shared.events import payment_orders
from shared.messaging.topics import PAYMENT_ORDERS, PAYOUT_SOURCE

ORDER_DATA = """
    json_build_object(
        'order_id', o.id, 'award_id', o.award_id, 'version', o.version, 'unit', o.unit, 'instalment', o.instalment,
        'due_year', o.due_year, 'amount_fen', o.amount_fen, 'payee_uscc', o.payee_uscc, 'occurred_on', o.result_on,
        'bank_reference', o.bank_reference, 'reason', o.result_reason)::text"""
"""SQL: the data of an event about the payment order `o`."""


FRESH_ORDER_DATA = """
    concat('{"order_id":"', o.id, '","award_id":"', o.award_id, '","version":', o.version, ',"unit":"', o.unit,
           '","instalment":', o.instalment, ',"due_year":', o.due_year, ',"amount_fen":', o.amount_fen,
           ',"payee_uscc":"', o.payee_uscc, '"}')"""
"""SQL: the same for an order that the bank has not seen yet. Nothing in it can need escaping; it takes a third of the time."""


def insert_order_events(orders: str, data: str = ORDER_DATA) -> str:
    """Return the statement that writes an event of `:type` to the outbox for each row of `orders` (SQL: a source named `o`)."""
    return f"""
    INSERT INTO outbox (topic, key, type, event_id, source, subject, occurred_at, data, trace_parent)
    SELECT '{PAYMENT_ORDERS}', o.award_id::text, CAST(:type AS text),
           md5(concat_ws('/', CAST(:type AS text), o.id, CAST(:occasion AS text)))::uuid,
           '{PAYOUT_SOURCE}', o.id::text, CAST(:now AS timestamptz), {data},
           (SELECT v.trace_parent FROM award_versions v WHERE v.award_id = o.award_id AND v.version = o.version)
    FROM {orders}"""


_ORDER_EVENTS = text(
    insert_order_events("payment_orders o WHERE o.id = ANY(CAST(:ids AS uuid[])) ORDER BY o.award_id, o.number")
)

_RECOVERY_EVENTS = text(
    f"""
    INSERT INTO outbox (topic, key, type, event_id, source, subject, occurred_at, data)
    SELECT '{PAYMENT_ORDERS}', r.award_id::text, '{payment_orders.RECOVERY_RAISED}',
           md5(concat_ws('/', '{payment_orders.RECOVERY_RAISED}', r.id))::uuid, '{PAYOUT_SOURCE}', r.id::text, r.raised_at,
           jsonb_build_object(
               'recovery_id', r.id, 'award_id', r.award_id, 'version', r.version, 'unit', r.unit,
               'payee_uscc', r.payee_uscc, 'amount_fen', r.amount_fen)::text
    FROM recoveries r WHERE r.id = ANY(CAST(:ids AS uuid[]))
    ORDER BY r.award_id, r.id
    """
)


def tell_orders(
    connection: Connection, event_type: str, order_ids: Sequence[str], now: object, *, occasion: str = ""
) -> None:
    """Tell that `order_ids` reached the state of `event_type`; `occasion` sets a repeated event apart from the first."""
    if order_ids:
        connection.execute(
            _ORDER_EVENTS, {"type": event_type, "ids": list(order_ids), "now": now, "occasion": occasion or None}
        )


def tell_recoveries(connection: Connection, recovery_ids: Sequence[str]) -> None:
    """Tell that `recovery_ids` were raised."""
    if recovery_ids:
        connection.execute(_RECOVERY_EVENTS, {"ids": list(recovery_ids)})
