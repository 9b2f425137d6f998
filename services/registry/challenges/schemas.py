"""Bodies of requests and answers about challenges."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.registry.challenges.handlers import ChallengeOutcome
from shared.free_text import Reason, strike_optional
from shared.web.possible_acts import PossibleActs

_Text = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000),
    AfterValidator(strike_optional),
]


class ChallengeBody(BaseModel):
    """What is challenged, and why."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "dataset": "courier_years",
                    "key": {"uscc": "91110000600037341L", "year": 2023},
                    "field": "parcels",
                    "stated": "4100000",
                    "reason": "December is missing",
                }
            ]
        },
    )

    dataset: Annotated[str, StringConstraints(max_length=60)] = Field(description="Name of the dataset")
    key: dict[str, Any] = Field(description="The whole key of the row")
    field: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        default=None, description="The field; left out: the row itself, that it is there or that it is missing"
    )
    stated: _Text = Field(default=None, description="What it should be")
    reason: Reason
    document: _Text = Field(default=None, description="The paper that shows it")


class ResolutionBody(BaseModel):
    """How a challenge is resolved, and why."""

    model_config = ConfigDict(extra="forbid", strict=True)

    outcome: ChallengeOutcome = Field(strict=False)
    revision: int | None = Field(
        default=None, ge=1, le=2**63 - 1, description="The later revision that changed the row; of `corrected` alone"
    )
    reason: Reason


class Challenge(BaseModel):
    """A challenge to a fact."""

    id: UUID
    dataset: str
    key: dict[str, Any]
    uscc: str | None = Field(description="The enterprise that it concerns; null where the row belongs to nobody")
    field: str | None = Field(description="Null: the row itself")
    stated: str | None = Field(description="What it should be, as the challenger says")
    reason: str
    document: str | None
    state: Literal["open", "corrected", "dismissed"]
    made_by: str
    made_at: datetime
    revision: int | None = Field(description="The revision that answers it")
    resolved_by: str | None
    resolved_at: datetime | None
    resolution: str | None = Field(description="Why it was resolved so")


class ChallengeDetail(Challenge):
    """A challenge to a fact, and what the caller may do about it."""

    possible_acts: PossibleActs
