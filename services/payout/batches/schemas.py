"""Requests and responses of batches and results."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.payout.batches.bank_results import Outcome
from services.payout.enums import OrderState, Unit
from services.payout.orders.schemas import Payee
from shared.web.files import FileWarning
from shared.web.possible_acts import WithPossibleActs
from shared.web.problems import ProblemError
from shared.web.two_persons import Proposal

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class BatchDraft(BaseModel):
    """Which approved orders to send: all of the unit, or those named."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"unit": "city"}]})

    unit: Unit
    order_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=100_000)
    sample_percent: int | None = Field(
        default=None,
        ge=0,
        le=100,
        strict=True,
        description="How many of the orders are drawn at random and held for verification, in percent; the setting if left out",
    )


class DrawnSample(BaseModel):
    """A random sample of the orders: those with the lowest SHA-256 of `seed:order_id`, so that anybody can draw it again."""

    id: UUID
    seed: str = Field(description="Random, in hexadecimal digits")
    percent: int = Field(description="Share that was asked for")
    orders: int = Field(description="Orders that could be drawn")
    size: int = Field(description="Orders that were drawn")


class Batch(BaseModel):
    """A payment batch: orders of one unit that go to the treasury together."""

    id: UUID | None = Field(
        description="Null if every order went back to `issued` or is held: there is nothing to send"
    )
    unit: Unit
    state: Literal["sent", "completed", "empty"] = Field(description="`completed` once every order has a result")
    orders: int
    total_fen: int
    registry_revision: int | None = Field(default=None, description="Registry revision of the accounts")
    built_by: str | None = None
    built_at: datetime | None = None
    reentered_checksum: str | None = Field(
        default=None,
        description="Of a batch that was entered again after a restore: the checksum of the file that the bank has",
    )
    settled: int = 0
    failed: int = 0
    returned: int = 0
    sent_back: int | None = Field(
        default=None,
        description="Orders that went back to `issued` because the payee's account is not the one approved",
    )
    unconfirmed: int | None = Field(
        default=None, description="Orders left out because eligibility does not have their award as payout does"
    )
    held: int | None = Field(
        default=None, description="Orders left out because a check found something, or because they were drawn"
    )
    findings: dict[str, int] | None = Field(default=None, description="How many new findings of each kind")
    sample: DrawnSample | None = Field(default=None, description="The sample that was drawn for verification, if any")


class BatchDetail(WithPossibleActs, Batch):
    """A payment batch, and what the caller may do with it now."""


class RowCounts(BaseModel):
    """Rows of an answer, by outcome."""

    read: int
    accepted: int
    unchanged: int = Field(description="Rows whose result is recorded already")
    rejected: int


class ResultsReport(BaseModel):
    """The outcome of the bank's answer."""

    id: UUID | None = Field(description="Id of the results that a person entered; null for the bank's own channel")
    state: Literal["proposed", "confirmed"] | None = Field(
        description="`proposed`: waits for another person; `confirmed`: has effect; null if no row is new"
    )
    rows: RowCounts
    skipped: int = Field(
        default=0,
        description="Rows with totals, notes and the checksum, and entries about other payments, which are not among `rows`",
    )
    warnings: list[FileWarning] = Field(default_factory=list, description="What was guessed or passed over")
    errors: list[ProblemError] = Field(description="Refused rows, at most 1,000; the others were accepted")
    batch: Batch


class OutcomeSum(BaseModel):
    """Orders with one outcome."""

    outcome: Outcome
    orders: int
    amount_fen: int


class EnteredResults(Proposal):
    """Results of a batch that a person entered. They have effect once another person confirms them."""

    batch_id: UUID
    outcomes: list[OutcomeSum] = Field(description="What would change, by outcome")


class EnteredResultsForCaller(WithPossibleActs, EnteredResults):
    """Results of a batch that a person entered, and what the caller may do with them now."""


class EnteredResult(BaseModel):
    """A row of entered results, beside its order."""

    line: int = Field(description="Its place in what was entered")
    order_id: UUID
    payee: Payee
    amount_fen: int
    state: OrderState = Field(description="State of the order now")
    outcome: Outcome
    occurred_on: date
    bank_reference: str
    reason: str | None = Field(description="The bank's reason")


class EnteredResultsDetail(WithPossibleActs, EnteredResults):
    """Results that a person entered, row by row."""

    items: list[EnteredResult]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page; null on the last page")
