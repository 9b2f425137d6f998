"""Shapes of enterprises."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from shared.web.possible_acts import PossibleActs


class EnterpriseSummary(BaseModel):
    """An enterprise in a list."""

    uscc: str = Field(description="Unified social credit code", examples=["91110000600037341L"])
    name: str = Field(description="Name", examples=["丽水样例电子商务有限公司"])
    legal_form: str = Field(description="Legal form", examples=["enterprise"])
    registered_on: date = Field(description="Day of registration")
    revision: int = Field(description="The revision that set it", examples=[7])


class EnterpriseCard(BaseModel):
    """One enterprise with everything that is known about it."""

    enterprise: EnterpriseSummary
    revision: int = Field(description="The revision that was read", examples=[12])
    on: date = Field(description="The day for which `jurisdiction`, `monitored_as` and `sanctions` apply")
    jurisdiction: str | None = Field(description="Where it is on that day; null if unknown", examples=["liandu"])
    monitored_as: list[str] = Field(description="Tracks of provincial monitoring on that day", examples=[["retail"]])
    sanctions: list[str] = Field(description="Kinds of sanctions in force on that day")
    possible_acts: PossibleActs
    records: dict[str, list[dict[str, Any]]] = Field(
        description="By dataset, every record that names it, also through its parks, hubs, loans and zones; each with the"
        " revision that set it"
    )
