"""Pieces of evaluations that are under way."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
)

from services.eligibility.metadata import metadata

evaluation_shards = Table(
    "evaluation_shards",
    metadata,
    Column("evaluation_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("award", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("facts_revision", BigInteger, nullable=False),
    Column("interpretations_hash", ForeignKey("documents.hash"), nullable=False),
    Column("cut_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outcomes", LargeBinary, comment="What was found, as an Arrow stream; empty until it is judged"),
    CheckConstraint("part >= 0 AND part < parts", name="part"),
    comment="Pieces of evaluations under way, gone when their evaluation ends",
)
