"""Bodies of requests and answers about assessments."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from services.eligibility.decisions.schemas import ExplanationView
from services.eligibility.evaluation_jobs.schemas import Uscc
from services.eligibility.whatif.schemas import Alternative


class AssessmentRequest(Alternative):
    """One enterprise, judged on facts given here, or on the registry's with changes."""

    model_config = ConfigDict(
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

    uscc: Uscc = Field(description="The enterprise that is assessed")
    from_registry: bool | None = Field(
        default=None,
        description="Start from the registry's newest facts; rows of `facts` then replace those of the same key. "
        "Not said: where no facts are given",
    )


class Assessment(BaseModel):
    """What the enterprise would get, award by award."""

    policy: str
    policy_hash: str
    interpretations_hash: str
    facts_revision: int | None = Field(description="The registry's revision, if it was read")
    decided_on: date
    entitlement_fen: int = Field(
        description="Sum of the cash that would be paid to it, fen; an award about it that another is paid is not in it"
    )
    awards: list[ExplanationView] = Field(
        description="Every award about the enterprise or paid to it, with near-misses"
    )
