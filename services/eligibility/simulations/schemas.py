"""Bodies of requests and answers about simulations."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.eligibility.evaluation_jobs.schemas import Outcome, Result
from services.eligibility.whatif.schemas import Alternative
from shared.web.jobs import Job


class SimulationRequest(Alternative):
    """The policy with other readings, numbers or facts, at a revision of the registry; beside the same without them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": "lishui-2020-1",
                    "award_years": [2023],
                    "decided_on": "2024-03-01",
                    "interpretations": {"tier_jump": "every_tier"},
                    "parameters": {"rent_cap": 150000},
                }
            ]
        },
    )

    facts_revision: int | None = Field(
        default=None, ge=0, description="The registry's revision to start from; the newest if left out"
    )


class Change(StrEnum):
    """What would become of an award, as against today."""

    GAINED = "gained"
    LOST = "lost"
    RAISED = "raised"
    LOWERED = "lowered"
    MOVED = "moved"
    SAME = "same"


class Money(BaseModel):
    """Awards granted and what they come to, then and today; fen."""

    awards: int
    entitlement_fen: int
    today_awards: int
    today_fen: int


class AwardCost(Money):
    """The cost of one award of the policy."""

    award: str


class JurisdictionCost(Money):
    """The cost in one jurisdiction."""

    jurisdiction: str | None


class BudgetCost(BaseModel):
    """What falls due to a budget unit in a year, then and today; fen."""

    unit: str | None = Field(description="Empty: it would wait, as no arrangement in force on the day has a row for it")
    due_year: int
    amount_fen: int
    today_fen: int


class ArrangementUsed(BaseModel):
    """The confirmed fiscal arrangement in force on the day judged on."""

    id: str
    number: str
    sample: bool = Field(description="An invented example: no real percentages are published")


class Cost(BaseModel):
    """What the awards cost, beside today's."""

    total: Money
    by_award: list[AwardCost]
    by_jurisdiction: list[JurisdictionCost]
    by_budget: list[BudgetCost] = Field(
        description="Split as payout would under `arrangement`; due years from `decided_on`"
    )
    arrangement: ArrangementUsed | None


class Payees(BaseModel):
    """Payees by whether all that they would get is more or less than today; fen."""

    gaining: int
    losing: int
    unchanged: int
    gained_fen: int
    lost_fen: int


class Simulation(Job):
    """A simulation and what it found. Today's is the same evaluation with official readings, the policy's numbers, and no
    other facts than the registry's at the same revision."""

    policy: str
    award_years: list[int]
    decided_on: date
    interpretations: dict[str, str] = Field(description="Readings other than the official ones")
    parameters: dict[str, Any] = Field(description="Other numbers")
    facts_revision: int | None = None
    cost: Cost | None = Field(default=None, description="Once the simulation has succeeded")
    payees: Payees | None = None
    changes: dict[Change, int] | None = Field(default=None, description="Awards by what would become of them")


class SimulatedOutcome(Outcome):
    """What a simulation found for one award, subject and year, beside today's."""

    result: Result = Field(description="`refused` too for what today grants and the simulation does not")
    today_result: Result
    today_fen: int = Field(description="What the award gives today, fen")
    change: Change
