"""Tables of appropriations and of what is left of them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    func,
)

from services.payout.metadata import metadata
from shared.database.schema import APPEND_ONLY

appropriations = Table(
    "appropriations",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit", Text, ForeignKey("policy_units.unit"), nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("amount_fen <> 0", name="amount"),
    Index("ix_appropriations_unit", "unit", "year"),
    info=APPEND_ONLY,
)

budgets = Table(
    "budgets",
    metadata,
    Column("unit", Text, ForeignKey("policy_units.unit"), primary_key=True),
    Column("year", SmallInteger, primary_key=True),
    Column("appropriated_fen", BigInteger, nullable=False, server_default="0"),
    Column("committed_fen", BigInteger, nullable=False, server_default="0"),
    Column("paid_fen", BigInteger, nullable=False, server_default="0"),
    Column("recovered_fen", BigInteger, nullable=False, server_default="0"),
    CheckConstraint("committed_fen <= appropriated_fen", name="not_below_zero"),
    CheckConstraint("paid_fen >= 0 AND paid_fen <= committed_fen", name="paid"),
    CheckConstraint("recovered_fen >= 0", name="recovered"),
)
"""Running sums per unit and year: no budget goes below zero, whoever writes. Reconciliation compares them to the ledger."""
