"""Bodies of recalls."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class RecallBody(BaseModel):
    """Awards that payout has in a version that nobody decided, and how that was found."""

    model_config = ConfigDict(extra="forbid")

    award_ids: list[UUID] = Field(min_length=1, max_length=100)
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class Recall(BaseModel):
    """What was recalled."""

    recalled: int = Field(description="Awards that the next evaluation proposes in any case")
    unchanged: int = Field(description="Awards that payout has as they are in force")
