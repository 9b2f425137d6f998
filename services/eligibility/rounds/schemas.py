"""Bodies of requests and answers about rounds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.eligibility.decisions.domain import State
from services.eligibility.decisions.schemas import PayeeOfDecision
from shared.days import Day
from shared.errors import InvalidValue
from shared.policies import FIRST_POLICY
from shared.web.possible_acts import PossibleActs


class RoundRequest(BaseModel):
    """A round to open."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "policy": FIRST_POLICY,
                    "title": "2023年度第一批兑现",
                    "award_years": [2023],
                    "opens_on": "2024-03-01",
                    "closes_on": "2024-06-30",
                }
            ]
        },
    )

    policy: str = Field(description="Code of the policy")
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    award_years: list[int] = Field(min_length=1, max_length=20)
    awards: list[str] | None = Field(default=None, min_length=1, max_length=100, description="All awards if left out")
    opens_on: Day
    closes_on: Day = Field(description="Last day on which the office takes up its cases; nothing ends with it")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> RoundRequest:
        if self.closes_on < self.opens_on:
            raise InvalidValue("closes_on must not be before opens_on")
        return self


class Round(BaseModel):
    """A round: which proposals an office handles together. It is an ordering, never a condition."""

    id: UUID
    policy: str
    title: str
    award_years: list[int]
    awards: list[str] | None = Field(description="Null: all awards of the policy")
    opens_on: date
    closes_on: date
    opened_by: str
    opened_at: datetime


class RoundTotal(BaseModel):
    """Decisions of a round that have award, jurisdiction, state and what they wait for in common."""

    award: str
    jurisdiction: str
    state: State
    waiting_for: list[str]
    decisions: int = Field(description="How many decisions")
    entitlement_fen: int


class RoundWait(BaseModel):
    """What decisions of a round wait for, and since when."""

    step: str = Field(
        description="`confirmation`, `review:<reviewer>`, `notice` or `approval`", examples=["review:statistics"]
    )
    title: str = Field(description="The step, in the caller's language")
    decisions: int = Field(description="How many decisions")
    entitlement_fen: int
    since: datetime = Field(description="Since when the first of them has waited for it")
    due_on: date | None = Field(
        description="The first day on which one of them is due, as in the inbox; null while a notice runs or they are suspended"
    )


class RoundDetail(Round):
    """A round with its counts and sums, fen."""

    decisions: int = Field(description="How many decisions")
    entitlement_fen: int
    totals: list[RoundTotal]
    waits: list[RoundWait] = Field(description="In the order of the procedure; a decision may wait for several steps")
    possible_acts: PossibleActs


Risk = Literal[
    "flagged",
    "opposed",
    "account_unclear",
    "changes_award",
    "facts_by_hand",
    "large_amount",
    "first_award",
]
"""What about a proposal deserves a look, the gravest first."""


class RiskyDecision(BaseModel):
    """A decision that waits for its approval, and what about it deserves a look."""

    id: UUID
    award: str
    award_year: int
    payee: PayeeOfDecision
    jurisdiction: str
    entitlement_fen: int
    flags: list[str]
    risks: list[Risk] = Field(
        description="`flagged`: an officer has to say why it is approved despite its flags · `opposed`: an objection or a"
        " review was against it · `account_unclear`: the registry did not confirm the account that its payee confirmed ·"
        " `changes_award`: a version is in force · `facts_by_hand`: persons recorded facts that it rests on · `large_amount`:"
        " larger than 95 of 100 that wait · `first_award`: nothing was approved for its payee before"
    )
