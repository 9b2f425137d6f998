"""Bodies of requests and answers about objections."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.eligibility.objections.domain import ObjectionOutcome
from shared.free_text import Reason


class ObjectionBody(BaseModel):
    """An objection as it was received."""

    model_config = ConfigDict(extra="forbid", strict=True)

    decision_id: UUID = Field(strict=False, description="The decision of the notice that it is made against")
    objector: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = Field(
        default=None, description="Who objects, with contact details; left out if anonymous"
    )
    reason: Reason


class OutcomeBody(BaseModel):
    """How an objection is decided, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    outcome: ObjectionOutcome = Field(strict=False)
    reason: Reason


class Objection(BaseModel):
    """An objection and its outcome."""

    id: UUID
    notice_id: UUID
    decision_id: UUID
    objector: str | None
    reason: str
    recorded_by: str
    recorded_at: datetime
    outcome: ObjectionOutcome | None = Field(description="Null while it is open")
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
