"""The table of changes of the official interpretations."""

from __future__ import annotations

from sqlalchemy import Column, Identity, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from services.eligibility.metadata import metadata
from shared import two_persons
from shared.database.schema import changes

interpretation_changes = Table(
    "reading_changes",  # renaming a table takes two releases (docs/decisions/0014)
    metadata,
    *two_persons.columns(),
    Column("number", Integer, Identity(always=True), nullable=False),
    Column("policy", Text, nullable=False),
    Column("interpretations", JSONB, nullable=False, comment="Interpretation → value, changed ones only"),
    Index("ix_reading_changes_policy", "policy", "confirmed_at"),
    comment="Official interpretations are the defaults with every confirmed change, in the order of confirmation",
    info=changes(*two_persons.DECIDED),
)
