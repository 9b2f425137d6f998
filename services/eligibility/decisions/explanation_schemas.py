"""The parts of an explanation in answers; `engine/explanation.py` makes them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema
from typing_extensions import TypeAliasType

FigureValue = TypeAliasType(
    "FigureValue",
    Annotated[
        int | str | bool | list[str] | None,
        WithJsonSchema(
            {
                "description": "Whole numbers as numbers; fractions, and what passes 2^53, as exact decimals in text;"
                " days as ISO 8601; flags; codes as text or a list of texts; null is unknown"
            }
        ),  # a union with a list in it: Java's generator writes what does not compile
    ],
)


class FigureView(BaseModel):
    """A value with its unit."""

    value: FigureValue = Field(description="Number, exact decimal in text, day, code, codes, or flag; null is unknown")
    unit: str = Field(
        description="`fen`, `count`, `day`, `code`, `flag`, …; empty for a plain number", examples=["fen"]
    )


class ComparisonView(BaseModel):
    """How the measured value was compared."""

    code: str = Field(description="Stable code", examples=["at_least"])
    sign: str = Field(description="Its sign", examples=["≥"])
    title: str = Field(description="Its name in the caller's language")


class ConditionView(BaseModel):
    """One condition, or several joined: with clause, measured value, threshold and result."""

    name: str = Field(description="Stable name in the award", examples=["daily-parcels"])
    article: str = Field(description="Where the policy says it", examples=["Art. 4 para. 1 sentence 3"])
    title: str = Field(description="The condition in the caller's language")
    comparison: ComparisonView
    result: Literal["met", "failed", "undetermined"]
    readings: dict[str, str] = Field(description="Interpretations that affected it: name → value")
    measured: FigureView | None = None
    threshold: FigureView | None = None
    in_doubt: FigureView | None = Field(default=None, description="What is unknown and could decide")
    short_by: FigureView | None = Field(default=None, description="How much a failed condition lacks")
    ahead: FigureView | None = Field(default=None, description="Of a rank: how many are ahead")
    last_in: FigureView | None = Field(default=None, description="Of a rank: what the last one within the places has")
    missing: list[str] = Field(default_factory=list, description="Facts that are not known")
    within: list[ConditionView] = Field(default_factory=list, description="The conditions that it joins")


class StepView(FigureView):
    """A step of the amount."""

    name: str = Field(description="base, rate, uncapped, cap, deduction, given_before or result", examples=["cap"])
    title: str = Field(description="The step in the caller's language")


class PartsView(BaseModel):
    """The parts that a measure was computed from."""

    name: str = Field(description="The measure")
    title: str = Field(description="Its name in the caller's language")
    rows: list[dict[str, Any]] = Field(description="Its rows, with columns of their own")


class AppliedInterpretationView(BaseModel):
    """An interpretation that affected the result."""

    name: str = Field(description="Name of the interpretation", examples=["daily_average"])
    value: str = Field(description="What was applied", examples=["operating_days"])
    title: str = Field(description="The question in the caller's language")
    value_title: str = Field(description="The answer in the caller's language")


class ExplainedPayee(BaseModel):
    """Who is, or would be, paid."""

    uscc: str | None
    name: str | None


class ExplanationView(BaseModel):
    """Why: conditions with article, interpretation, measured value and threshold; the amount in steps."""

    policy: str
    award: str
    title: str
    article: str
    subject: str
    award_year: int | None
    decided_on: date
    payee: ExplainedPayee
    jurisdiction: str | None
    result: Literal["granted", "refused", "undetermined", "withdrawn"]
    kind: Literal["cash", "in_kind"]
    entitlement_fen: int
    conditions: list[ConditionView]
    amount: list[StepView] = Field(description="The amount, step by step")
    parts: list[PartsView] = Field(description="The parts that its measures were computed from")
    readings: list[AppliedInterpretationView]
    near_misses: list[ConditionView] = Field(description="Failed conditions that say by how much they are short")
    missing: list[str] = Field(description="Facts that are not known and could decide")
    flags: list[str]
    engine_version: str
    redacted: int = Field(
        default=0, description="Rows and values of other jurisdictions' enterprises that were left out"
    )
