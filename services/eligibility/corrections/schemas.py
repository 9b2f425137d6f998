"""Bodies of recalls."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.free_text import Reason


class RecallBody(BaseModel):
    """Awards that payout has in a version that nobody decided, and how that was found."""

    model_config = ConfigDict(extra="forbid")

    award_ids: list[UUID] = Field(min_length=1, max_length=100)
    reason: Reason


class Recall(BaseModel):
    """What was recalled."""

    recalled: int = Field(description="Awards that the next evaluation proposes in any case")
    unchanged: int = Field(description="Awards that payout has as they are in force")
