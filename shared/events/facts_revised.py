"""`facts.revised` on `registry-facts.v1`, key: the owning enterprise's uscc."""

from __future__ import annotations

from pydantic import Field

from shared.events.base import EventData

TYPE = "facts.revised"
MAX_KEYS = 1_000


class FactsRevised(EventData):
    """Records of one enterprise changed in one dataset at one revision; read what they are from the registry."""

    TYPES = (TYPE,)

    revision: int = Field(ge=1, description="The registry's revision that holds the change")
    dataset: str = Field(description="The dataset that changed")
    uscc: str = Field(description="The enterprise that owns the records, before or after the change")
    keys: list[list[str | int]] = Field(
        max_length=MAX_KEYS, description="Keys of the changed records, values in key order"
    )
