"""Codes that every room of payout uses: budget units, jurisdictions, states of a payment order."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """A budget that pays (Suppl.): the city itself, Liandu district, the economic development zone."""

    CITY = "city"
    LIANDU = "liandu"
    DEVELOPMENT_ZONE = "development_zone"


class Jurisdiction(StrEnum):
    """Where an award belongs (Suppl.); each has the name of its budget unit, though other units may share the cost."""

    CITY = "city"
    LIANDU = "liandu"
    DEVELOPMENT_ZONE = "development_zone"


class OrderState(StrEnum):
    """State of a payment order."""

    WAITING = "waiting"
    ISSUED = "issued"
    APPROVED = "approved"
    BATCHED = "batched"
    SETTLED = "settled"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class WaitingFor(StrEnum):
    """What a waiting payment order lacks."""

    FUNDS = "funds"
    DUE_YEAR = "due_year"
    ACCOUNT = "account"
    RELEASE = "release"


UNITS: tuple[str, ...] = tuple(unit.value for unit in Unit)
SENT = frozenset({"batched", "settled"})
"""States in which the bank has the order: it can no longer be cancelled here."""
SYSTEM = "payout"
"""Actor of what the service does by itself."""
