"""Tables of evaluations: their outcomes, and the partitions of those in progress."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.eligibility.metadata import metadata
from shared.database.schema import APPEND_ONLY, changes


def outcome_columns() -> tuple[Column[Any], ...]:
    """Return the columns that outcomes of evaluations and of simulations have in common."""
    return (
        Column("award", Text, nullable=False),
        Column("subject", Text, nullable=False),
        Column("award_year", Integer),
        Column("payee_uscc", Text),
        Column("payee_name", Text),
        Column("jurisdiction", Text),
        Column("result", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("entitlement_fen", BigInteger, nullable=False),
        Column("missing", ARRAY(Text), nullable=False),
        Column("flags", ARRAY(Text), nullable=False),
    )


evaluation_partitions = Table(
    "evaluation_partitions",
    metadata,
    Column("evaluation_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("awards", ARRAY(Text), nullable=False),
    Column("is_range", Boolean, nullable=False, comment="Whether it has some codes of enterprises only"),
    Column("first_code", Text, comment="The first of its codes; empty: no bound"),
    Column("until_code", Text, comment="The first code after them; empty: no bound"),
    Column("facts_revision", BigInteger, nullable=False),
    Column("interpretations_hash", ForeignKey("documents.hash"), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outcomes", LargeBinary, comment="The outcomes as an Arrow stream; empty until the partition is evaluated"),
    CheckConstraint("is_range OR (first_code IS NULL AND until_code IS NULL)", name="codes"),
    comment="Partitions of evaluations in progress, removed when their evaluation ends",
    info=changes("outcomes", deletes=True),
)

evaluation_shards = Table(
    "evaluation_shards",  # what the last version uses; goes with the next
    metadata,
    Column("evaluation_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("award", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("facts_revision", BigInteger, nullable=False),
    Column("interpretations_hash", ForeignKey("documents.hash"), nullable=False),
    Column("cut_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outcomes", LargeBinary, comment="The outcomes as an Arrow stream; empty until the partition is evaluated"),
    CheckConstraint("part >= 0 AND part < parts", name="part"),
    comment="Partitions of evaluations in progress, removed when their evaluation ends",
    info=changes("outcomes", deletes=True),
)

evaluation_outcomes = Table(
    "evaluation_outcomes",
    metadata,
    Column("evaluation_id", Uuid, primary_key=True),
    Column(
        "last_number",
        Integer,
        primary_key=True,
        comment="The place of its last outcome in the evaluation's order: award, subject, year",
    ),
    Column("outcomes", LargeBinary, nullable=False, comment="A compressed Arrow stream"),
    info=APPEND_ONLY,
    comment="Outcomes of evaluations in their order, some thousand in a row: granted, and undetermined where a fact about the"
    " award exists",
)

outcomes = Table(
    "outcomes",  # what 0.1.0 stored, one by one
    metadata,
    Column("evaluation_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, comment="Place in the evaluation's order: award, subject, year"),
    *outcome_columns(),
    Index("ix_outcomes_result", "evaluation_id", "result", "number"),
    info=APPEND_ONLY,
    comment="Outcomes of evaluations: granted, and undetermined where a fact about the award exists",
)
