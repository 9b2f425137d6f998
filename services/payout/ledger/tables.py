"""The table of postings."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    func,
)

from services.payout.ledger.domain import CHART
from services.payout.metadata import metadata
from shared.database.schema import SEALED

postings = Table(
    "postings",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("destination", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("award_id", Uuid),
    Column("version", Integer),
    Column("order_id", Uuid),
    Column("recovery_id", Uuid),
    Column("document", Text),
    Column("actor", Text, nullable=False),
    Column("posted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("amount_fen > 0", name="amount"),
    CheckConstraint("source <> destination", name="accounts"),
    CheckConstraint("unit ~ '^[a-z][a-z0-9_]*$'", name="unit"),
    CheckConstraint(
        "kind || ' ' || split_part(source, ':', 1) || ' ' || split_part(destination, ':', 1) IN ("
        + ", ".join(f"'{kind} {source} {destination}'" for kind, (source, destination) in CHART.items())
        + ")",
        name="chart",
    ),
    Index("ix_postings_award_id", "award_id"),
    info=SEALED,
)
"""A posting takes `amount_fen` (> 0) from `source` to `destination`: debits equal credits by construction.

Sealed into a hash chain after the commit (`shared.audit.sealing`)."""
