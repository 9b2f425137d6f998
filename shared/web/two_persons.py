"""What the API takes and gives of acts that one person proposes and another confirms."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.free_text import Reason

ProposalState = Literal["proposed", "confirmed", "discarded"]


class Proposal(BaseModel):
    """Who proposed an act, and who confirmed or discarded it. It has effect once it is confirmed."""

    id: UUID
    state: ProposalState
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None = Field(
        description="Someone other than who proposed it; null also for what was recorded before a second person was needed"
    )
    confirmed_at: datetime | None
    discarded_by: str | None
    discarded_at: datetime | None
    discard_reason: str | None


class DiscardBody(BaseModel):
    """Why a proposal is not confirmed."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"reason": "录入有误"}]})

    reason: Reason
