"""Shapes of the data quality report."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.registry.revisions.schemas import KeyValue


class Warned(BaseModel):
    """Something that is missing or odd. The row was accepted all the same."""

    code: str = Field(description="Stable code of the sign", examples=["missing_figure"])
    dataset: str = Field(description="Dataset", examples=["annual_sales"])
    key: list[KeyValue] = Field(description="Values of the key's fields; the row may be what is missing")
    field: str | None = Field(description="Field, if it is about one", examples=["online_retail_fen"])
    uscc: str | None = Field(description="Owning enterprise")
    awards: list[str] = Field(description="Awards that it affects", examples=[["retail-scale"]])
    message: str = Field(description="What is missing or odd, in the caller's language")
