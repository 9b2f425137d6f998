"""Requests and responses of restorations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payout.batches.schemas import Batch
from shared.free_text import Reason


class RestorationBody(BaseModel):
    """Why sending is on hold, or why it is allowed again."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"reason": "从3月1日备份恢复；此后送出的三个支付文件已全部补录"}]},
    )

    reason: Reason


class Restoration(BaseModel):
    """The time after payout's database was restored to an earlier point: no batch is built until it is ended."""

    id: UUID
    reason: str
    opened_by: str
    opened_at: datetime
    missing: list[UUID] = Field(
        description="Orders, at most 1,000, that were at the bank according to the broker's log and that are in no batch:"
        " their files have to be entered again"
    )
    ended_by: str | None = Field(description="Someone other than those who opened it or entered files again")
    ended_at: datetime | None
    ended_reason: str | None


class Reentry(BaseModel):
    """The outcome of a batch's file that was entered again."""

    batch: Batch | None = Field(description="The batch that holds its orders now; null if all were in a batch already")
    entered: int = Field(description="Orders that are recorded as sent to the bank from now on")
    unchanged: int = Field(description="Orders that were in a batch already")
