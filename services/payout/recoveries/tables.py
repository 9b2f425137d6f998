"""Tables of recoveries."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
)

from services.payout.metadata import metadata

recoveries = Table(
    "recoveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("award_id", Uuid, ForeignKey("awards.award_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("unit", Text, nullable=False),
    Column("payee_uscc", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("dropped_fen", BigInteger, nullable=False, server_default="0"),
    Column("repaid_fen", BigInteger, nullable=False, server_default="0"),
    Column("written_off_fen", BigInteger, nullable=False, server_default="0"),
    Column("raised_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("unit IN ('city', 'liandu', 'development_zone')", name="unit"),
    CheckConstraint("amount_fen > 0", name="amount"),
    CheckConstraint("dropped_fen >= 0 AND repaid_fen >= 0 AND written_off_fen >= 0", name="parts"),
    CheckConstraint("dropped_fen + repaid_fen + written_off_fen <= amount_fen", name="outstanding"),
    Index("ix_recoveries_award_id", "award_id"),
    Index("ix_recoveries_payee_uscc", "payee_uscc"),
)
"""`amount_fen` is what was claimed when it was raised; what is not dropped (restated away), repaid or written off is open."""
