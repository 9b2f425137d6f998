"""Bodies of requests and answers about evaluations."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from services.eligibility.evaluation_jobs.domain import Occasion
from shared.days import Day
from shared.identifiers import is_uscc
from shared.policies import FIRST_POLICY
from shared.web.jobs import Job


def _with_check_digit(code: str) -> str:
    if not is_uscc(code):
        raise PydanticCustomError("uscc", "not a valid unified social credit code (18 characters, check digit)")
    return code


Uscc = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{18}$"), AfterValidator(_with_check_digit)]

EvaluationScope = TypeAliasType(
    "EvaluationScope",
    Annotated[
        Literal["all"] | Annotated[list[Uscc], Field(min_length=1, max_length=10_000)],
        WithJsonSchema(
            {"description": "`all`, or a list of 1 to 10,000 unified social credit codes", "examples": ["all"]}
        ),  # a union with a list in it: Java's generator writes what does not compile
    ],
)


class EvaluationRequest(BaseModel):
    """Which awards to evaluate, for whom, as of which day."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [{"policy": FIRST_POLICY, "award_years": [2023], "scope": "all", "decided_on": "2024-03-01"}]
        },
    )

    policy: str = Field(description="Code of the policy")
    award_years: list[int] = Field(
        min_length=1, max_length=20, description="Award years in which something may be newly proposed"
    )
    scope: EvaluationScope = Field(
        default_factory=lambda: "all",  # not a default in the document: Java would write it without quotes
        description="`all` if left out, or the enterprises whose awards, and their dependents', are evaluated",
    )
    decided_on: Day = Field(description="Decision day; may be past, never future")
    round_id: UUID | None = Field(
        default=None,
        strict=False,
        description="Its proposals belong to this round, as far as the round has their award and year",
    )


class DecisionCounts(BaseModel):
    """How many of the evaluated awards were newly proposed, restated, withdrawn or left unchanged."""

    created: int
    restated: int
    withdrawn: int
    unchanged: int


class NotProposedCounts(BaseModel):
    """How many granted awards were not proposed, by reason."""

    award_stopped: int = Field(
        description="An official act suspends or ends the award from the decision day or earlier"
    )


class Evaluation(Job):
    """An evaluation and its progress."""

    policy: str
    award_years: list[int]
    decided_on: date
    round_id: UUID | None = Field(description="The round that its proposals belong to")
    occasion: Occasion = Field(description="A person's request, or a correction of facts")
    facts_revision: int | None = Field(default=None, description="The registry's revision that was evaluated")
    policy_hash: str | None = None
    interpretations_hash: str | None = None
    decisions: DecisionCounts | None = Field(default=None, description="Counts, once the evaluation has succeeded")
    not_proposed: NotProposedCounts | None = Field(default=None, description="Counts, once it has succeeded")


class Result(StrEnum):
    """The result of an award."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNDETERMINED = "undetermined"


class PayeeView(BaseModel):
    """The enterprise that is, or would be, paid."""

    uscc: str | None
    name: str | None


class Outcome(BaseModel):
    """The outcome for one award, subject and year."""

    award: str
    subject: str
    award_year: int | None = Field(description="Empty if the day of the event is not known")
    payee: PayeeView
    jurisdiction: str | None
    result: Result
    kind: str
    entitlement_fen: int
    missing: list[str] = Field(description="Facts that are not known and could decide")
    flags: list[str] = Field(description="What an approving officer must check")


class DistanceBand(BaseModel):
    """Refused cases that lack at most a part of a threshold, and more than the band before."""

    up_to_percent: int = Field(
        description="Part of the threshold that is lacking at most; 100: all of it", examples=[5]
    )
    cases: int = Field(description="Cases that fail the condition so")
    alone: int = Field(description="Those of them that fail nothing else")


class ConditionDistances(BaseModel):
    """Refused cases of an award that fail one condition."""

    name: str = Field(description="Stable name in the award", examples=["daily-parcels"])
    title: str = Field(description="The condition in the caller's language")
    cases: int = Field(description="Cases that fail it")
    alone: int = Field(description="Those of them that fail nothing else")
    bands: list[DistanceBand] = Field(
        description="By how much they lack, the nearest first; empty for a condition that asks for no number"
    )


class Tier(BaseModel):
    """Granted cases of a tiered award that get the same amount."""

    entitlement_fen: int
    cases: int = Field(description="Granted cases")


class AwardDistances(BaseModel):
    """How far the refused cases of an award are from what they were refused by, and how many are in each tier."""

    award: str = Field(description="Code of the award")
    title: str = Field(description="Its name in the caller's language")
    granted: int = Field(description="Granted cases")
    tiers: list[Tier] = Field(
        description="Granted cases by amount, the smallest first; empty for an award without tiers"
    )
    conditions: list[ConditionDistances] = Field(
        description="By condition, in the award's order; without those that none fails"
    )
