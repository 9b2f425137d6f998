"""The table of acts that change the status of an award."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Identity, Index, Integer, Table, Text, Uuid, func, text

from services.eligibility.metadata import metadata

award_status_changes = Table(
    "award_status_changes",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("number", Integer, Identity(always=True), nullable=False),
    Column("policy", Text, nullable=False),
    Column("award", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("effective_on", Date, nullable=False, comment="First decision day on which the status holds"),
    Column("last_award_year", Integer, comment="Transition: award years up to this one are still proposed"),
    Column("document", Text, nullable=False, comment="Number and title of the official act"),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
    CheckConstraint("status IN ('in_force', 'suspended', 'ended')", name="status"),
    CheckConstraint("last_award_year IS NULL OR status <> 'in_force'", name="transition"),
    CheckConstraint("confirmed_by <> proposed_by", name="two_persons"),
    CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    Index("ix_award_status_changes_award", "policy", "award", "effective_on"),
    comment="Acts that suspend, end or resume an award; the latest confirmed one in effect on a day decides",
)
