"""What payout's metrics say of its database: orders by state, money by unit, what reconciliation found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from services.payout.budgets import repository as budgets
from services.payout.enums import UNITS, OrderState, WaitingFor
from shared.gauges.measurements import Measurement
from shared.observability import metrics
from shared.observability.metrics import Sample

_AWARDS_WAITING = text("SELECT count(*) FROM awards WHERE waiting_for IS NOT NULL")
_CLAIMS = text(
    """
    SELECT unit, sum(amount_fen - dropped_fen - repaid_fen - written_off_fen)::bigint AS fen
    FROM recoveries GROUP BY unit
    """
)
_ORDERS = text(
    """
    SELECT unit, state, coalesce(waiting_for, '') AS waiting_for, count(*) AS orders, sum(amount_fen)::bigint AS fen
    FROM payment_orders WHERE live GROUP BY unit, state, waiting_for
    """
)
_ENTITLED = text(
    """
    SELECT s.unit, sum(s.amount_fen)::bigint AS fen
    FROM awards a JOIN award_shares s ON s.award_id = a.award_id AND s.version = a.split_version GROUP BY s.unit
    """
)


_STANDINGS = [
    *((OrderState.WAITING, reason) for reason in WaitingFor),
    *((state, "") for state in OrderState if state not in {OrderState.WAITING, OrderState.CANCELLED}),
]
"""Where a live payment order may stand, and what it waits for."""

_BUDGET = {
    "appropriated_fen": metrics.MONEY_APPROPRIATED,
    "committed_fen": metrics.MONEY_RESERVED,
    "ordered_fen": metrics.MONEY_ORDERED,
    "paid_fen": metrics.MONEY_PAID,
    "recovered_fen": metrics.MONEY_RECOVERED,
}


def read(connection: Connection) -> Sequence[Sample]:
    """Read the budgets' running sums and the awards that wait as a whole: each by an index or of a small table."""
    found = [metrics.AWARDS_WAITING.at(connection.execute(_AWARDS_WAITING).scalar_one())]
    for budget in budgets.views(connection, None, None, None, this_year=0):
        found += [figure.at(budget[column], budget["unit"], budget["year"]) for column, figure in _BUDGET.items()]
    return found


def _money(connection: Connection) -> Sequence[Sample]:
    entitled = {row.unit: row.fen for row in connection.execute(_ENTITLED)}
    claims = {row.unit: row.fen for row in connection.execute(_CLAIMS)}
    found = []
    for unit in UNITS:
        found.append(metrics.MONEY_ENTITLED.at(entitled.get(unit, 0), unit))
        found.append(metrics.MONEY_TO_RECOVER.at(claims.get(unit, 0), unit))
    rows = {(row.unit, row.state, row.waiting_for): row for row in connection.execute(_ORDERS)}
    for unit in UNITS:
        for state, reason in _STANDINGS:
            row = rows.get((unit, state, reason))
            found.append(metrics.PAYMENT_ORDERS.at(row.orders if row else 0, unit, state, reason))
            if state is OrderState.WAITING:
                found.append(metrics.MONEY_WAITING.at(row.fen if row else 0, unit, reason))
    return found


MONEY = Measurement("money", _money)
"""Entitlement, claims and orders: a pass over the shares in effect, the recoveries and all orders. None is told as 0."""


def differences(checks: Iterable[str], found: Iterable[Mapping[str, Any]]) -> list[Sample]:
    """Return how many differences each check of a reconciliation found."""
    counted = Counter(difference["check"] for difference in found)
    return [metrics.DIFFERENCES.at(counted[check], check) for check in checks]
