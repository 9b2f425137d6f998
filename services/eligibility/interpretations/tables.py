"""The table of changes of the official interpretations."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, Identity, Index, Integer, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from services.eligibility.metadata import metadata

interpretation_changes = Table(
    "reading_changes",  # renaming a table takes two releases (docs/decisions/0014)
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("number", Integer, Identity(always=True), nullable=False),
    Column("policy", Text, nullable=False),
    Column("interpretations", JSONB, nullable=False, comment="Interpretation → value, changed ones only"),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
    CheckConstraint("confirmed_by <> proposed_by", name="two_persons"),
    CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    Index("ix_reading_changes_policy", "policy", "confirmed_at"),
    comment="Official interpretations are the defaults with every confirmed change, in the order of confirmation",
)
