"""Bodies of requests and answers about decisions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.eligibility.decisions.approval import Among
from services.eligibility.decisions.domain import State
from services.eligibility.decisions.explanation_schemas import Explained
from shared.web.jobs import Job

ReasonText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ApprovalBody(_Body):
    """An approval; a flagged decision needs the reason."""

    reason: ReasonText | None = None


class ReasonBody(_Body):
    """Why."""

    reason: ReasonText


class BulkApprovalRequest(_Body):
    """Approve what an evaluation proposed, or what stood in a notice, but for some."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {"evaluation_id": "0198c5b2-7d3e-7a41-9c55-2f6a1b0c9d12", "except": [], "reason": "材料已核实"}
            ]
        },
    )

    evaluation_id: UUID | None = Field(default=None, strict=False)
    notice_id: UUID | None = Field(default=None, strict=False, description="Instead of `evaluation_id`")
    excepted: list[Annotated[UUID, Field(strict=False)]] = Field(
        default_factory=list, alias="except", max_length=10_000, description="Decisions that are left as they are"
    )
    reason: ReasonText | None = Field(default=None, description="Needed for flagged decisions to be among them")

    @model_validator(mode="after")
    def _names_one(self) -> BulkApprovalRequest:
        if (self.evaluation_id is None) == (self.notice_id is None):
            raise ValueError("give either evaluation_id or notice_id")
        return self

    @property
    def group(self) -> tuple[Among, UUID]:
        """What the decisions are taken from."""
        return (
            (Among.EVALUATION, self.evaluation_id) if self.evaluation_id else (Among.NOTICE, cast(UUID, self.notice_id))
        )


class Skipped(BaseModel):
    """Decisions that a bulk approval left as they were, by reason."""

    flagged: int
    not_noticed: int
    stale: int
    own: int
    suspended: int


class Approval(Job):
    """A bulk approval and how far it is."""

    evaluation_id: UUID | None
    notice_id: UUID | None
    approved: int | None = None
    skipped: Skipped | None = None


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


class Decision(BaseModel):
    """A version of an award, proposed or in force."""

    id: UUID
    award_id: UUID = Field(description="Identity of the award, the same for every version")
    evaluation_id: UUID
    version: int | None = Field(description="Numbered at approval, without gaps")
    state: State
    policy: str
    award: str
    article: str
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
    approved_by: str | None
    approved_at: datetime | None
    changed_at: datetime
    notice_id: UUID | None = Field(description="The public notice that it was put into")
    noticed_on: date | None = Field(
        description="When that notice was closed; from then on the decision may be approved"
    )
    receipt: ReceiptSummary


class DecisionAct(BaseModel):
    """Something that was done to a decision."""

    act: str
    state: State
    actor: str
    acted_at: datetime
    reason: str | None


class DecisionDetail(Decision):
    """A decision with everything that was done to it."""

    acts: list[DecisionAct]


class ExplanationView(Explained):
    """Why: conditions with article, reading, measured value and threshold; the amount in steps."""


class Receipt(BaseModel):
    """Everything a decision was computed from, whole."""

    decision_id: UUID
    facts_revision: int
    engine_version: str
    decided_on: date
    first_decided_on: date = Field(description="The first version's decision day, kept for what depends on that day")
    policy_hash: str
    policy: dict[str, Any]
    interpretations_hash: str
    interpretations: dict[str, str]
    inputs_hash: str
    inputs: dict[str, Any] = Field(description="The fact rows that decided, by dataset")


class Replay(BaseModel):
    """A decision computed again from its receipt."""

    decision_id: UUID
    same: bool
    engine_version: str = Field(description="The engine that replayed")
    decided_with: str = Field(description="The engine that decided")
    differences: list[str] = Field(description="Members of the outcome that differ")
