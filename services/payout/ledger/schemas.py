"""What the API gives of the ledger."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.payout.enums import Unit


class Entry(BaseModel):
    """A posting: `amount_fen` (> 0) went from `source` to `destination`."""

    id: int
    kind: str = Field(description="What happened", examples=["funded"])
    source: str = Field(description="Account that it was taken from", examples=["budget:city:2026"])
    destination: str = Field(description="Account that it went to")
    amount_fen: int
    unit: Unit
    award_id: UUID | None
    version: int | None
    order_id: UUID | None
    recovery_id: UUID | None
    document: str | None = Field(description="Document or bank reference")
    actor: str
    posted_at: datetime


class Balance(BaseModel):
    """What came into an account, what went out, and the difference; fen."""

    account: str
    in_fen: int
    out_fen: int
    balance_fen: int
