"""Requests and responses of restorations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payout.batches.schemas import Batch
from services.payout.budgets.schemas import Classified
from services.payout.enums import OrderState, Unit
from shared.free_text import Reason
from shared.web.possible_acts import WithPossibleActs
from shared.web.two_persons import Proposal


class RestorationBody(BaseModel):
    """Why sending is on hold, or why it is allowed again."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"reason": "从3月1日备份恢复；此后送出的三个支付文件已全部补录"}]},
    )

    reason: Reason


class Restoration(BaseModel):
    """The time after payout's database was restored to an earlier point: no batch is built until it is ended."""

    id: UUID
    reason: str
    opened_by: str
    opened_at: datetime
    missing: list[UUID] = Field(
        description="Orders, at most 1,000, that were at the bank according to the broker's log and that are in no batch:"
        " their files have to be entered again"
    )
    confirmed_by: str | None = Field(description="Someone other than who opened it; files are entered only afterwards")
    confirmed_at: datetime | None
    ended_by: str | None = Field(description="Someone other than those who opened it or entered files again")
    ended_at: datetime | None
    ended_reason: str | None


class RestorationDetail(WithPossibleActs, Restoration):
    """A restoration, and what the caller may do with it now."""


class Reentry(BaseModel):
    """The outcome of a batch's file that was entered again."""

    id: UUID | None = Field(
        description="Id of the file that waits or was confirmed; null if all orders were in a batch already"
    )
    state: Literal["proposed", "confirmed"] | None = Field(
        description="`proposed`: waits for another person; `confirmed`: its orders count as sent; null if nothing is new"
    )
    batch: Batch | None = Field(description="The batch that holds its orders, once it is confirmed")
    entered: int = Field(description="Orders that count as sent to the bank once it is confirmed")
    unchanged: int = Field(description="Orders that were in a batch already")


class EnteredFile(Proposal):
    """A batch's file that a person entered again. It counts once another person confirms it."""

    unit: Unit
    sent_on: date
    registry_revision: int = Field(description="Registry revision of the accounts in it")
    checksum: str = Field(description="The file's checksum")
    orders: int
    amount_fen: int


class EnteredFileForCaller(WithPossibleActs, EnteredFile):
    """A batch's file that was entered again, and what the caller may do with it now."""


class EnteredRow(Classified):
    """A row of a file that was entered again, with the classification of the money that it drew on."""

    place: int = Field(description="Its place in the file")
    order_id: UUID
    payee_uscc: str
    amount_fen: int
    award_id: UUID
    instalment: int = Field(description="1, 2, …")
    state: OrderState | None = Field(description="State of the order now; null where it was lost")


class EnteredFileDetail(WithPossibleActs, EnteredFile):
    """A batch's file that was entered again, row by row; accounts are not kept."""

    items: list[EnteredRow]
    next_cursor: str | None = Field(description="Send it as `cursor` to get the next page; null on the last page")
