"""Bodies of requests and answers about simulations, impact previews and assessments."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.eligibility.awards.schemas import AwardStatus
from services.eligibility.decisions.explanation_schemas import ExplanationView
from services.eligibility.evaluation_jobs.schemas import Outcome, PayeeView, Result, Uscc
from services.eligibility.scenarios.domain import Scenario
from shared.days import read_day
from shared.policies import FIRST_POLICY
from shared.web.files import FileWarning
from shared.web.jobs import Job
from shared.web.problems import ProblemError

ScenarioDay = Annotated[
    date, Field(strict=False, ge=date(2000, 1, 1), le=date(2100, 12, 31)), BeforeValidator(read_day)
]
"""A day to evaluate on; may be past or future, as nothing is decided."""

AwardYears = Annotated[list[int], Field(min_length=1, max_length=20)]

Rows = dict[str, list[dict[str, Any]]]
"""Rows by dataset, as the registry's datasets declare them; without accounts."""


class FactsScenario(BaseModel):
    """A policy on a day, with other facts than the registry's."""

    model_config = ConfigDict(extra="forbid", strict=True)

    policy: str = Field(description="Code of the policy")
    decided_on: ScenarioDay = Field(description="The day to evaluate on; may be in the future")
    facts: Rows = Field(
        default_factory=dict,
        description="Rows by dataset, as the registry's datasets declare them: each takes the place of the row with its key",
    )


class PolicyScenario(FactsScenario):
    """A scenario with other interpretations and parameters too."""

    award_years: AwardYears
    interpretations: dict[str, str] = Field(
        default_factory=dict, description="Interpretations other than the official ones: interpretation → value"
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="Other parameters by the names of `GET /v1/policies/{policy}`, in their units"
    )

    def scenario(self, facts_revision: int | None = None) -> Scenario:
        """Return the scenario that the request describes."""
        return Scenario(
            policy=self.policy,
            award_years=self.award_years,
            decided_on=self.decided_on,
            facts=self.facts,
            interpretations=self.interpretations,
            parameters=self.parameters,
            facts_revision=facts_revision,
        )


class SimulationRequest(PolicyScenario):
    """A scenario at a revision of the registry, to be evaluated beside today's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": FIRST_POLICY,
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
    """How an award would change from today."""

    GAINED = "gained"
    LOST = "lost"
    RAISED = "raised"
    LOWERED = "lowered"
    MOVED = "moved"
    SAME = "same"


class Money(BaseModel):
    """Awards granted and their total, then and today; fen."""

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

    unit: str | None = Field(
        description="Empty: it would wait, because no arrangement in force on the day has a row for it"
    )
    due_year: int
    amount_fen: int
    today_fen: int


class ArrangementUsed(BaseModel):
    """The confirmed fiscal arrangement in force on the day of the evaluation."""

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
    """Payees by whether they would get more or less in total than today; fen."""

    gaining: int
    losing: int
    unchanged: int
    gained_fen: int
    lost_fen: int


class Simulation(Job):
    """A simulation and its results. Today's is the evaluation with the official interpretations, the policy's parameters, and
    the registry's facts at the same revision."""

    policy: str
    award_years: list[int]
    decided_on: date
    interpretations: dict[str, str] = Field(description="Interpretations other than the official ones")
    parameters: dict[str, Any] = Field(description="Other parameters")
    rows: dict[str, int] = Field(description="How many rows of each dataset were other than the registry's")
    facts_revision: int | None = None
    cost: Cost | None = Field(default=None, description="Once the simulation has succeeded")
    payees: Payees | None = None
    changes: dict[Change, int] | None = Field(default=None, description="Number of awards by change")


class SimulatedOutcome(Outcome):
    """The outcome for one award, subject and year, beside today's."""

    result: Result = Field(description="Also `refused` for what only today grants")
    today_result: Result
    today_fen: int = Field(description="What the award gives today, fen")
    change: Change


