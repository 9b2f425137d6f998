"""What the API takes and gives of acts of recovery."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payout.recoveries.schemas import Recovery
from services.payout.recovery_acts.domain import Cause, RecoveryKind
from shared.days import Day
from shared.free_text import Reason
from shared.money import MAX_FEN
from shared.web.possible_acts import WithPossibleActs
from shared.web.two_persons import Proposal

Document = Annotated[str | None, Field(min_length=1, max_length=200)]


class ActBody(BaseModel):
    """Why money is claimed back, and within which term it is to be repaid."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"cause": "misstatement", "reason": "申报件量不实", "term_working_days": 15}]},
    )

    cause: Cause = Field(description="Why the award was lowered; a correction of facts is nobody's fault")
    reason: Reason
    document: Document = Field(default=None, description="Document number of the letter (文号)")
    term_working_days: int = Field(
        default=15, ge=1, le=250, strict=True, description="Term for the repayment, from the day of issue"
    )


class StatementBody(BaseModel):
    """What the payee states."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"statement": "统计口径有误。"}]}
    )

    statement: Reason = Field(description="In the payee's words")
    document: Document = Field(default=None, description="The paper that it came with")


class RecoveryStatement(BaseModel):
    """A statement of the payee (陈述申辩)."""

    id: UUID
    statement: str
    document: str | None
    made_by: str
    made_at: datetime


class PlannedRepayment(BaseModel):
    """A part of what is to be repaid."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    due_on: Day = Field(description="Its last day")
    amount_fen: int = Field(ge=1, le=MAX_FEN, strict=True)


class PlanBody(BaseModel):
    """Repayment in instalments that add up to what is outstanding."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"reason": "企业申请分期", "parts": [{"due_on": "2027-01-31", "amount_fen": 50000}]}]
        },
    )

    reason: Reason
    parts: list[PlannedRepayment] = Field(min_length=1, max_length=60, description="In the order of their days")


class RepaymentPlan(Proposal):
    """A plan of repayment; the one that was confirmed last holds."""

    reason: str
    parts: list[PlannedRepayment] = Field(description="In the order of their days")


class RepaymentPlanDetail(WithPossibleActs, RepaymentPlan):
    """A plan of repayment, and what the caller may do with it now."""


class RecoveryDetail(WithPossibleActs, Recovery):
    """A recovery with its plans of repayment, and what the caller may do with it now."""

    plans: list[RepaymentPlanDetail] = Field(description="Plans of repayment, oldest first")


class DiscardedAct(Proposal):
    """An act that was discarded: it had no effect."""

    reason: str


class RecoveryAct(BaseModel):
    """The act that claims money back: what its letter says, and what became of it."""

    id: UUID
    state: Literal["proposed", "issued"]
    reason: str
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None = Field(description="Who issued it: another person than who drew it up")
    confirmed_at: datetime | None = Field(description="When it was issued")
    discarded_by: str | None
    discarded_at: datetime | None
    discard_reason: str | None
    cause: Cause = Field(description="Why the award was lowered; a correction of facts is nobody's fault")
    kind: RecoveryKind = Field(
        description="`annulled` (撤销): void from the start; `revoked` (撤回): facts were corrected"
    )
    document: str | None
    term_working_days: int = Field(description="Term for the repayment, from the day of issue")
    due_on: date | None = Field(description="Last day of the term; set when it is issued")
    limitation_on: date | None = Field(
        description="Last day for an application to the court for enforcement: six months to sue and three after them,"
        " from the issue; by law from the receipt, so never too late. A review or an action postpones it"
    )
    recovery: Recovery = Field(description="What is claimed back, and what became of it")
    statements: list[RecoveryStatement]
    plans: list[RepaymentPlan] = Field(description="Plans of repayment, oldest first")
    overdue_fen: int = Field(description="What should have been repaid by now, by the term or by the plan in force")
