"""Bodies of requests and answers about decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.eligibility.decisions.domain import State
from shared.web.possible_acts import PossibleActs


class PayeeOfDecision(BaseModel):
    """The enterprise that is paid."""

    uscc: str
    name: str


class InstalmentView(BaseModel):
    """A part of the entitlement and the year from which it may be paid."""

    due_year: int
    amount_fen: int


class ReceiptSummary(BaseModel):
    """What the decision was computed from."""

    facts_revision: int
    policy_hash: str
    interpretations_hash: str
    inputs_hash: str
    engine_version: str
    procedure_hash: str | None = Field(default=None, description="The procedure that held, left out if there was none")


class Decision(BaseModel):
    """A version of an award, proposed or in force."""

    id: UUID
    award_id: UUID = Field(description="Identity of the award, the same for every version")
    evaluation_id: UUID
    version: int | None = Field(description="Numbered at approval, without gaps")
    state: State
    policy: str
    award: str
    article: str = Field(description="The sentence that grants the award, as the caller's language cites it")
    subject: str
    award_year: int
    payee: PayeeOfDecision
    jurisdiction: str
    result: str = Field(description="`granted` or `withdrawn`")
    kind: str
    entitlement_fen: int = Field(description="The whole entitlement, fen")
    instalments: list[InstalmentView]
    decided_on: date
    first_decided_on: date = Field(description="Decision day of version 1")
    reason: str
    flags: list[str]
    proposed_by: str
    proposed_at: datetime
    fact_authors: list[str] = Field(
        description="Persons who recorded, confirmed or withdrew facts that it rests on: they cannot approve it"
    )
    approved_by: str | None
    approved_at: datetime | None
    changed_at: datetime
    notice_id: UUID | None = Field(description="The public notice that it was put into")
    noticed_on: date | None = Field(
        description="When that notice was closed; from then on the decision may be approved"
    )
    round_id: UUID | None = Field(description="The round that it belongs to")
    waiting_for: list[str] = Field(
        description="What it waits for now: `confirmation` and `review:<reviewer>` side by side, then `notice`, then"
        " `approval`; nothing once it is in force or has ended",
        examples=[["confirmation", "review:statistics"]],
    )
    receipt: ReceiptSummary


class DecisionAct(BaseModel):
    """Something that was done to a decision."""

    act: str
    state: State
    actor: str
    acted_at: datetime
    reason: str | None
    step: str | None = Field(description="The step of the procedure that the act concerns")


class StoredStatement(BaseModel):
    """What the payee stated with its confirmation."""

    account_confirmed: bool = Field(description="That the account is its own")
    commitment: bool = Field(
        description="That what it has reported is true, and that it pays back what it was not entitled to"
    )
    document: str | None


class DecisionStep(BaseModel):
    """A step that the procedure requires before the notice, and what became of it."""

    step: str = Field(description="`confirmation` or `review:<reviewer>`", examples=["review:statistics"])
    due_on: date | None = Field(description="Last working day for it")
    outcome: Literal["accepted", "declined", "passed", "objected"] | None = Field(description="Null while it waits")
    reason: str | None
    statement: StoredStatement | None
    acted_by: str | None
    acted_at: datetime | None


class DecisionDetail(Decision):
    """A decision with everything that was done to it."""

    steps: list[DecisionStep] = Field(description="In the procedure's order; empty if no procedure held")
    acts: list[DecisionAct]
    possible_acts: PossibleActs


class Receipt(BaseModel):
    """Everything a decision was computed from, whole."""

    decision_id: UUID
    facts_revision: int
    engine_version: str
    decided_on: date
    first_decided_on: date = Field(
        description="The first version's decision day, which due years and arrangements depend on"
    )
    policy_hash: str
    policy: dict[str, Any]
    interpretations_hash: str
    interpretations: dict[str, str]
    inputs_hash: str
    inputs: dict[str, Any] = Field(description="The fact rows that decided, by dataset")
    procedure_hash: str | None = Field(default=None, description="Left out if no procedure held")
    procedure: dict[str, Any] | None = Field(default=None, description="The procedure that held; left out if none did")
    redacted: int = Field(description="Rows and values of other jurisdictions' enterprises that were left out")


class Replay(BaseModel):
    """A decision computed again from its receipt."""

    decision_id: UUID
    same: bool
    engine_version: str = Field(description="The engine that replayed")
    decided_with: str = Field(description="The engine that decided")
    differences: list[str] = Field(description="Members of the outcome that differ")


class InForceQuery(BaseModel):
    """Awards whose decisions in force are asked for."""

    model_config = ConfigDict(extra="forbid")

    award_ids: list[UUID] = Field(min_length=1, max_length=1_000)


class DecisionsInForce(BaseModel):
    """The decisions in force of the awards that have one, in no order."""

    items: list[Decision]


class RepublicationRequest(BaseModel):
    """Which awards' versions in force are published again; without any, all."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    award_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=10_000)


class Republication(BaseModel):
    """What the relay publishes again."""

    events: int = Field(description="Versions in force that are on their way; those never published are not counted")