class ImpactRequest(FactsScenario):
    """Corrected facts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": FIRST_POLICY,
                    "facts": {"courier_years": [{"uscc": "91331100MA20000018", "year": 2023, "parcels": 4000000,
                                                 "operating_days": 365, "rent_fen": 20000000}]},
                    "withdrawals": {"sanctions": [{"uscc": "91331100MA20000018", "kind": "tax", "since": "2023-05-05"}]},
                }
            ]
        },
    )  # fmt: skip

    decided_on: ScenarioDay | None = Field(  # type: ignore[assignment]
        default=None, description="The day on which new awards are evaluated; today if left out"
    )
    award_years: AwardYears | None = Field(
        default=None, description="Award years to evaluate; all of the policy's if left out"
    )
    withdrawals: Rows = Field(default_factory=dict, description="Keys by dataset of rows that were never true")


class MoneyEffect(BaseModel):
    """What restating the version in force would change in orders and payments, by payout's difference law; fen."""

    ordered_fen: int
    paid_fen: int
    top_up_fen: int
    cancelled_fen: int
    to_recover_fen: int = Field(description="To recover, including what is with the bank")
    waits: bool = Field(description="No arrangement covers the restated award: it would wait, and nothing is computed")


class ImpactOnAward(BaseModel):
    """An award that the correction would change."""

    award_id: UUID
    award: str
    subject: str
    award_year: int | None
    payee: PayeeView
    jurisdiction: str | None
    kind: str
    change: Change
    result: Result
    today_result: Result
    entitlement_fen: int = Field(description="The entitlement on the corrected facts")
    today_fen: int = Field(description="The entitlement on the registry's facts")
    missing: list[str]
    in_force_fen: int | None = Field(description="The entitlement of the version in force; empty if there is none")
    version: int | None = Field(description="The version in force")
    money: MoneyEffect | None = Field(description="Empty if no version is in force, or payout has not processed it yet")


class ImpactTotals(BaseModel):
    """Sums over all awards that would change; fen."""

    awards: dict[Change, int]
    entitlement_fen: int
    today_fen: int
    paid_fen: int
    top_up_fen: int
    cancelled_fen: int
    to_recover_fen: int


class Impact(BaseModel):
    """What a correction would change, with the official interpretations; awards in force keep their first version's day."""

    policy: str
    facts_revision: int
    decided_on: date
    subjects_judged: int | None = Field(
        description="Subjects that the corrected rows concern; empty: all subjects of some awards"
    )
    totals: ImpactTotals
    awards: list[ImpactOnAward] = Field(description="The largest changes first, up to 1,000")
    left_out: int = Field(description="Changed awards that are not listed")


class AssessmentRequest(PolicyScenario):
    """One enterprise, evaluated on the facts given here, or on the registry's with changes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": FIRST_POLICY,
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
        "Left out: only if no facts are given",
    )
    awards: list[str] = Field(
        default=[], max_length=100, description="Only these awards, by their codes; all if left out"
    )


class StoppedAward(AwardStatus):
    """An award that an official act has suspended or ended."""

    award: str


class Assessment(BaseModel):
    """What the enterprise would get, award by award."""

    policy: str
    policy_hash: str
    interpretations_hash: str
    facts_revision: int | None = Field(description="The registry's revision, if it was read")
    decided_on: date
    entitlement_fen: int = Field(
        description="Total cash of these awards that would be paid to it, fen; without those paid to another enterprise, and"
        " those that an official act has stopped"
    )
    stopped: list[StoppedAward] = Field(
        description="Awards among these of which nothing is proposed on that day, because an official act has stopped them"
    )
    awards: list[ExplanationView] = Field(
        description="Every award about the enterprise or paid to it, with near-misses"
    )


class FactsRows(BaseModel):
    """What became of the rows of a file."""

    read: int = Field(description="Rows in the file", examples=[20])
    accepted: int = Field(description="Rows in `facts`", examples=[18])
    unchanged: int = Field(description="Rows that repeat another", examples=[1])
    rejected: int = Field(description="Rows with mistakes", examples=[1])


class ScenarioFacts(BaseModel):
    """The rows of a file, to be sent as `facts` of an assessment, a simulation or an impact preview."""

    facts: Rows = Field(
        description="The rows without mistakes by dataset, each with the fields that the file has columns for"
    )
    rows: FactsRows
    skipped: int = Field(
        description="Rows with totals, notes and repeated headings, which are not among `rows`", examples=[2]
    )
    warnings: list[FileWarning] = Field(description="What was guessed or passed over")
    errors: list[ProblemError] = Field(description="The mistakes in the other rows, at most 1,000")
