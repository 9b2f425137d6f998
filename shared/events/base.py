"""What the data of every event have in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class EventData(BaseModel):
    """An event's data: strict in its types, tolerant of members that a newer publisher adds."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    TYPES: ClassVar[tuple[str, ...]]
    """The CloudEvents types whose data follow this model."""
