"""Shapes of drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from services.registry.drafts.handlers import PayeeOutcome
from services.registry.revisions.schemas import ChangedRows, KeyValue
from shared.free_text import strike_long_numbers
from shared.web.possible_acts import PossibleActs

State = Literal["proposed", "confirmed", "discarded"]


class Draft(BaseModel):
    """A change set that waits until another person confirms it."""

    id: UUID
    state: State
    dataset: str = Field(description="Dataset", examples=["payee_accounts"])
    kind: Literal["records", "import", "withdrawal"] = Field(description="How it was sent")
    rows: ChangedRows
    source: str | None = Field(description="Where its records come from")
    reason: str | None = Field(description="Why it was sent")
    import_id: UUID | None = Field(description="The import that made it")
    base_revision: int = Field(description="The newest revision when it was drafted", examples=[7])
    proposed_by: str
    proposed_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    revision: int | None = Field(description="The revision that its confirmation made", examples=[8])
    discarded_by: str | None
    discarded_at: datetime | None
    discard_reason: str | None


class DraftedRow(BaseModel):
    """What a draft would change under one key."""

    key: list[KeyValue] = Field(description="Values of the key's fields, in order")
    before: dict[str, Any] | None = Field(description="The record at `base_revision`; null if there was none")
    after: dict[str, Any] | None = Field(description="The record that would be stored; null if it would be withdrawn")
    holder_differs: bool | None = Field(
        description="Whether the account's holder is not the enterprise's name; null of other datasets"
    )


class DraftChanges(Draft):
    """A draft with a page of what it would change."""

    items: list[DraftedRow] = Field(description="What would change, in the order of the keys")
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page; null on the last page")
    possible_acts: PossibleActs


class Discard(BaseModel):
    """Why a draft is discarded."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"reason": "账号有误"}]})

    reason: Annotated[str, AfterValidator(strike_long_numbers)] = Field(
        min_length=1, max_length=1_000, description="Why it has no effect"
    )


class PayeeConfirmation(BaseModel):
    """A payee has confirmed that the account that was drafted for it is its own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "uscc": "91331100660565430F",
                    "confirmed_by": "enterprise:91331100660565430F",
                    "confirmed_at": "2026-03-02T01:00:00Z",
                }
            ]
        },
    )

    uscc: Annotated[str, Field(pattern="^[0-9A-Z]{18}$", description="The payee")]
    confirmed_by: str = Field(min_length=1, max_length=200, description="Who confirmed; recorded as the second person")
    confirmed_at: AwareDatetime = Field(description="When; drafts made later are left as they are")


class ConfirmedAccount(BaseModel):
    """What became of the drafts of a payee's account."""

    uscc: str
    outcome: PayeeOutcome = Field(
        description="`own_draft`: who confirmed has drafted the account, so another person confirms it; `changed`: the registry"
        " no longer accepts it; `no_draft`: none was waiting, or one with accounts of other payees too"
    )
    drafts: list[UUID] = Field(description="The drafts that were confirmed")
