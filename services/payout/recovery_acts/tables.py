"""Tables of acts of recovery, of statements on them, and of plans of repayment."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.payout.metadata import metadata
from shared import two_persons
from shared.database.schema import APPEND_ONLY, changes

recovery_acts = Table(
    "recovery_acts",
    metadata,
    *two_persons.columns(discardable=True),
    Column("recovery_id", Uuid, ForeignKey("recoveries.id"), nullable=False),
    Column("cause", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("document", Text),
    Column("term_working_days", SmallInteger, nullable=False),
    Column("due_on", Date),
    Column("limitation_on", Date),
    CheckConstraint("cause IN ('correction', 'misstatement', 'fraud')", name="cause"),
    CheckConstraint("kind = CASE cause WHEN 'correction' THEN 'revoked' ELSE 'annulled' END", name="kind"),
    CheckConstraint("term_working_days BETWEEN 1 AND 250", name="term"),
    CheckConstraint("confirmed_at IS NULL OR due_on IS NOT NULL AND limitation_on IS NOT NULL", name="issued"),
    Index("uq_recovery_acts_recovery_id", "recovery_id", unique=True, postgresql_where=text("discarded_at IS NULL")),
    info=changes(*two_persons.DECIDED_OR_DISCARDED, "due_on", "limitation_on"),
)
"""The act that claims money back: drawn up by one person, issued (confirmed) by another. A trigger lets nobody edit it; its days
are set when it is issued."""

recovery_statements = Table(
    "recovery_statements",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("act_id", Uuid, ForeignKey("recovery_acts.id"), nullable=False),
    Column("statement", Text, nullable=False),
    Column("document", Text),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_recovery_statements_act_id", "act_id"),
    info=APPEND_ONLY,
)
"""What the payee states (陈述申辩) before the act is issued."""

repayment_plans = Table(
    "repayment_plans",
    metadata,
    *two_persons.columns(discardable=True),
    Column("recovery_id", Uuid, ForeignKey("recoveries.id"), nullable=False),
    Column("parts", JSONB, nullable=False),
    Index("ix_repayment_plans_recovery_id", "recovery_id"),
    Index(
        "uq_repayment_plans_open",
        "recovery_id",
        unique=True,
        postgresql_where=text("confirmed_at IS NULL AND discarded_at IS NULL"),
    ),
    info=changes(*two_persons.DECIDED_OR_DISCARDED),
)
"""Repayment in instalments, agreed by two persons; the plan that was confirmed last holds."""
