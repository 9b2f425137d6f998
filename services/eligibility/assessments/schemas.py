"""Bodies of requests and answers about assessments."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.eligibility.decisions.schemas import ExplanationView
from services.eligibility.evaluations.schemas import Uscc


class AssessmentRequest(BaseModel):
    """One enterprise, judged on facts given here, or on the registry's with changes."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {
                    "policy": "lishui-2020-1",
                    "uscc": "91331100MA20000018",
                    "award_years": [2023],
                    "decided_on": "2024-03-01",
                    "from_registry": True,
                    "facts": {"courier_years": [{"uscc": "91331100MA20000018", "year": 2023, "parcels": 4000000,
                                                 "operating_days": 365, "rent_fen": 20000000}]},
                }
            ]
        },
    )  # fmt: skip

    policy: str = Field(description="Code of the policy")
    uscc: Uscc = Field(description="The enterprise that is assessed")
    award_years: list[int] = Field(min_length=1, max_length=20)
    decided_on: date = Field(strict=False, description="The day to judge on; may lie in the future")
    from_registry: bool | None = Field(
        default=None,
        description="Start from the registry's newest facts; rows of `facts` then replace those of the same key. "
        "Not said: where no facts are given",
    )
    facts: dict[str, list[dict[str, Any]]] = Field(
        default_factory=dict,
        description="Rows by dataset, as the registry's datasets declare them; accounts are no facts",
    )
    interpretations: dict[str, str] = Field(
        default_factory=dict, description="Readings other than the official ones: reading → value"
    )
    parameters: dict[str, Any] = Field(default_factory=dict, description="Other numbers, in their declared units")


class Assessment(BaseModel):
    """What the enterprise would get, award by award."""

    policy: str
    policy_hash: str
    interpretations_hash: str
    facts_revision: int | None = Field(description="The registry's revision, if it was read")
    decided_on: date
    entitlement_fen: int = Field(description="Sum of the cash that would be granted, fen")
    awards: list[ExplanationView] = Field(
        description="Every award about the enterprise or paid to it, with near-misses"
    )
