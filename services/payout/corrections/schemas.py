"""Requests and responses of corrections of bank results."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payout.batches.bank_results import BankReason, Outcome, Reference
from services.payout.enums import Unit
from shared.days import Day
from shared.free_text import Reason
from shared.web.possible_acts import WithPossibleActs
from shared.web.two_persons import Proposal


class CorrectionBody(BaseModel):
    """What is right about an order, and why what is on record is not."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "order_id": "01920000-0000-7000-8000-000000000000",
                    "outcome": "returned",
                    "occurred_on": "2026-03-05",
                    "bank_reference": "ICBC20260305-000017",
                    "reason": "银行回单误录为成功，实为退汇",
                }
            ]
        },
    )

    order_id: UUID
    outcome: Outcome
    occurred_on: Day = Field(description="From the day of the batch to today")
    bank_reference: Reference
    bank_reason: BankReason | None = Field(default=None, description="The bank's reason for a failure or a return")
    reason: Reason = Field(description="Why the result on record is wrong")


class ResultOnRecord(BaseModel):
    """The result that a correction replaces."""

    outcome: Outcome
    occurred_on: date
    bank_reference: str


class Correction(Proposal):
    """A correction of a bank result. The result that it replaces stays stored."""

    batch_id: UUID
    order_id: UUID
    unit: Unit
    amount_fen: int
    on_record: ResultOnRecord
    outcome: Outcome
    occurred_on: date
    bank_reference: str
    bank_reason: str | None
    reason: str


class CorrectionDetail(WithPossibleActs, Correction):
    """A correction of a bank result, and what the caller may do with it now."""
