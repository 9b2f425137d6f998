"""Bodies of requests and answers about the status of awards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared.days import Day

Status = Literal["in_force", "suspended", "ended"]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class AwardStatus(BaseModel):
    """Whether an award is given."""

    status: Status
    effective_on: date | None = Field(description="First decision day on which the status holds; null: from the first")
    last_award_year: int | None = Field(description="Transition: award years up to this one are still proposed")
    document: str | None = Field(description="The official act")


class AwardRule(BaseModel):
    """An award: its subject, conditions and amount. The rulebook has the sentences."""

    model_config = ConfigDict(extra="allow")

    code: str
    article: str
    kind: str
    status: AwardStatus


class AwardStatusChangeRequest(BaseModel):
    """An act that suspends, ends or resumes an award."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "status": "ended",
                    "effective_on": "2024-08-01",
                    "last_award_year": 2023,
                    "document": "丽商务〔2024〕12号",
                    "reason": "公平竞争审查",
                }
            ]
        },
    )

    status: Status
    effective_on: Day = Field(description="First decision day on which the status holds")
    last_award_year: int | None = Field(
        default=None, ge=1990, le=2100, description="Transition: award years up to this one are still proposed"
    )
    document: _Text = Field(description="Number and title of the official act")
    reason: _Text

    @model_validator(mode="after")
    def _transition_needs_a_stop(self) -> Self:
        if self.status == "in_force" and self.last_award_year is not None:
            raise PydanticCustomError("transition", "last_award_year is only allowed for suspended or ended awards")
        return self


class AwardStatusChange(AwardStatus):
    """An act and who made it."""

    id: UUID
    policy: str
    award: str
    reason: str
    state: Literal["proposed", "confirmed"]
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None


class AwardStatusHistory(AwardStatus):
    """The status of an award today, and every act on it."""

    changes: list[AwardStatusChange] = Field(description="Every act ever proposed, oldest first")
