"""The tables of postings and of the blocks that seal them."""

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
    text,
)

from services.payout.metadata import metadata
from shared.database.schema import APPEND_ONLY

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
    Column("transaction_id", BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text)::bigint")),
    CheckConstraint("amount_fen > 0", name="amount"),
    CheckConstraint("source <> destination", name="accounts"),
    CheckConstraint("unit IN ('city', 'liandu', 'development_zone')", name="unit"),
    Index("ix_postings_award_id", "award_id"),
    Index("ix_postings_transaction_id", "transaction_id", "id"),
    info=APPEND_ONLY,
)
"""A posting takes `amount_fen` (> 0) from `source` to `destination`: debits equal credits by construction."""

ledger_blocks = Table(
    "ledger_blocks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("after_transaction", BigInteger, nullable=False),
    Column("until_transaction", BigInteger, nullable=False, unique=True),
    Column("postings", BigInteger, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("until_transaction > after_transaction AND postings > 0", name="range"),
    info=APPEND_ONLY,
)
"""A sealed block: the postings of the transactions from `after_transaction` (included) to `until_transaction` (excluded)."""
