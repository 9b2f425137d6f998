"""What the API takes and gives of holds."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.free_text import Reason


class HoldBody(BaseModel):
    """Why something is held or released."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"reason": "核查中"}]})

    reason: Reason


class Hold(BaseModel):
    """A hold on an award or on a payee: nothing of it is sent meanwhile."""

    id: int
    award_id: UUID | None
    uscc: str | None = Field(description="The payee")
    reason: str
    held_by: str
    held_at: datetime
    release_reason: str | None
    released_by: str | None = Field(description="Another person than the one who held it")
    released_at: datetime | None
