"""What the API takes and gives of holds, and of previews of arrangements."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payout.enums import Jurisdiction, Unit
from shared.free_text import Reason
from shared.web.possible_acts import WithPossibleActs


class HoldBody(BaseModel):
    """Why something is held or released."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [{"reason": "核查中"}]})

    reason: Reason


class Hold(BaseModel):
    """A hold on an award or on a payee: nothing of it is sent meanwhile."""

    id: int
    award_id: UUID | None
    uscc: str | None = Field(description="The payee")
    reason: str
    held_by: str
    held_at: datetime
    release_reason: str | None
    released_by: str | None = Field(description="Another person than the one who held it")
    released_at: datetime | None


class HoldDetail(WithPossibleActs, Hold):
    """A hold, whom it concerns, and what the caller may do with it now."""

    award: str | None = Field(description="Code of the award; null for a hold on a payee")


class InstalmentConfirmationBody(BaseModel):
    """Why an instalment after the first may be paid: that the project still operates, and how that was seen."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"reason": "实地核查，项目正常运营"}]}
    )

    reason: Reason
    document: str | None = Field(
        default=None, min_length=1, max_length=200, description="Number of the document, if any"
    )


class InstalmentConfirmation(BaseModel):
    """An officer confirmed that the project of an award still operates: the instalment no longer waits for `release`."""

    award_id: UUID
    instalment: int = Field(description="Number of the instalment, from 1")
    reason: str
    document: str | None
    confirmed_by: str
    confirmed_at: datetime


class PreviewShare(BaseModel):
    """What a unit would pay of some awards."""

    unit: Unit
    amount_fen: int


class PreviewRow(BaseModel):
    """Decided awards of one code in one jurisdiction, split as the arrangement would."""

    jurisdiction: Jurisdiction
    award: str
    awards: int
    waiting: int = Field(description="Of them, those that wait for an arrangement")
    entitlement_fen: int
    covered: bool = Field(description="False if no row covers them: they would continue to wait")
    shares: list[PreviewShare]


class PreviewUnit(BaseModel):
    """What a unit pays today of the awards in the period, and what it would pay."""

    unit: Unit
    today_fen: int
    draft_fen: int


class ShortageUnit(BaseModel):
    """What a unit's budget would fund of the awards in the period this year."""

    unit: Unit
    needed_fen: int = Field(description="What is due this year or before and not funded yet")
    funded_fen: int = Field(description="What would be funded now; the rest waits")


class ShortageWay(BaseModel):
    """What one way to bear a shortage would fund, with the money that is free after all that comes before in the queue."""

    units: list[ShortageUnit]
    in_full: int = Field(description="Instalments funded in full by all their units")
    in_part: int = Field(description="Instalments funded in part")
    not_at_all: int = Field(description="Instalments that would continue to wait")


class PreviewShortage(BaseModel):
    """Both ways to bear a shortage side by side. Holds and missing accounts are left out of account."""

    year: int = Field(description="The budgets of this year")
    free: list[PreviewShare] = Field(description="What is free in each unit's budget")
    in_turn: ShortageWay = Field(description="One instalment after the other, until the next does not fit")
    in_proportion: ShortageWay = Field(
        description="All instalments of the earliest day that is short in one proportion"
    )


class ArrangementPreview(BaseModel):
    """What an arrangement would make of the awards first decided in its period; nothing is changed."""

    arrangement_id: UUID
    sample: bool
    overlaps: list[UUID] = Field(
        description="Confirmed arrangements in force on some of its days: it cannot be confirmed"
    )
    rows: list[PreviewRow]
    units: list[PreviewUnit]
    shortage: PreviewShortage = Field(description="What each way to bear a shortage would fund")
