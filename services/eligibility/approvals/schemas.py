"""Bodies of requests and answers about approvals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.errors import InvalidValue
from shared.free_text import Reason
from shared.money import MAX_FEN
from shared.web.jobs import Job


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ApprovalBody(_Body):
    """An approval; a flagged decision needs the reason."""

    reason: Reason | None = None


class ReasonBody(_Body):
    """Why."""

    reason: Reason


class BulkApprovalRequest(_Body):
    """Approve what an evaluation proposed, or the decisions of a notice or a round, except some."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {"evaluation_id": "0198c5b2-7d3e-7a41-9c55-2f6a1b0c9d12", "except": [], "reason": "材料已核实"}
            ]
        },
    )

    evaluation_id: UUID | None = Field(default=None, strict=False)
    notice_id: UUID | None = Field(default=None, strict=False, description="Instead of `evaluation_id`")
    round_id: UUID | None = Field(default=None, strict=False, description="Instead of `evaluation_id`")
    excepted: list[Annotated[UUID, Field(strict=False)]] = Field(
        default_factory=list, alias="except", max_length=10_000, description="Decisions that are left as they are"
    )
    awards: list[str] | None = Field(default=None, min_length=1, max_length=100, description="Only these awards")
    jurisdictions: list[str] | None = Field(
        default=None, min_length=1, max_length=100, description="Only these jurisdictions"
    )
    up_to_fen: int | None = Field(default=None, ge=0, le=MAX_FEN, description="Only entitlements up to this, fen")
    reason: Reason | None = Field(default=None, description="Needed for flagged decisions to be among them")

    @model_validator(mode="after")
    def _names_one(self) -> BulkApprovalRequest:
        if sum(each is not None for each in (self.evaluation_id, self.notice_id, self.round_id)) != 1:
            raise InvalidValue("give one of evaluation_id, notice_id and round_id")
        return self


class Skipped(BaseModel):
    """Decisions that a bulk approval skipped, by reason."""

    flagged: int
    not_confirmed: int
    not_reviewed: int
    not_noticed: int
    stale: int
    own: int
    suspended: int


class Approval(Job):
    """A bulk approval and its progress."""

    evaluation_id: UUID | None
    notice_id: UUID | None
    round_id: UUID | None
    awards: list[str] | None = Field(default=None, description="Null: all awards")
    jurisdictions: list[str] | None = Field(default=None, description="Null: all jurisdictions")
    up_to_fen: int | None = Field(default=None, description="Null: entitlements of any sum")
    approved: int | None = None
    skipped: Skipped | None = None
