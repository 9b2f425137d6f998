"""Bodies of requests and answers about objections."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.eligibility.evaluation_jobs.schemas import Uscc
from services.eligibility.objections.domain import ObjectionOutcome
from services.eligibility.refusals.handlers import Case
from shared.errors import InvalidValue
from shared.free_text import Reason
from shared.web.possible_acts import PossibleActs


class ObjectionBody(BaseModel):
    """An objection as it was received: against a decision of the notice, or against what the notice omits."""

    model_config = ConfigDict(extra="forbid", strict=True)

    decision_id: UUID | None = Field(
        default=None, strict=False, description="The decision of the notice that it is made against"
    )
    uscc: Uscc | None = Field(default=None, description="Of an omission: the enterprise that the notice omits")
    award: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        default=None, description="Of an omission: code of the award"
    )
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        default=None, description="Of an omission: key of the row that the award is about"
    )
    award_year: int | None = Field(default=None, ge=2000, le=2100, description="Of an omission: the award year")
    objector: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = Field(
        default=None, description="Who objects, with contact details; left out if anonymous"
    )
    reason: Reason

    @model_validator(mode="after")
    def _names_one(self) -> ObjectionBody:
        given = [each is not None for each in (self.uscc, self.award, self.subject, self.award_year)]
        if any(given) if self.decision_id is not None else not all(given):
            raise InvalidValue("give decision_id, or all of uscc, award, subject and award_year")
        return self

    def omission(self) -> tuple[str, Case]:
        """Return the enterprise and the case that the notice omits; its policy is the notice's."""
        assert self.uscc is not None and self.award is not None and self.subject is not None
        assert self.award_year is not None
        return self.uscc, Case("", self.award, self.subject, self.award_year)


class Omission(BaseModel):
    """What a notice omits: the award of an enterprise in a year."""

    uscc: str
    award: str
    subject: str
    award_year: int


class OutcomeBody(BaseModel):
    """How an objection is decided, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    outcome: ObjectionOutcome = Field(strict=False)
    reason: Reason


class Objection(BaseModel):
    """An objection and its outcome."""

    id: UUID
    notice_id: UUID
    decision_id: UUID | None = Field(description="Null for an objection against an omission")
    omission: Omission | None = Field(description="Null for an objection to a decision")
    refusal_id: UUID | None = Field(description="The refusal that the dismissal of an omission drew up")
    objector: str | None = Field(description="Who objects; an enterprise sees it of its own objections alone")
    reason: str
    recorded_by: str
    recorded_at: datetime
    outcome: ObjectionOutcome | None = Field(description="Null while it is open")
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


class ObjectionDetail(Objection):
    """An objection, and what the caller may do with it."""

    possible_acts: PossibleActs
