"""The table of challenges."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.metadata import metadata
from shared.database.schema import changes

challenges = Table(
    "challenges",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("dataset", Text, nullable=False),
    Column("key", JSONB, nullable=False),
    Column("uscc", Text, comment="The enterprise that it concerns; empty where the row belongs to nobody"),
    Column("field", Text, comment="Empty: the row as a whole, that it is there or that it is missing"),
    Column("stated", Text, comment="What the challenger says that it should be"),
    Column("reason", Text, nullable=False),
    Column("document", Text),
    Column("challenged_at_revision", BigInteger, nullable=False, comment="The newest revision when it was made"),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outcome", Text),
    Column("revision", ForeignKey("revisions.revision"), comment="The revision that answers it"),
    Column("resolved_by", Text),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolution", Text, comment="Why it was resolved so"),
    CheckConstraint("outcome IN ('corrected', 'dismissed')", name="outcome"),
    CheckConstraint(
        "(outcome IS NULL) = (resolved_by IS NULL) AND (outcome IS NULL) = (resolved_at IS NULL)"
        " AND (outcome IS NULL) = (resolution IS NULL)",
        name="resolved",
    ),
    CheckConstraint("(revision IS NOT NULL) = (outcome IS NOT NULL AND outcome = 'corrected')", name="answered"),
    CheckConstraint("resolved_by <> made_by", name="two_persons"),
    CheckConstraint("revision > challenged_at_revision", name="answered_later"),
    Index("ix_challenges_uscc", "uscc", "id"),
    Index("ix_challenges_to_resolve", "dataset", "made_at", "made_by", postgresql_where=text("outcome IS NULL")),
    comment="Challenges to facts, each resolved by whoever keeps the data",
    info=changes("outcome", "revision", "resolved_by", "resolved_at", "resolution"),
)
