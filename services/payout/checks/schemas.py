"""What the API takes and gives of checks before payment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.payout.checks.domain import FindingKind
from services.payout.enums import Unit
from services.payout.orders.schemas import Payee
from shared.free_text import Reason
from shared.web.possible_acts import WithPossibleActs


class ReleaseBody(BaseModel):
    """Why an order that a check holds may be paid."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"reason": "已核实，同意支付"}]}
    )

    reason: Reason


class FindingNow(BaseModel):
    """What a check would find about an order today."""

    kind: FindingKind
    details: dict[str, Any] = Field(description="What was found; never an account number")


class PaymentFinding(FindingNow):
    """What a check found about an order: it is held until another person releases it."""

    id: UUID
    order_id: UUID
    payee: Payee = Field(description="Whom the order pays")
    award: str = Field(description="Code of the award", examples=["courier-rent"])
    unit: Unit = Field(description="Budget that pays")
    amount_fen: int = Field(description="Amount of the order, fen")
    registry_revision: int = Field(description="Revision of the registry that was asked")
    found_by: str = Field(description="Who built the batch that was checked")
    found_at: datetime
    release_reason: str | None
    released_by: str | None = Field(description="Another person than who built the batch")
    released_at: datetime | None


class OrderChecks(WithPossibleActs):
    """What the checks would find about an order today, and what was found before."""

    order_id: UUID
    registry_revision: int = Field(description="Revision of the registry that was asked")
    now: list[FindingNow] = Field(description="Nothing of it is stored; a finding that was released is listed too")
    findings: list[PaymentFinding] = Field(description="What was found before, released or not")
