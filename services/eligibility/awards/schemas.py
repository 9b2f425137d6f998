"""Bodies of requests and answers about the status of awards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared.days import Day
from shared.free_text import Reason
from shared.web.possible_acts import PossibleActs

Status = Literal["in_force", "suspended", "ended"]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class AwardStatus(BaseModel):
    """Whether an award is given."""

    status: Status
    effective_on: date | None = Field(description="First decision day on which the status holds; null: from the first")
    last_award_year: int | None = Field(description="Transition: award years up to this one are still proposed")
    document: str | None = Field(description="The official act")


class BasisOfRule(BaseModel):
    """What a rule rests on: a sentence of the document, or a criterion of practice that the document does not state."""

    kind: Literal["article", "criterion"]
    code: str
    title: str = Field(description="Where the sentence is, or what the criterion says")
    text: str = Field(description="The sentence's own words (in Chinese), or the reason for the criterion")
    document: str | None = Field(description="The document that adopted the criterion; null before, and for a sentence")


class ConditionRule(BaseModel):
    """A condition of an award in words."""

    name: str
    title: str
    test: str = Field(description="What is tested, in the caller's language")
    basis: BasisOfRule
    readings: list[str] = Field(description="Interpretations that chose it")
    within: list[ConditionRule] = Field(description="The conditions that it joins")


class MeasureRule(BaseModel):
    """Figures that are worked out from many rows."""

    title: str
    rule: str = Field(description="How the figures are worked out")
    figures: list[str]
    numbers: list[str] = Field(description="The policy's numbers that they are worked out with")
    readings: list[str]


class ReadingOfRule(BaseModel):
    """An interpretation that the award depends on, with its official value."""

    name: str
    title: str
    value: str
    value_title: str
    basis: BasisOfRule | None = Field(description="The criterion that it brings in, if it does")


class DataOfRule(BaseModel):
    """A dataset that decides the award."""

    dataset: str
    title: str
    keeper: str | None = Field(description="The department that keeps it; null where the policy package names none")


class AwardRule(BaseModel):
    """An award under the official interpretations, in the caller's language: enough for an application guide."""

    code: str
    title: str
    article: str = Field(description="The sentence that grants the award, as the caller's language cites it")
    basis: BasisOfRule
    kind: Literal["cash", "in_kind"]
    who: str = Field(description="Who it is given to, in the document's words")
    about: str = Field(description="The data by which it is decided, and how often")
    once: bool
    rules: list[str] = Field(description="How one of several cases of a subject is chosen")
    conditions: list[ConditionRule]
    amount: str
    amount_bases: list[BasisOfRule] = Field(description="Criteria that bear on steps of the amount")
    instalments: str | None
    measures: list[MeasureRule]
    readings: list[ReadingOfRule]
    data: list[DataOfRule]
    status: AwardStatus
    definition: dict[str, Any] = Field(
        description="The award under any interpretations, as the policy's hash covers it"
    )


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
    reason: Reason

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


class ListedAwardStatusChange(AwardStatusChange):
    """An act, and what the caller may do with it."""

    possible_acts: PossibleActs


class AwardStatusHistory(AwardStatus):
    """The status of an award today, and every act on it."""

    changes: list[ListedAwardStatusChange] = Field(description="Every act ever proposed, oldest first")
    possible_acts: PossibleActs
