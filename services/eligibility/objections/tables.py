"""The table of objections."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from services.eligibility.metadata import metadata
from shared.database.schema import changes

objections = Table(
    "objections",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("notice_id", ForeignKey("notices.id"), nullable=False),
    Column("decision_id", ForeignKey("decisions.id")),
    Column(
        "omitted",
        JSONB,
        comment="The case that the notice omits: award, subject, award_year; empty for an objection to a decision",
    ),
    Column("omitted_uscc", Text, comment="The enterprise of the omitted case"),
    Column("refusal_id", ForeignKey("refusals.id"), comment="The refusal that the dismissal of an omission drew up"),
    Column("objector", Text),
    Column("objector_uscc", Text, comment="The enterprise that objects itself; empty for what an office recorded"),
    Column("reason", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outcome", Text),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_reason", Text),
    CheckConstraint("outcome IN ('rejected', 'upheld')", name="outcome"),
    CheckConstraint(
        "(outcome IS NULL) = (decided_by IS NULL) AND (outcome IS NULL) = (decided_at IS NULL)"
        " AND (outcome IS NULL) = (decision_reason IS NULL)",
        name="decided",
    ),
    CheckConstraint("decided_by <> recorded_by", name="two_persons"),
    CheckConstraint(
        "(decision_id IS NULL) = (omitted IS NOT NULL) AND (omitted IS NULL) = (omitted_uscc IS NULL)", name="concerns"
    ),
    CheckConstraint("refusal_id IS NULL OR (omitted IS NOT NULL AND outcome = 'rejected')", name="refusal"),
    Index("ix_objections_decision", "decision_id"),
    Index("ix_objections_notice", "notice_id", "id"),
    Index("ix_objections_open", "id", postgresql_where=text("outcome IS NULL")),
    Index(
        "ux_objections_open_of_enterprise",
        "decision_id",
        "omitted",
        "objector_uscc",
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=text("outcome IS NULL AND objector_uscc IS NOT NULL"),
    ),
    comment="Objections to decisions in a public notice, with their outcomes",
    info=changes("outcome", "decided_by", "decided_at", "decision_reason", "refusal_id"),
)
