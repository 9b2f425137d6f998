"""`dead_letter.recorded` on `award-decisions.v1.dlq`, key: that of the message which could not be processed."""

from __future__ import annotations

from pydantic import Field

from shared.events.base import EventData

TYPE = "dead_letter.recorded"


class DeadLetterRecorded(EventData):
    """A message that could not be processed, whole, with the reason."""

    TYPES = (TYPE,)

    reason: str = Field(description="Why it could not be processed; never a submitted value")
    topic: str = Field(description="The topic that it came on")
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    headers: dict[str, str] = Field(description="Its headers, undecodable bytes replaced")
    value_base64: str = Field(description="Its data, base64")
    complete: bool = Field(
        default=True,
        description="False: too large to be published; headers and data are in the consumer's database alone",
    )
