"""Tables of findings before payment, and of samples for verification."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.payout.metadata import metadata
from shared.database.schema import APPEND_ONLY, changes

payment_findings = Table(
    "payment_findings",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("order_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("details", JSONB, nullable=False),
    Column("registry_revision", BigInteger, nullable=False),
    Column("found_by", Text, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("release_reason", Text),
    Column("released_by", Text),
    Column("released_at", DateTime(timezone=True)),
    CheckConstraint(
        "kind IN ('shared_account', 'holder_differs', 'struck_off', 'dishonest', 'paid_elsewhere', 'sample')",
        name="kind",
    ),
    CheckConstraint(
        "(released_by IS NULL) = (released_at IS NULL) AND (released_by IS NULL) = (release_reason IS NULL)",
        name="released",
    ),
    CheckConstraint("released_by <> found_by", name="two_persons"),
    Index("uq_payment_findings_order_id", "order_id", "kind", "evidence", unique=True),
    Index("ix_payment_findings_open", "order_id", postgresql_where=text("released_at IS NULL")),
    info=changes("release_reason", "released_by", "released_at"),
)
"""What a check found about an order, which is held until another person than who built the batch releases it. A trigger lets
nobody edit a finding. No account number is in it."""

verification_samples = Table(
    "verification_samples",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("unit", Text, nullable=False),
    Column("seed", Text, nullable=False),
    Column("percent", SmallInteger, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("drawn_by", Text, nullable=False),
    Column("drawn_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("percent BETWEEN 1 AND 100 AND size BETWEEN 1 AND orders", name="size"),
    info=APPEND_ONLY,
)
"""Samples of orders that were drawn for verification: whoever has the seed can draw the same again."""
