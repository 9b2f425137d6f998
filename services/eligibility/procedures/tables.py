"""The table of official procedures."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Identity, Index, Integer, Table, Text

from services.eligibility.metadata import metadata
from shared import two_persons
from shared.database.schema import changes

procedure_changes = Table(
    "procedure_changes",
    metadata,
    *two_persons.columns(),
    Column("number", Integer, Identity(always=True), nullable=False),
    Column("policy", Text, nullable=False),
    Column("hash", ForeignKey("documents.hash"), nullable=False, comment="The whole procedure, a document"),
    Index("ix_procedure_changes_policy", "policy", "confirmed_at"),
    comment="Official procedures of policies; the one confirmed last holds for proposals made from then on",
    info=changes(*two_persons.DECIDED),
)
