"""What every event's data has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class EventData(BaseModel):
    """An event's data: strict in its types, tolerant of members that a newer publisher adds."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")
