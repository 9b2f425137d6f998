"""Bodies of requests and answers about policies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.free_text import Reason
from shared.policies import FIRST_POLICY


class PolicySummary(BaseModel):
    """A policy."""

    code: str = Field(examples=[FIRST_POLICY])
    title: str
    hash: str = Field(description="SHA-256 of the policy package")
    valid_from: date
    valid_until: date = Field(description="Last day, under the default interpretation")
    award_years: list[int]


class Policy(PolicySummary):
    """A policy with its parameters."""

    parameters: dict[str, Any] = Field(description="Every parameter: article, unit, dated values, title")


class CoveredSentence(BaseModel):
    """A sentence of the source text and how it is applied."""

    model_config = ConfigDict(extra="allow")

    article: str = Field(description="Article of the policy, or `preamble`")
    paragraph: int
    sentence: int
    claimed_as: str
    awards: list[str]


class InterpretationValue(BaseModel):
    """A possible value of an interpretation."""

    value: str
    title: str


class InterpretationView(BaseModel):
    """An open question of the text and its official answer."""

    name: str
    article: int
    title: str
    value: str
    default: str
    reason: str = Field(description="Why the default is what it is")
    against: str = Field(description="What speaks for another value")
    values: list[InterpretationValue]


class InterpretationChange(BaseModel):
    """A change of the official interpretations."""

    id: UUID
    policy: str
    interpretations: dict[str, str]
    reason: str
    state: str = Field(description="`proposed` or `confirmed`")
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None


class Interpretations(BaseModel):
    """The official interpretations."""

    policy: str
    hash: str
    interpretations: dict[str, str] = Field(description="Interpretation → value")
    readings: list[InterpretationView]
    changes: list[InterpretationChange] = Field(description="Every change ever proposed, oldest first")


class InterpretationChangeRequest(BaseModel):
    """A proposed change of the official interpretations."""

    model_config = ConfigDict(extra="forbid", strict=True)

    interpretations: dict[str, str] = Field(
        min_length=1, description="Interpretation → value", examples=[{"integrity_screen": "exclude"}]
    )
    reason: Reason
