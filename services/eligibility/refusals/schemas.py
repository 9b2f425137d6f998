"""Bodies of requests and answers about refusals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.eligibility.decisions.explanation_schemas import ExplanationView
from services.eligibility.decisions.schemas import PayeeOfDecision
from services.eligibility.refusals.domain import RefusalState
from services.eligibility.refusals.handlers import Case
from shared.free_text import Reason, strike_optional
from shared.policies import FIRST_POLICY
from shared.web.possible_acts import PossibleActs

Document = Annotated[
    str | None,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(strike_optional),
]
"""The number or name of a paper."""


class RefusalRequest(BaseModel):
    """The case that is to be refused."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"policy": FIRST_POLICY, "award": "courier-rent", "subject": "91110000600037341L", "award_year": 2023}
            ]
        },
    )

    policy: Annotated[str, StringConstraints(max_length=60)] = Field(description="Code of the policy")
    award: Annotated[str, StringConstraints(max_length=60)] = Field(description="Code of the award")
    subject: Annotated[str, StringConstraints(min_length=1, max_length=200)] = Field(
        description="Key of the row that the award is about"
    )
    award_year: int = Field(ge=2000, le=2100)

    def case(self) -> Case:
        """Return the case."""
        return Case(self.policy, self.award, self.subject, self.award_year)


class StatementBody(BaseModel):
    """What the enterprise states."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"examples": [{"statement": "2023年派件量应为 4,000,000 件。"}]}
    )

    statement: Reason = Field(description="In the enterprise's words")
    document: Document = Field(default=None, description="The paper that it came with")


class Statement(BaseModel):
    """A statement of the enterprise (陈述申辩)."""

    id: UUID
    statement: str
    document: str | None
    made_by: str
    made_at: datetime


class RefusalReceipt(BaseModel):
    """What a refusal was computed from."""

    facts_revision: int
    policy_hash: str
    interpretations_hash: str
    inputs_hash: str
    engine_version: str


class Refusal(BaseModel):
    """A refusal of an award in a year."""

    id: UUID
    policy: str
    award: str
    subject: str
    award_year: int
    payee: PayeeOfDecision
    jurisdiction: str | None
    result: str = Field(description="`refused`, or `undetermined` where facts are missing")
    state: RefusalState
    would_be_fen: int | None = Field(
        description="What it would come to if every condition were met; never what is given"
    )
    reason: str = Field(description="Why, in one sentence, in Chinese")
    decided_on: date
    facts_revision: int
    proposed_by: str
    proposed_at: datetime
    issued_by: str | None = Field(description="Another person than the one who proposed it")
    issued_at: datetime | None
    superseded_at: datetime | None = Field(description="When facts that change its outcome were found")
    superseded_in: int | None = Field(description="The revision of these facts")
    receipt: RefusalReceipt


class RefusalDetail(Refusal):
    """A refusal with what was stated about it."""

    statements: list[Statement]


class ExplainedRefusal(RefusalDetail):
    """A refusal, what was stated about it, and why, from its sealed inputs."""

    explanation: ExplanationView
    possible_acts: PossibleActs
