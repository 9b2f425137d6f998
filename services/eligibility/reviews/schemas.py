"""Bodies of requests and answers about reviews."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.eligibility.reviews.domain import ReviewOutcome
from shared.errors import InvalidValue
from shared.free_text import Reason
from shared.web.jobs import Job

_Reviewer = Annotated[
    str,
    Field(
        min_length=1, max_length=50, description="The token's own department, or `district`", examples=["statistics"]
    ),
]


class ReviewBody(BaseModel):
    """A review of one decision; an objection needs the reason."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"reviewer": "statistics", "outcome": "passed"}]},
    )

    reviewer: _Reviewer
    outcome: ReviewOutcome = Field(strict=False)
    reason: Reason | None = None


class BulkReviewRequest(BaseModel):
    """Pass what waits for a reviewer in a round or an evaluation, except some."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"round_id": "0198c5b2-7d3e-7a41-9c55-2f6a1b0c9d12", "reviewer": "statistics", "except": []}]
        },
    )

    evaluation_id: UUID | None = Field(default=None, strict=False)
    round_id: UUID | None = Field(default=None, strict=False, description="Instead of `evaluation_id`")
    reviewer: _Reviewer
    excepted: list[Annotated[UUID, Field(strict=False)]] = Field(
        default_factory=list, alias="except", max_length=10_000, description="Decisions that are left as they are"
    )

    @model_validator(mode="after")
    def _names_one(self) -> BulkReviewRequest:
        if (self.evaluation_id is None) == (self.round_id is None):
            raise InvalidValue("give either evaluation_id or round_id")
        return self


class SkippedReviews(BaseModel):
    """Decisions that need the review and that a bulk review skipped, by reason."""

    excepted: int = Field(description="They were named in `except`")
    objected: int = Field(description="The reviewer has objected: each is passed by itself")
    reviewed: int = Field(description="Passed before")
    stale: int


class BulkReview(Job):
    """A bulk review and its progress."""

    evaluation_id: UUID | None
    round_id: UUID | None
    reviewer: str
    passed: int | None = Field(default=None, description="Decisions that it has passed; null while it runs")
    skipped: SkippedReviews | None = None
