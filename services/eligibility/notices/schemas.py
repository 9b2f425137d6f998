"""Bodies of requests and answers about notices."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.eligibility.decisions.domain import State
from services.eligibility.notices.domain import NoticeState
from shared.errors import InvalidValue
from shared.web.possible_acts import PossibleActs


class NoticeRequest(BaseModel):
    """What to notice: all that an evaluation or a round proposed, or the named decisions."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"evaluation_id": "0198c5b2-7d3e-7a41-9c55-2f6a1b0c9d12"}]},
    )

    evaluation_id: UUID | None = Field(default=None, strict=False)
    round_id: UUID | None = Field(default=None, strict=False, description="Instead of `evaluation_id`")
    decision_ids: list[Annotated[UUID, Field(strict=False)]] | None = Field(
        default=None,
        min_length=1,
        max_length=10_000,
        description="Instead of `evaluation_id`; all of those that are ready, or none",
    )
    document_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None = (
        Field(
            default=None,
            description="Number of the notice as an official document (文号)",
            examples=["丽商务公示〔2024〕3号"],
        )
    )

    @model_validator(mode="after")
    def _names_one(self) -> NoticeRequest:
        if sum(each is not None for each in (self.evaluation_id, self.round_id, self.decision_ids)) != 1:
            raise InvalidValue("give one of evaluation_id, round_id and decision_ids")
        return self


class ObjectionCounts(BaseModel):
    """Objections made in a notice, by outcome."""

    open: int
    rejected: int
    upheld: int


class Notice(BaseModel):
    """A public notice. Days are China's."""

    id: UUID
    policy: str
    document_number: str | None = Field(description="Its number as an official document (文号), if it has one")
    state: NoticeState
    working_days: int = Field(description="Length of the term in working days; the day of opening is not counted")
    opened_on: date
    last_day: date = Field(description="Last day of the term")
    closable_on: date = Field(description="First day on which the notice may be closed")
    calendar_assumed_from: date | None = Field(
        description="From this day on no official holiday calendar was published when the notice was opened: working days"
        " are estimated. Null: the whole term follows the official calendar"
    )
    closed_on: date | None
    total: int = Field(description="Decisions in it")
    objections: ObjectionCounts


class NotReady(BaseModel):
    """Proposals that a notice skipped, by what they wait for."""

    not_confirmed: int = Field(description="They wait for the confirmation of their payees")
    not_reviewed: int = Field(description="They are confirmed, if they need to be, and wait for reviews")


class OpenedNotice(Notice):
    """A notice that was opened, and what it skipped."""

    skipped: NotReady


class PublicPayee(BaseModel):
    """The payee as the public sees it: masked if it may be a natural person."""

    name: str
    uscc: str


class NoticeEntry(BaseModel):
    """A decision as a notice shows it."""

    decision_id: UUID
    policy: str
    award: str
    title: str = Field(description="The award, in the caller's language")
    article: str = Field(description="The sentence that grants the award, as the caller's language cites it")
    award_year: int
    payee: PublicPayee
    jurisdiction: str
    result: str
    kind: str
    entitlement_fen: int = Field(description="The whole entitlement, fen")
    state: State


class Contact(BaseModel):
    """The office that issues notices and takes objections, in the caller's language; null: not filled in."""

    office: str | None
    address: str | None
    telephone: str | None
    email: str | None


class NoticeDetail(Notice):
    """A notice and one page of its decisions."""

    contact: Contact
    possible_acts: PossibleActs
    items: list[NoticeEntry]
    next_cursor: str | None = Field(description="Give it back as `cursor` for the next page; null at the end")
