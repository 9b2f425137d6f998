"""Bodies of requests and answers about policies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class PolicySummary(BaseModel):
    """A policy."""

    code: str = Field(examples=["lishui-2020-1"])
    title: str
    hash: str = Field(description="SHA-256 of the book: everything the policy says here")
    valid_from: date
    valid_until: date = Field(description="Last day, under the default reading")
    award_years: list[int]


class Policy(PolicySummary):
    """A policy with its numbers and readings."""

    parameters: dict[str, Any] = Field(description="Every number: article, unit, dated values, title")


class AwardRule(BaseModel):
    """An award: what it is about, when it is given, how much. Read the rulebook for the sentences."""

    model_config = ConfigDict(extra="allow")

    code: str
    article: str
    kind: str


class CoveredSentence(BaseModel):
    """A sentence of the source, and what becomes of it."""

    model_config = ConfigDict(extra="allow")

    article: str = Field(description="Article of the policy, or `preamble`")
    paragraph: int
    sentence: int
    claimed_as: str
    awards: list[str]


class ReadingValue(BaseModel):
    """A value that a reading can have."""

    value: str
    title: str


class ReadingView(BaseModel):
    """An open question of the text and the answer that is official now."""

    name: str
    article: int
    title: str
    value: str
    default: str
    values: list[ReadingValue]


class ReadingChange(BaseModel):
    """A change of the official readings."""

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
    """The official readings."""

    policy: str
    hash: str
    interpretations: dict[str, str] = Field(description="Reading → value")
    readings: list[ReadingView]
    changes: list[ReadingChange] = Field(description="Every change ever proposed, oldest first")


class ReadingChangeRequest(BaseModel):
    """A proposed change of official readings."""

    model_config = ConfigDict(extra="forbid", strict=True)

    interpretations: dict[str, str] = Field(
        min_length=1, description="Reading → value", examples=[{"integrity_screen": "exclude"}]
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
