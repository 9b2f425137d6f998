"""The tables of refusals and of what enterprises state about them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.eligibility.metadata import metadata
from shared import two_persons
from shared.database.schema import APPEND_ONLY, changes

refusals = Table(
    "refusals",
    metadata,
    *two_persons.columns(),
    Column("policy", Text, nullable=False),
    Column("award", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("award_year", Integer, nullable=False),
    Column("payee_uscc", Text, nullable=False),
    Column("payee_name", Text, nullable=False),
    Column("jurisdiction", Text),
    Column("result", Text, nullable=False),
    Column(
        "outcome", JSONB, nullable=False, comment="What another outcome is told by: conditions, figures, missing facts"
    ),
    Column("decided_on", Date, nullable=False),
    Column("facts_revision", BigInteger, nullable=False),
    Column("policy_hash", ForeignKey("documents.hash"), nullable=False),
    Column("interpretations_hash", ForeignKey("documents.hash"), nullable=False),
    Column("inputs_hash", ForeignKey("documents.hash"), nullable=False),
    Column("engine_version", Text, nullable=False),
    Column("changed_in", BigInteger, comment="Revision of facts that concern it and were not compared with it yet"),
    Column("superseded_in", BigInteger, comment="Revision of the facts that changed its outcome"),
    Column("superseded_at", DateTime(timezone=True)),
    CheckConstraint("result IN ('refused', 'undetermined')", name="result"),
    CheckConstraint("(superseded_in IS NULL) = (superseded_at IS NULL)", name="superseded"),
    Index(
        "uq_refusals_open",
        "policy",
        "award",
        "subject",
        "award_year",
        unique=True,
        postgresql_where=text("superseded_at IS NULL"),
    ),
    Index("ix_refusals_payee", "payee_uscc", "id"),
    Index(
        "ix_refusals_changed",
        "changed_in",
        postgresql_where=text("changed_in IS NOT NULL AND superseded_at IS NULL"),
    ),
    Index(
        "ix_refusals_waiting",
        "proposed_at",
        "id",
        postgresql_where=text("confirmed_at IS NULL AND superseded_at IS NULL"),
    ),
    comment="Refusals: proposed by one person, issued (confirmed) by another; superseded where facts change their outcome",
    info=changes(*two_persons.DECIDED, "changed_in", "superseded_in", "superseded_at"),
)

refusal_statements = Table(
    "refusal_statements",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("refusal_id", ForeignKey("refusals.id"), nullable=False),
    Column("statement", Text, nullable=False),
    Column("document", Text),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_refusal_statements_refusal", "refusal_id", "id"),
    info=APPEND_ONLY,
    comment="What enterprises state about a refusal before it is issued (陈述申辩)",
)
