"""Read and lock payment orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    Row,
    RowMapping,
    Select,
    Text,
    Uuid,
    column,
    select,
    table,
    text,
)

from services.payout.budgets.domain import Classification
from services.payout.orders.domain import Order, QueuePosition, purpose_of
from services.payout.orders.tables import payment_orders
from shared.database.bulk import array
from shared.database.queries import load

queries = load(__package__)

ORDERS_LOCK = 0x6F7264657273  # "orders"
"""Advisory lock of a transaction: shared by changes to the orders of some awards, exclusive for those that take from all."""

NO_SUCH_ORDER = "There is no such payment order; `GET /v1/payment-orders` lists them."

Key = tuple[str, str, str]
"""(award_id, unit, payee's uscc)."""

_DETAILS = table(
    "payment_order_details",
    column("id", Uuid),
    column("award_id", Uuid),
    column("award", Text),
    column("version"),
    column("jurisdiction", Text),
    column("unit", Text),
    column("instalment"),
    column("due_year", Integer),
    column("amount_fen"),
    column("payee"),
    column("state", Text),
    column("waiting_for", Text),
    column("live"),
    column("budget_year"),
    column("funded_at"),
    column("approved_by"),
    column("approved_at"),
    column("account_revision"),
    column("batch_id", Uuid),
    column("replaces"),
    column("occurred_on"),
    column("bank_reference"),
    column("reason"),
    column("created_at"),
    column("changed_at", DateTime(timezone=True)),
    column("account"),
)
"""Columns of an order that the API shows."""
_CLASSES = table(
    "payment_order_classes", column("id", Uuid), column("award_year"), *map(column, Classification._fields)
)
"""What the treasury files an order under, and the year that its purpose names."""
_LIVE = (
    *("id", "number", "award_id", "unit", "payee_uscc", "instalment", "due_year", "amount_fen", "state"),
    *("waiting_for", "budget_year", "account_revision", "indicator_id"),
)
_NUMBER: Any = column("number", BigInteger)
_PAYEE: Any = column("payee_uscc", Text)


def lock_shared(connection: Connection) -> None:
    """Exclude the funding pass and batch building until the transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": ORDERS_LOCK})


def lock_exclusively(connection: Connection) -> None:
    """Wait for transactions that change orders, and exclude others until this one ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ORDERS_LOCK})


def lock_awards_of(connection: Connection, order_ids: Collection[str]) -> dict[str, str]:
    """Lock the awards of some orders, in one order for all workers; returns their jurisdictions by award id."""
    rows = connection.execute(queries.lock_awards_of, {"ids": array(order_ids)})
    return {row.award_id: row.jurisdiction for row in rows}


def lock(connection: Connection, order_id: UUID) -> Row[Any] | None:
    """Lock an order and return its row, or None."""
    own = select(payment_orders).where(payment_orders.c.id == order_id)
    return connection.execute(own.with_for_update()).one_or_none()


def live(connection: Connection, award_ids: Collection[str], *, lock: bool = True) -> dict[Key, list[Order]]:
    """Return the live orders of `award_ids`, oldest first, and lock them unless `lock` is false."""
    # As text, with the value given at execution: SQLAlchemy would declare it varchar, and the cast be made again for each row.
    of_awards = text("payment_orders.award_id = ANY(CAST(:ids AS uuid[]))")
    own = select(*(payment_orders.c[name] for name in _LIVE)).where(of_awards, payment_orders.c.live)
    own = own.order_by(payment_orders.c.award_id, payment_orders.c.number)
    found: dict[Key, list[Order]] = defaultdict(list)
    for row in connection.execute(own.with_for_update() if lock else own, {"ids": array(award_ids)}):
        found[str(row.award_id), row.unit, row.payee_uscc].append(
            Order(
                id=row.id,
                number=row.number,
                instalment=row.instalment,
                due_year=row.due_year,
                amount_fen=row.amount_fen,
                state=row.state,
                waiting_for=row.waiting_for,
                budget_year=row.budget_year,
                account_revision=row.account_revision,
                indicator_id=row.indicator_id,
            )
        )
    return found


def between(start: QueuePosition, until: QueuePosition) -> dict[str, str | int]:
    """Return two positions of the queue as the values of a statement."""
    values: dict[str, str | int] = {}
    for end, position in (("start", start), ("until", until)):
        day, place, subject, year, award_id = position
        values |= {f"{end}_day": day, f"{end}_place": place, f"{end}_subject": subject}
        values |= {f"{end}_year": year, f"{end}_award": award_id}
    return values


def to_approve(connection: Connection, filters: Mapping[str, Any], limit: int, after: int = 0) -> list[Row[Any]]:
    """Return issued orders after the number `after`: of `unit` and `due_year` without `excepted`, or with `order_ids`; of
    `jurisdiction`.
    """
    named = filters["order_ids"]
    values = {**filters, "order_ids": None if named is None else array(named), "after": after, "limit": limit}
    values["excepted"] = array(filters["excepted"])
    return list(connection.execute(queries.to_approve, values))


def order(connection: Connection, order_id: UUID) -> Row[Any] | None:
    """Return an order with its award's jurisdiction and whether it is held, or None."""
    return connection.execute(queries.order, {"id": order_id}).one_or_none()


def view(connection: Connection, order_id: UUID) -> dict[str, Any]:
    """Return one order as the API shows it."""
    return _shown(connection.execute(_select().where(_DETAILS.c.id == order_id)).mappings().one())


def totals(connection: Connection, jurisdiction: str | None) -> list[dict[str, Any]]:
    """Return live orders of `jurisdiction`, or all, added up by budget, years, award, state and what they wait for."""
    rows = connection.execute(queries.totals, {"jurisdiction": jurisdiction})
    return [dict(row) for row in rows.mappings()]


def views(
    connection: Connection,
    filters: Mapping[str, object],
    *,
    uscc: str | None = None,
    changed_after: object = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Return up to `limit` orders after the number `after`, oldest first, each with its `number`.

    `filters` are values of columns, or `own_uscc`; one of None does not apply. `uscc` is the payee.
    """
    found = _select(_NUMBER).order_by(_NUMBER).limit(limit)
    for name, value in filters.items():
        if value is not None:
            found = found.where((_PAYEE if name == "own_uscc" else _DETAILS.c[name]) == value)
    if uscc is not None:
        found = found.where(uscc == _PAYEE)
    if changed_after is not None:
        found = found.where(_DETAILS.c.changed_at > changed_after)
    if after is not None:
        found = found.where(after < _NUMBER)
    return [_shown(row) for row in connection.execute(found).mappings()]


def _select(*more: ColumnElement[Any]) -> Select[Any]:
    classes = [column for column in _CLASSES.c if column.name != "id"]
    return select(_DETAILS, *classes, *more).join_from(_DETAILS, _CLASSES, _CLASSES.c.id == _DETAILS.c.id)


def _shown(row: RowMapping) -> dict[str, Any]:
    shown = dict(row)
    return shown | {"purpose": purpose_of(shown["award"], shown.pop("award_year"))}
