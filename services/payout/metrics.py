"""Metrics read from payout's database: orders by state, money by unit, differences that reconciliation found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from services.payout.budgets import repository as budgets
from services.payout.enums import UNITS, OrderState, WaitingFor
from shared.database.queries import load
from shared.gauges.stored_gauges import StoredGauges
from shared.observability import metrics
from shared.observability.metrics import Sample

queries = load(__package__)

_LIVE_STATES = [
    *((OrderState.WAITING, reason) for reason in WaitingFor),
    *((state, "") for state in OrderState if state not in {OrderState.WAITING, OrderState.CANCELLED}),
]
"""States of a live payment order, with what a waiting one lacks."""

_BUDGET = {
    "appropriated_fen": metrics.MONEY_APPROPRIATED,
    "committed_fen": metrics.MONEY_RESERVED,
    "ordered_fen": metrics.MONEY_ORDERED,
    "paid_fen": metrics.MONEY_PAID,
    "recovered_fen": metrics.MONEY_RECOVERED,
}


def read(connection: Connection) -> Sequence[Sample]:
    """Read the budgets' running sums and the number of waiting awards, each from an index or a small table."""
    found = [metrics.AWARDS_WAITING.at(connection.execute(queries.awards_waiting).scalar_one())]
    for budget in budgets.views(connection, this_year=0):
        found += [figure.at(budget[column], budget["unit"], budget["year"]) for column, figure in _BUDGET.items()]
    return found


def _money(connection: Connection) -> Sequence[Sample]:
    entitled = {row.unit: row.fen for row in connection.execute(queries.entitled)}
    claims = {row.unit: row.fen for row in connection.execute(queries.claims)}
    found = []
    for unit in UNITS:
        found.append(metrics.MONEY_ENTITLED.at(entitled.get(unit, 0), unit))
        found.append(metrics.MONEY_TO_RECOVER.at(claims.get(unit, 0), unit))
    rows = {(row.unit, row.state, row.waiting_for): row for row in connection.execute(queries.live_orders)}
    for unit in UNITS:
        for state, reason in _LIVE_STATES:
            row = rows.get((unit, state, reason))
            found.append(metrics.PAYMENT_ORDERS.at(row.orders if row else 0, unit, state, reason))
            if state is OrderState.WAITING:
                found.append(metrics.MONEY_WAITING.at(row.fen if row else 0, unit, reason))
    return found


MONEY = StoredGauges("money", _money)
"""Entitlement, claims and orders: a pass over shares in effect, recoveries and orders. Missing combinations are reported as 0."""


def differences(checks: Iterable[str], found: Iterable[Mapping[str, Any]]) -> list[Sample]:
    """Return how many differences each check of a reconciliation found."""
    counted = Counter(difference["check"] for difference in found)
    return [metrics.DIFFERENCES.at(counted[check], check) for check in checks]
