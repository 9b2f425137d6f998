"""Bodies of requests and answers about policies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.free_text import Reason
from shared.policies import FIRST_POLICY
from shared.web.possible_acts import PossibleActs


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
    possible_acts: PossibleActs


class CoveredSentence(BaseModel):
    """A sentence of the document and how it is applied, or a criterion that the document does not state."""

    article: str | None = Field(description="Article of the document, `preamble` or `supplement`; null for a criterion")
    paragraph: int | None
    sentence: int | None
    criterion: str | None = Field(description="Code of the criterion; null for a sentence")
    claimed_as: str = Field(
        description="`computed`, `in_kind`, `criterion`, or why no award claims it", examples=["computed"]
    )
    title: str = Field(description="Where the sentence is, or what the criterion says")
    text: str = Field(description="The sentence's own words (in Chinese), or the reason for the criterion")
    summary: str | None = Field(description="The gist of the sentence")
    document: str | None = Field(description="The document that adopted the criterion")
    awards: list[str]
    conditions: list[str] = Field(description="Conditions of every award that rest on it")


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


class ListedInterpretationChange(InterpretationChange):
    """A change, and what the caller may do with it."""

    possible_acts: PossibleActs


class Interpretations(BaseModel):
    """The official interpretations."""

    policy: str
    hash: str
    interpretations: dict[str, str] = Field(description="Interpretation → value")
    readings: list[InterpretationView]
    changes: list[ListedInterpretationChange] = Field(description="Every change ever proposed, oldest first")
    possible_acts: PossibleActs


class InterpretationChangeRequest(BaseModel):
    """A proposed change of the official interpretations."""

    model_config = ConfigDict(extra="forbid", strict=True)

    interpretations: dict[str, str] = Field(
        min_length=1, description="Interpretation → value", examples=[{"integrity_screen": "exclude"}]
    )
    reason: Reason
