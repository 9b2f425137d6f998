"""Bodies of requests and answers about impact previews."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.eligibility.evaluation_jobs.schemas import PayeeView, Result
from services.eligibility.simulations.schemas import Change
from services.eligibility.whatif.schemas import AwardYears, JudgedOn, Question, Rows


class ImpactRequest(Question):
    """Facts as they would be corrected."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": "lishui-2020-1",
                    "facts": {"courier_years": [{"uscc": "91331100MA20000018", "year": 2023, "parcels": 4000000,
                                                 "operating_days": 365, "rent_fen": 20000000}]},
                    "withdrawals": {"sanctions": [{"uscc": "91331100MA20000018", "kind": "tax", "since": "2023-05-05"}]},
                }
            ]
        },
    )  # fmt: skip

    decided_on: JudgedOn | None = Field(  # type: ignore[assignment]
        default=None, description="The day that new awards are judged on; today if left out"
    )
    award_years: AwardYears | None = Field(
        default=None, description="Award years that are looked at; all of the policy's if left out"
    )
    withdrawals: Rows = Field(default_factory=dict, description="Keys by dataset of rows that were never true")


class MoneyEffect(BaseModel):
    """What restating the version in force would do to the money, under the difference law of payout; fen."""

    ordered_fen: int
    paid_fen: int
    top_up_fen: int
    cancelled_fen: int
    to_recover_fen: int = Field(description="Would have to come back, what is with the bank included")
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
    entitlement_fen: int = Field(description="What the corrected facts give")
    today_fen: int = Field(description="What the registry's facts give")
    missing: list[str]
    in_force_fen: int | None = Field(description="What the version in force gives; empty if there is none")
    version: int | None = Field(description="The version in force")
    money: MoneyEffect | None = Field(description="Empty where nothing is in force, or payout has not heard of it yet")


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
    """What a correction would change. Judged with official readings, awards in force on the day of their first version."""

    policy: str
    facts_revision: int
    decided_on: date
    subjects_judged: int | None = Field(
        description="Awards' subjects that the corrected rows touch; empty: all of some awards"
    )
    totals: ImpactTotals
    awards: list[ImpactOnAward] = Field(description="The largest changes first, up to 1,000")
    left_out: int = Field(description="Awards that change too and are not listed")
