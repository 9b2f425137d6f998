"""Codes that every room of payout uses: budget units, jurisdictions, states of a payment order."""

from __future__ import annotations

from enum import StrEnum

from shared import policies

Unit = StrEnum("Unit", [(code.upper(), code) for code in policies.UNITS])  # type: ignore[misc]
Unit.__doc__ = "A budget that pays: a unit of an installed policy."
Jurisdiction = StrEnum("Jurisdiction", [(code.upper(), code) for code in policies.COVERED])  # type: ignore[misc]
Jurisdiction.__doc__ = "Where an award belongs: a place that its policy covers."


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


UNITS = tuple(policies.UNITS)
SENT = frozenset({"batched", "settled"})
"""States in which the bank has the order: it can no longer be cancelled here."""
SYSTEM = "payout"
"""Actor of what the service does by itself."""
