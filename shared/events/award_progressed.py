"""`award.progressed` on `award-progress.v1`, key: award_id. By it a platform tells an enterprise how far its award is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.days import AnyDay
from shared.events.base import EventData

TYPE = "award.progressed"


class AwardProgressed(EventData):
    """An act changed the state of a decision, or what it waits for."""

    TYPES = (TYPE,)

    award_id: UUID = Field(description="UUIDv5 of the award's identity, the same for every decision about it")
    decision_id: UUID
    uscc: str = Field(description="The payee")
    award: str = Field(description="Code of the award", examples=["courier-rent"])
    award_year: int = Field(ge=2000, le=2100)
    state: Literal["proposed", "in_notice", "suspended", "rejected", "approved", "superseded"]
    waiting_for: list[str] = Field(
        description="`confirmation`, `review:<reviewer>`, `notice` or `approval`; empty once it waits for nothing more",
        examples=[["confirmation", "review:statistics"]],
    )
    due_on: AnyDay | None = Field(
        description="Last day for the confirmation or a review, or of the notice; null where there is no such day"
    )
    occurred_at: datetime
