"""The table of changes of the official interpretations."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table
from sqlalchemy.dialects.postgresql import JSONB

from services.eligibility import two_persons
from services.eligibility.metadata import metadata

interpretation_changes = Table(
    "reading_changes",  # renaming a table takes two releases (docs/decisions/0014)
    metadata,
    *two_persons.columns(),
    Column("interpretations", JSONB, nullable=False, comment="Interpretation → value, changed ones only"),
    Index("ix_reading_changes_policy", "policy", "confirmed_at"),
    comment="Official interpretations are the defaults with every confirmed change, in the order of confirmation",
)
