"""The members that every what-if question may have."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.days import read_day

JudgedOn = Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2100, 12, 31)), BeforeValidator(read_day)]
"""A day to judge on; may be past or future, as nothing is decided."""

AwardYears = Annotated[list[int], Field(min_length=1, max_length=20)]

Rows = dict[str, list[dict[str, Any]]]
"""Rows by dataset, as the registry's datasets declare them; accounts are no facts."""


class Question(BaseModel):
    """A policy as of a day, on other facts than the registry's."""

    model_config = ConfigDict(extra="forbid", strict=True)

    policy: str = Field(description="Code of the policy")
    decided_on: JudgedOn = Field(description="The day to judge on; may lie in the future")
    facts: Rows = Field(
        default_factory=dict,
        description="Rows by dataset, as the registry's datasets declare them: each takes the place of the row with its key",
    )


class Alternative(Question):
    """A question that may also change how the policy is read, and its numbers."""

    award_years: AwardYears
    interpretations: dict[str, str] = Field(
        default_factory=dict, description="Readings other than the official ones: reading → value"
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Other numbers by the names of `GET /v1/policies/{policy}`, in their units"
    )
