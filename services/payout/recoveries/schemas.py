"""Requests and responses of recoveries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payout.enums import Unit
from services.payout.orders.schemas import Payee
from shared.days import Day
from shared.free_text import Reason
from shared.money import MAX_FEN
from shared.web.possible_acts import WithPossibleActs
from shared.web.two_persons import Proposal

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Recovery(BaseModel):
    """Money that was paid and is no longer owed; fen. outstanding = amount − dropped − repaid − written off."""

    id: UUID
    award_id: UUID
    version: int = Field(description="Version of the award that lowered the entitlement")
    unit: Unit
    payee: Payee
    state: Literal["open", "repaid", "written_off", "dropped"]
    amount_fen: int = Field(description="The claim when it was raised")
    dropped_fen: int = Field(description="Owed again by a later version")
    repaid_fen: int
    written_off_fen: int
    outstanding_fen: int
    proposed_write_off_fen: int | None = Field(description="Waits for another person's confirmation")
    raised_at: datetime


class Repayment(Proposal):
    """Money that was repaid through the bank. It counts once it is confirmed."""

    recovery_id: UUID
    amount_fen: int
    received_on: date
    bank_reference: str


class RepaymentDetail(WithPossibleActs, Repayment):
    """A repayment, and what the caller may do with it now."""


class RepaymentBody(BaseModel):
    """Money that was repaid, in full or in part."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"amount_fen": 50_000, "received_on": "2026-04-01", "bank_reference": "ICBC20260401-000003"}]
        },
    )

    amount_fen: int = Field(ge=1, le=MAX_FEN, strict=True)
    received_on: Day = Field(description="Today or earlier")
    bank_reference: Text = Field(description="The same reference again changes nothing")


class WriteOffBody(BaseModel):
    """The reason, and how much of what is outstanding to write off."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"reason": "企业已注销"}]})

    reason: Reason
    amount_fen: int | None = Field(
        default=None, ge=1, le=MAX_FEN, strict=True, description="All that is outstanding if left out"
    )


class NetBody(BaseModel):
    """The order of the same payee and unit that the recovery is netted against."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_id: UUID
