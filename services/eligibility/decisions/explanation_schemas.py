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
    text: str = Field(description="The value in the caller's language, with its unit", examples=["60,000 元"])


class ComparisonView(BaseModel):
    """How the measured value was compared."""

    code: str = Field(description="Stable code", examples=["at_least"])
    sign: str = Field(description="Its sign", examples=["≥"])
    title: str = Field(description="Its name in the caller's language")


class BasisView(BaseModel):
    """What a rule rests on: a sentence of the document, or a criterion of practice that the document does not state."""

    kind: Literal["article", "criterion"]
    code: str = Field(description="The sentence's id in the package, or the criterion's code", examples=["4.1.3"])
    title: str = Field(description="Where the sentence is, or what the criterion says")
    text: str = Field(description="The sentence's own words (in Chinese), or the reason for the criterion")
    document: str | None = Field(description="The document that adopted the criterion; null before, and for a sentence")


KeyValue = TypeAliasType(
    "KeyValue",
    Annotated[
        str | int,
        WithJsonSchema({"description": "A code or a day as text, a year as a number"}),
    ],
)


class FactRowView(BaseModel):
    """A row of the registry that was read. Who recorded it is looked up for stored decisions; null where it is not known."""

    dataset: str
    title: str = Field(description="The dataset in the caller's language")
    key: dict[str, KeyValue] = Field(description="The row's key")
    text: str = Field(description="Dataset and key in the caller's language")
    source: str | None = Field(description="Where the row comes from")
    recorded_on: date | None = Field(description="When it was recorded")
    revision: int | None = Field(description="The revision that set it")


class ConditionView(BaseModel):
    """One condition, or several joined: with clause, measured value, threshold and result."""

    name: str = Field(description="Stable name in the award", examples=["daily-parcels"])
    article: str | None = Field(
        description="Where the document says it, as the caller's language cites it; null for a criterion",
        examples=["第（四）条第一款第三句"],
    )
    basis: BasisView
    title: str = Field(description="The condition in the caller's language")
    comparison: ComparisonView
    result: Literal["met", "failed", "undetermined"]
    sentence: str = Field(
        description="What was found and how it compares, in the caller's language",
        examples=["年发件量 3,000,000 件 ÷ 全年日历天数 365 天 = 8,219 件/日，低于 10,000 件/日"],
    )
    would_take: str | None = Field(description="What a failed condition is short of, in the caller's language")
    readings: dict[str, str] = Field(description="Interpretations that affected it: name → value")
    facts: list[FactRowView] = Field(
        default_factory=list, description="The rows that it was tested on; those of joined conditions are in `within`"
    )
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

    name: str = Field(
        description="base, rate, uncapped, cap, deduction, given_before, result, or would_be where nothing is granted",
        examples=["cap"],
    )
    title: str = Field(description="The step in the caller's language")
    sentence: str = Field(description="The step with its figure, in the caller's language")
    basis: BasisView


class PartsView(BaseModel):
    """The parts that a measure was computed from."""

    name: str = Field(description="The measure")
    title: str = Field(description="Its name in the caller's language")
    rule: str = Field(description="How its figures are worked out, in the caller's language")
    columns: dict[str, str] = Field(description="The title of each column, in the caller's language")
    rows: list[dict[str, Any]] = Field(description="Its rows, with columns of their own")
    texts: list[dict[str, str]] = Field(description="The same rows in the caller's language, with units")


class AppliedInterpretationView(BaseModel):
    """An interpretation that affected the result."""

    name: str = Field(description="Name of the interpretation", examples=["daily_average"])
    value: str = Field(description="What was applied", examples=["operating_days"])
    title: str = Field(description="The question in the caller's language")
    value_title: str = Field(description="The answer in the caller's language")
    basis: BasisView | None = Field(description="The criterion that it brings in, if it does")


class Titles(BaseModel):
    """The words of what an explanation otherwise names by code, in the caller's language."""

    jurisdiction: str | None
    result: str
    kind: str
    missing: list[str]
    flags: list[str]


class ExplainedPayee(BaseModel):
    """Who is, or would be, paid."""

    uscc: str | None
    name: str | None


class ExplanationView(BaseModel):
    """Why: conditions with article, interpretation, measured value and threshold; the amount in steps."""

    policy: str
    award: str
    title: str
    article: str = Field(description="The sentence that grants the award, as the caller's language cites it")
    basis: BasisView
    subject: str
    award_year: int | None
    decided_on: date
    payee: ExplainedPayee
    jurisdiction: str | None
    result: Literal["granted", "refused", "undetermined", "withdrawn"]
    kind: Literal["cash", "in_kind"]
    sentence: str = Field(description="The result in one sentence, in the caller's language")
    titles: Titles
    entitlement_fen: int
    would_be_fen: int | None = Field(
        description="What the amount would be if every condition were met; null where it is granted or not known"
    )
    conditions: list[ConditionView]
    amount: list[StepView] = Field(description="The amount, step by step")
    parts: list[PartsView] = Field(description="The parts that its measures were computed from")
    readings: list[AppliedInterpretationView]
    near_misses: list[ConditionView] = Field(description="Failed conditions that say by how much they are short")
    missing: list[str] = Field(description="Facts that are not known and could decide")
    flags: list[str]
    engine_version: str
    provenance: Literal["complete", "partial", "unavailable"] | None = Field(
        default=None,
        description="Of a stored decision: whether it is known where all rows in `facts` come from; `partial` for very many"
        " rows, `unavailable` while the registry does not answer",
    )
    redacted: int = Field(
        default=0, description="Rows and values of other jurisdictions' enterprises that were left out"
    )
