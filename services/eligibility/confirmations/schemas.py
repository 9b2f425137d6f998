"""Bodies of requests about confirmations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.eligibility.confirmations.handlers import Statement
from services.eligibility.decisions.schemas import StoredStatement
from shared.free_text import strike_long_numbers


class ConfirmationBody(BaseModel):
    """Whether the payee wants the award, and what it states."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"accept": True, "account_confirmed": True, "commitment": True}]},
    )

    accept: bool = Field(description="false: the proposal is rejected, and not made again until its outcome differs")
    account_confirmed: bool = Field(
        default=False,
        description="The recorded account is the payee's own. If it is a draft, the payee becomes its second person, unless it"
        " has drafted the account itself",
    )
    commitment: bool = Field(
        default=False,
        description="The payee commits itself: what it has reported is true, and it pays back what it was not entitled to."
        " An acceptance needs it",
    )
    document: Annotated[
        str | None,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
        AfterValidator(lambda text: text and strike_long_numbers(text)),
    ] = Field(default=None, description="The paper by which the enterprise has answered; an officer must name it")

    def statement(self) -> Statement:
        """Return what the payee states."""
        return Statement(self.account_confirmed, self.commitment, self.document)


class Confirmation(BaseModel):
    """The confirmation of a decision by its payee."""

    decision_id: UUID
    outcome: Literal["accepted", "declined"]
    statement: StoredStatement | None = Field(
        description="What the payee stated; null if its silence declined the award"
    )
    confirmed_by: str = Field(description="The enterprise, the officer who has its paper, or the system after the term")
    confirmed_at: datetime
    account: Literal["waiting", "confirmed", "own_draft", "changed", "no_draft"] | None = Field(
        description="What became of the drafted account. `own_draft`: who confirmed has drafted it, so another person confirms"
        " it; `changed`: the registry no longer accepts the draft; `no_draft`: none was waiting, or one with accounts of other"
        " payees too; null if the account was not confirmed"
    )
