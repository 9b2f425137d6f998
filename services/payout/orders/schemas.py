"""What the API gives of payment orders."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.payout.budgets.schemas import Classified
from services.payout.enums import OrderState, Unit, WaitingFor
from shared.web.jobs import Job
from shared.web.possible_acts import WithPossibleActs


class Payee(BaseModel):
    """Who is paid."""

    uscc: str = Field(description="Unified social credit code", examples=["91331100MA2DXXXXX0"])
    name: str = Field(description="Registered name when the award was decided")


class PayeeAccount(BaseModel):
    """A payee's account, for whoever approves."""

    holder: str | None = Field(description="Account holder")
    number_masked: str | None = Field(description="Account number without all but its last four characters")
    changed_since_last_payment: bool | None = Field(
        description="Whether the payee's last payment went to another record of an account than this one; null without a payment"
    )
    holder_differs: bool | None = Field(description="Whether the holder has another name than the payee")


class PaymentOrder(Classified):
    """A payment order: one unit's part of one instalment of an award. Its classification is that of the money it draws on."""

    id: UUID
    award_id: UUID
    award: str = Field(description="Code of the award", examples=["courier-rent"])
    version: int = Field(description="Version of the award that made the order")
    jurisdiction: str = Field(description="Jurisdiction of the award")
    unit: Unit = Field(description="Budget that pays")
    instalment: int = Field(description="1, 2, …")
    due_year: int = Field(description="Never paid before this year")
    amount_fen: int
    purpose: str = Field(description="What it is for, in Chinese", examples=["2023年度快递企业租房补贴"])
    payee: Payee
    state: OrderState
    waiting_for: WaitingFor | None = Field(description="What a waiting order lacks")
    live: bool = Field(description="Counts towards what is or will be paid")
    budget_year: int | None = Field(description="Year of the budget that it draws on: that of its funding")
    funded_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    account_revision: int | None = Field(description="Registry revision of the payee's account that was approved")
    batch_id: UUID | None
    replaces: UUID | None = Field(description="The order that this one takes the place of")
    occurred_on: date | None = Field(description="The bank's day of the result")
    bank_reference: str | None
    reason: str | None = Field(description="The bank's reason where the payment failed or came back")
    created_at: datetime
    changed_at: datetime
    account: PayeeAccount | None = Field(
        description="The account that was approved, else the one in force; null if the payee has none or the approved one is gone"
    )


class PaymentOrderDetail(WithPossibleActs, PaymentOrder):
    """A payment order, and what the caller may do with it now."""


class OrderTotal(BaseModel):
    """Live payment orders that have these members in common, added up."""

    unit: Unit = Field(description="Budget that pays")
    due_year: int = Field(description="Never paid before this year")
    budget_year: int | None = Field(description="Year of the budget that they draw on; null while they wait for money")
    award: str = Field(description="Code of the award", examples=["courier-rent"])
    state: OrderState
    waiting_for: WaitingFor | None = Field(description="What waiting orders lack")
    orders: int
    amount_fen: int


class ApprovalBody(BaseModel):
    """Which issued orders to approve: all of a unit (and due year) except some, or those named."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"unit": "liandu", "due_year": 2026}]}
    )

    unit: Unit | None = None
    due_year: int | None = Field(default=None, ge=2000, le=2100, strict=True)
    order_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=100_000)
    excepted: list[UUID] = Field(
        default_factory=list,
        alias="except",
        max_length=10_000,
        description="Orders of the unit that are left as they are",
    )

    @model_validator(mode="after")
    def _names_something(self) -> ApprovalBody:
        if (self.unit is None) == (self.order_ids is None):
            raise ValueError("give either unit (and due_year) or order_ids")
        if self.order_ids is not None and (self.due_year is not None or self.excepted):
            raise ValueError("due_year and except go with unit")
        return self


class SkippedOrders(BaseModel):
    """Orders that were not approved, by reason."""

    held: int
    own: int = Field(description="Issued by the approver")
    no_account: int = Field(description="The payee has no account on record; the order waits for one")
    not_issued: int = Field(description="Named, but not in the state `issued`")


class ApprovalJob(Job):
    """A bulk approval."""

    approved: int | None = Field(default=None, description="Orders approved, once it has ended")
    skipped: SkippedOrders | None = None
