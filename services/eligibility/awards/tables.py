"""The table of acts that change the status of an award."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, Identity, Index, Integer, Table, Text

from services.eligibility.metadata import metadata
from shared import two_persons
from shared.database.schema import changes

award_status_changes = Table(
    "award_status_changes",
    metadata,
    *two_persons.columns(),
    Column("number", Integer, Identity(always=True), nullable=False),
    Column("policy", Text, nullable=False),
    Column("award", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("effective_on", Date, nullable=False, comment="First decision day on which the status holds"),
    Column("last_award_year", Integer, comment="Transition: award years up to this one are still proposed"),
    Column("document", Text, nullable=False, comment="Number and title of the official act"),
    CheckConstraint("status IN ('in_force', 'suspended', 'ended')", name="status"),
    CheckConstraint("last_award_year IS NULL OR status <> 'in_force'", name="transition"),
    Index("ix_award_status_changes_award", "policy", "award", "effective_on"),
    comment="Acts that suspend, end or resume an award; the latest confirmed one in effect on a day decides",
    info=changes(*two_persons.DECIDED),
)
