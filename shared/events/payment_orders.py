"""Events on `payment-orders.v1`, key: award_id: state changes of payment orders, and recoveries."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import Field

from shared.events.base import EventData
from shared.money import MAX_FEN
from shared.policies import BudgetUnit

ISSUED = "payment_order.issued"
APPROVED = "payment_order.approved"
SETTLED = "payment_order.settled"
FAILED = "payment_order.failed"
RETURNED = "payment_order.returned"
RECOVERY_RAISED = "recovery.raised"


class PaymentOrderChanged(EventData):
    """A payment order reached the state that the event's type names."""

    TYPES = (ISSUED, APPROVED, SETTLED, FAILED, RETURNED)

    order_id: UUID
    award_id: UUID
    version: int = Field(ge=1, description="Version of the award that made the order")
    unit: BudgetUnit = Field(description="Budget that pays")
    instalment: int = Field(ge=1)
    due_year: int = Field(ge=2000, le=2100)
    amount_fen: int = Field(ge=1, le=MAX_FEN)
    payee_uscc: str
    occurred_on: date | None = Field(default=None, description="The bank's day, for results")
    bank_reference: str | None = None
    reason: str | None = Field(default=None, description="The bank's reason, where it failed or came back")


class RecoveryRaised(EventData):
    """Money that was paid and is not owed any more has to come back."""

    TYPES = (RECOVERY_RAISED,)

    recovery_id: UUID
    award_id: UUID
    version: int = Field(ge=1, description="Version of the award that lowered the entitlement")
    unit: BudgetUnit
    payee_uscc: str
    amount_fen: int = Field(ge=1, le=MAX_FEN)
