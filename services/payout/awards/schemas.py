"""What the API takes and gives of awards: the timeline, and previews of restatements."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payout.enums import Jurisdiction, Unit
from services.payout.funding.schemas import Hold
from services.payout.orders.schemas import Payee, PaymentOrder
from shared.money import MAX_FEN
from shared.web.possible_acts import WithPossibleActs


class Instalment(BaseModel):
    """A part of the entitlement."""

    due_year: int
    amount_fen: int


class PartOfUnit(BaseModel):
    """A unit's part of a version, and of each instalment of it."""

    unit: Unit
    payee_uscc: str
    amount_fen: int = Field(description="Floored to the fen, the remainder with the unit that the arrangement names")
    parts_fen: list[int] = Field(description="Part of each instalment, in order")


class ReceiptOfVersion(BaseModel):
    """What a version was computed from."""

    facts_revision: int
    policy_hash: str
    interpretations_hash: str
    engine_version: str


class DecisionReference(BaseModel):
    """The decision behind a version, in eligibility."""

    id: UUID
    evaluation_id: UUID | None
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    explanation: str = Field(
        description="Path in eligibility: clause, conditions, amount, and the fact rows that decided"
    )


class Step(BaseModel):
    """Something that happened to the award: when, by whom, and how much it was about."""

    at: datetime
    actor: str
    step: str = Field(description="What happened; a ledger entry has its kind", examples=["funded"])
    unit: Unit | None = Field(description="Budget that it concerns, if one")
    amount_fen: int | None = Field(description="Fen; null for a hold, which is about all that is not sent")
    version: int | None = Field(description="Version of the award")
    reference: str | None = Field(description="Decision, order, batch, recovery, document or bank reference")


class AwardVersion(BaseModel):
    """A version of the award as eligibility published it, and its split."""

    version: int
    result: Literal["granted", "withdrawn"]
    reason: str
    payee: Payee
    jurisdiction: str
    entitlement_fen: int
    instalments: list[Instalment]
    decided_on: date
    receipt: ReceiptOfVersion
    received_at: datetime
    split: list[PartOfUnit] = Field(description="Empty for a version that never took effect")
    decision: DecisionReference | None = Field(description="Null where eligibility was not asked or not reached")


class AwardShare(BaseModel):
    """What a unit owes to a payee for this award, and what became of it; fen."""

    unit: Unit
    payee: Payee
    entitlement_fen: int = Field(description="The unit's share of the version in effect")
    ordered_fen: int = Field(description="All live orders")
    paid_fen: int = Field(description="Of them, settled by the bank")
    to_recover_fen: int = Field(description="Ordered beyond the share, sent already, and not yet repaid")
    recovered_fen: int = Field(description="Repaid by the payee")


class AwardRecovery(BaseModel):
    """Money that must be repaid."""

    id: UUID
    version: int = Field(description="Version that lowered the entitlement")
    unit: Unit
    payee_uscc: str
    amount_fen: int = Field(description="Claimed when it was raised")
    dropped_fen: int = Field(description="Owed again since")
    repaid_fen: int
    written_off_fen: int
    outstanding_fen: int
    raised_at: datetime


class AwardPosting(BaseModel):
    """A ledger entry of this award."""

    id: int
    kind: str
    source: str
    destination: str
    amount_fen: int
    unit: Unit
    version: int | None
    order_id: UUID | None
    recovery_id: UUID | None
    document: str | None
    actor: str
    posted_at: datetime


class ArrangementReference(BaseModel):
    """The fiscal arrangement under which the award was split."""

    id: UUID
    number: str
    sample: bool = Field(description="An invented example: no real percentages are published")
    effective_from: date
    effective_until: date | None


class AwardTimeline(WithPossibleActs):
    """An award from entitlement to shares, instalments, orders, payments and recoveries: every step a figure."""

    award_id: UUID
    policy: str
    award: str = Field(description="Code of the award", examples=["logistics-hub"])
    article: str
    subject: str
    award_year: int
    payee: Payee
    jurisdiction: str
    kind: Literal["cash", "in_kind"]
    result: Literal["granted", "withdrawn"]
    version: int = Field(description="The highest version received")
    split_version: int | None = Field(description="The version in effect; lower while the award waits")
    entitlement_fen: int = Field(description="The whole entitlement now")
    first_decided_on: date = Field(description="Arrangement, due years and place in the queue follow this day")
    waiting_for: Literal["arrangement"] | None
    arrangement: ArrangementReference | None
    versions: list[AwardVersion]
    shares: list[AwardShare]
    orders: list[PaymentOrder]
    recoveries: list[AwardRecovery]
    postings: list[AwardPosting] = Field(description="The ledger's entries of this award")
    steps: list[Step] = Field(description="Everything in the order in which it happened: in eligibility, then here")
    eligibility: Literal["included", "not_reached", "left_out"] = Field(description="Whether its steps are included")
    holds: list[Hold] = Field(description="Holds in force on the award and on its payee; empty for an enterprise")
    unconfirmed_instalments: list[int] = Field(
        description="Instalments that are due and wait until somebody confirms that the project still operates"
    )


class RestatedAward(BaseModel):
    """An award as it might be restated; no instalments: withdrawn."""

    model_config = ConfigDict(extra="forbid")

    award_id: UUID
    jurisdiction: Jurisdiction
    payee_uscc: str = Field(pattern=r"^[0-9A-Z]{18}$", examples=["91110000600037341L"])
    instalments_fen: list[Annotated[int, Field(ge=0, le=MAX_FEN, strict=True)]] = Field(
        max_length=10,
        examples=[[10_000_000, 10_000_000]],
        description="What is due in the year of the first decision, in the next, and so on; fen",
    )


class RestatementQuery(BaseModel):
    """Awards as they might be restated."""

    model_config = ConfigDict(extra="forbid")

    awards: list[RestatedAward] = Field(min_length=1, max_length=1_000)


class RestatedShare(BaseModel):
    """What a restatement would do between a unit and a payee, under the difference law; fen."""

    unit: Unit
    payee_uscc: str
    ordered_fen: int = Field(description="All live orders now")
    paid_fen: int = Field(description="Of them, settled by the bank")
    top_up_fen: int = Field(description="Would be ordered on top")
    cancelled_fen: int = Field(description="Would be cancelled, as it is not sent yet")
    to_recover_fen: int = Field(description="Would have to be repaid, including orders that are with the bank")


class RestatementPreview(BaseModel):
    """What a restatement of an award would do."""

    award_id: UUID
    version: int = Field(description="The highest version received")
    waits: bool = Field(description="It would wait: no arrangement of its first decision day covers it")
    shares: list[RestatedShare]


class RestatementPreviews(BaseModel):
    """What restatements would do, award by award; awards that payout does not have are left out."""

    items: list[RestatementPreview]
