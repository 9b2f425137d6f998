"""Bodies of requests and answers about procedures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.eligibility.procedures import domain
from services.eligibility.procedures.domain import TERMS, LaterInstalments, Silence
from shared.free_text import Reason
from shared.web.possible_acts import PossibleActs

_WorkingDays = Annotated[int, Field(ge=1, le=90)]
if TYPE_CHECKING:
    TaskKind = str
else:
    TaskKind = Literal[TERMS]
_Terms = dict[TaskKind, _WorkingDays]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ConfirmationRule(_Body):
    """Whether a payee confirms that it wants the award."""

    required: bool = Field(description="Whether payees confirm that they want an award")
    working_days: _WorkingDays = Field(
        default=10, description="How long it may take, counted from the day after the proposal"
    )
    silence: Silence = Field(
        default=Silence.WAITS, strict=False, description="What it means if the payee does not answer in time"
    )


class ReviewRule(_Body):
    """A review that proposals need."""

    reviewer: str = Field(
        min_length=1,
        max_length=50,
        description="Code of a department, or `district`: the award's own jurisdiction",
        examples=["statistics"],
    )
    awards: list[str] | None = Field(default=None, min_length=1, max_length=100, description="All awards if left out")


class ProcedureRequest(_Body):
    """A proposed procedure: the whole, not a difference from the one before."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "confirmation": {"required": True, "working_days": 10, "silence": "waits"},
                    "reviews": [{"reviewer": "statistics"}, {"reviewer": "district", "awards": ["courier-rent"]}],
                    "notice_working_days": 5,
                    "later_instalments": "confirmed",
                    "terms": {"review": 10, "approval": 5},
                    "reason": "丽商务〔2024〕12号",
                }
            ]
        },
    )

    confirmation: ConfirmationRule = Field(default_factory=lambda: ConfirmationRule(required=False))
    reviews: list[ReviewRule] = Field(default_factory=list, max_length=20)
    notice_working_days: int | None = Field(
        default=None, ge=0, le=90, description="Working days of a notice; 0: none is needed; null: as the setting says"
    )
    later_instalments: LaterInstalments = Field(
        default=LaterInstalments.AUTOMATIC,
        strict=False,
        description="`confirmed`: an instalment after the first waits until an officer confirms in payout that the project"
        " still operates",
    )
    terms: _Terms = Field(
        default_factory=dict,
        description="Within how many working days tasks are to be done, by kind; `TASK_WORKING_DAYS` holds for the others",
    )
    reason: Reason

    def procedure(self) -> domain.Procedure:
        """Return the procedure that it proposes."""
        return domain.Procedure.of(self.model_dump(exclude={"reason"}))


class ProcedureChange(BaseModel):
    """A procedure and who proposed and confirmed it."""

    id: UUID
    policy: str
    hash: str = Field(description="SHA-256 of the procedure; receipts of what it governed name it")
    confirmation: ConfirmationRule
    reviews: list[ReviewRule]
    notice_working_days: int | None
    later_instalments: LaterInstalments
    terms: _Terms = Field(description="Within how many working days tasks are to be done, by kind")
    reason: str
    state: Literal["proposed", "confirmed"]
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None


class ListedProcedureChange(ProcedureChange):
    """A procedure that was proposed, and what the caller may do with it."""

    possible_acts: PossibleActs


class Department(BaseModel):
    """A department that may review."""

    code: str
    title: str


class OfficialProcedure(BaseModel):
    """The procedure that holds for proposals made now; its members are null or empty if none was ever confirmed."""

    policy: str
    hash: str | None
    confirmation: ConfirmationRule | None
    reviews: list[ReviewRule]
    notice_working_days: int | None
    later_instalments: LaterInstalments | None
    terms: _Terms = Field(description="Within how many working days tasks are to be done, by kind")
    departments: list[Department] = Field(description="Who may review, beside `district`")
    changes: list[ListedProcedureChange] = Field(description="Every procedure ever proposed, oldest first")
    possible_acts: PossibleActs
