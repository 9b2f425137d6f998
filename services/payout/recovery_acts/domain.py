"""Why money is claimed back, until when, and what of a plan is overdue. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

LITIGATION_MONTHS = 6
"""Months within which a payee may sue (Administrative Litigation Law, Art. 46)."""
ENFORCEMENT_MONTHS = 3
"""Months after that within which an office without powers of its own may apply to the court (Administrative Enforcement Law,
Art. 53)."""


class Cause(StrEnum):
    """Why an award was lowered after it was paid."""

    CORRECTION = "correction"
    MISSTATEMENT = "misstatement"
    FRAUD = "fraud"


class RecoveryKind(StrEnum):
    """How the award is taken back: 撤销, void from the start, or 撤回, because facts were corrected."""

    ANNULLED = "annulled"
    REVOKED = "revoked"


KINDS = {
    Cause.CORRECTION: RecoveryKind.REVOKED,
    Cause.MISSTATEMENT: RecoveryKind.ANNULLED,
    Cause.FRAUD: RecoveryKind.ANNULLED,
}
"""The payee answers for a misstatement and for fraud, so the award was never lawful; for a correction it does not."""


class PlannedPart(NamedTuple):
    """A part of what is to be repaid, and its last day."""

    due_on: date
    amount_fen: int


def limitation_on(issued_on: date) -> date:
    """Return the last day for an application to the court for enforcement of an act that was issued on a day and not contested.

    Both terms run in law from the day on which the payee received the act, which is not recorded, and a review or an action
    postpones them: the day is never later than the law's.
    """
    return _months_after(_months_after(issued_on, LITIGATION_MONTHS), ENFORCEMENT_MONTHS)


def _months_after(day: date, months: int) -> date:
    """Return the same day some months later; the month's last where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def overdue_fen(outstanding_fen: int, due_on: date | None, plan: Sequence[PlannedPart], today: date) -> int:
    """Return what should have been repaid by now: all after the term, or what a plan does not leave for later."""
    if plan:
        later = sum(part.amount_fen for part in plan if part.due_on >= today)
        return max(0, outstanding_fen - later)
    return outstanding_fen if due_on is not None and due_on < today else 0
