"""Tables of recoveries."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
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
from shared import two_persons
from shared.database.schema import APPEND_ONLY, changes

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
    CheckConstraint("unit ~ '^[a-z][a-z0-9_]*$'", name="unit"),
    CheckConstraint("amount_fen > 0", name="amount"),
    CheckConstraint("dropped_fen >= 0 AND repaid_fen >= 0 AND written_off_fen >= 0", name="parts"),
    CheckConstraint("dropped_fen + repaid_fen + written_off_fen <= amount_fen", name="outstanding"),
    Index("ix_recoveries_award_id", "award_id"),
    Index("ix_recoveries_payee_uscc", "payee_uscc"),
    info=changes("dropped_fen", "repaid_fen", "written_off_fen", "changed_at"),
)
"""`amount_fen` was claimed when it was raised; what is not dropped (owed again), repaid or written off is outstanding."""

repayment_proposals = Table(
    "repayment_proposals",
    metadata,
    *two_persons.columns(reason="none", discardable=True),
    Column("recovery_id", Uuid, ForeignKey("recoveries.id"), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("bank_reference", Text, nullable=False),
    CheckConstraint("amount_fen > 0", name="amount"),
    Index(
        "uq_repayment_proposals_bank_reference",
        "recovery_id",
        "bank_reference",
        unique=True,
        postgresql_where=text("discarded_at IS NULL"),
    ),
    info=changes(*two_persons.DECIDED_OR_DISCARDED),
)
"""Money that a person says was repaid; a trigger lets nobody edit it."""

repayments = Table(
    "repayments",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recovery_id", Uuid, ForeignKey("recoveries.id"), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("order_id", Uuid),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("proposal_id", Uuid),
    CheckConstraint("amount_fen > 0", name="amount"),
    Index("uq_repayments_proposal_id", "proposal_id", unique=True),
    Index("uq_repayments_bank_reference", "recovery_id", "bank_reference", unique=True),
    info=APPEND_ONLY,
)
"""Money that was repaid: confirmed proposals, each once; with `order_id` by netting against that order, not through the bank."""

write_offs = Table(
    "write_offs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("recovery_id", Uuid, ForeignKey("recoveries.id"), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
    Column(
        "lapsed_at", DateTime(timezone=True), comment="When another took its place, less being outstanding than it said"
    ),
    CheckConstraint("amount_fen > 0", name="amount"),
    CheckConstraint("confirmed_by <> proposed_by", name="two_persons"),
    CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    CheckConstraint("lapsed_at IS NULL OR confirmed_at IS NULL", name="lapsed"),
    Index(
        "uq_write_offs_recovery_id",
        "recovery_id",
        unique=True,
        postgresql_where=text("confirmed_at IS NULL AND lapsed_at IS NULL"),
    ),
    info=changes("confirmed_by", "confirmed_at", "lapsed_at"),
)
"""A write-off takes effect when another person confirms it; one proposal at a time. A proposal of more than is outstanding can no
longer be confirmed (what is outstanding of a recovery never grows): it lapses, and another may be proposed."""
