"""Tables of payment batches, their results and the corrections of these, and restorations."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.payout.metadata import metadata
from shared import two_persons
from shared.database.schema import APPEND_ONLY, changes

payment_batches = Table(
    "payment_batches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit", Text, nullable=False),
    Column("orders", Integer, nullable=False),
    Column("total_fen", BigInteger, nullable=False),
    Column("registry_revision", BigInteger, nullable=False),
    Column("accounts_on", Date, nullable=False),
    Column("built_by", Text, nullable=False),
    Column("built_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("reentered_checksum", Text),
    CheckConstraint("unit ~ '^[a-z][a-z0-9_]*$'", name="unit"),
    CheckConstraint("orders > 0 AND total_fen > 0", name="total"),
    info=APPEND_ONLY,
)
"""A batch never changes, and accounts are read as of `registry_revision`, so its file is always the same. A batch that was
entered again after a restore has the checksum of the file that the bank has."""

batch_orders = Table(
    "batch_orders",
    metadata,
    Column("batch_id", Uuid, ForeignKey("payment_batches.id"), primary_key=True),
    Column("order_id", Uuid, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("payee_uscc", Text, nullable=False),
    Column("purpose", Text),
    Index("uq_batch_orders_order_id", "order_id", unique=True),
    info=APPEND_ONLY,
)
"""An order goes to the bank once in its life; after a failure another order takes its place. `purpose` is what the file says, in
words; batches of before, and those entered again after a restore, have none."""

payment_results = Table(
    "payment_results",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("batch_id", Uuid, ForeignKey("payment_batches.id"), nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("reason", Text),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("proposal_id", Uuid),
    CheckConstraint("outcome IN ('settled', 'failed', 'returned')", name="outcome"),
    Index("uq_payment_results_order_id", "order_id", "outcome", unique=True),
    info=APPEND_ONLY,
)
"""What has effect: without a proposal the bank's own channel reported it, or it is of before."""

bank_statements = Table(
    "bank_statements",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("year", SmallInteger, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    info=APPEND_ONLY,
)
"""Statements and notifications in which a bank reported results. A number belongs to one year."""

result_proposals = Table(
    "result_proposals",
    metadata,
    *two_persons.columns(reason="none", discardable=True),
    Column("batch_id", Uuid, ForeignKey("payment_batches.id"), nullable=False),
    Index("ix_result_proposals_batch_id", "batch_id"),
    info=changes(*two_persons.DECIDED_OR_DISCARDED),
)
"""Results that a person entered; a trigger lets nobody edit them."""

result_proposal_rows = Table(
    "result_proposal_rows",
    metadata,
    Column("proposal_id", Uuid, ForeignKey("result_proposals.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("place", Text, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("reason", Text),
    Column("amount_fen", BigInteger),
    CheckConstraint("outcome IN ('settled', 'failed', 'returned')", name="outcome"),
    info=APPEND_ONLY,
)
"""The rows that were accepted when they were entered. `line` is a row's place in the answer, `place` what errors call it."""

result_corrections = Table(
    "result_corrections",
    metadata,
    *two_persons.columns(discardable=True),
    Column("batch_id", Uuid, nullable=False),
    Column("order_id", Uuid, nullable=False),
    Column("former_outcome", Text, nullable=False),
    Column("former_occurred_on", Date, nullable=False),
    Column("former_bank_reference", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("bank_reference", Text, nullable=False),
    Column("bank_reason", Text),
    ForeignKeyConstraint(["batch_id", "order_id"], ["batch_orders.batch_id", "batch_orders.order_id"]),
    CheckConstraint(
        "former_outcome IN ('settled', 'failed', 'returned') AND outcome IN ('settled', 'failed', 'returned')",
        name="outcomes",
    ),
    CheckConstraint(
        "(former_outcome, former_occurred_on, former_bank_reference) <> (outcome, occurred_on, bank_reference)",
        name="difference",
    ),
    Index(
        "uq_result_corrections_open",
        "order_id",
        unique=True,
        postgresql_where=text("confirmed_at IS NULL AND discarded_at IS NULL"),
    ),
    Index("ix_result_corrections_order_id", "order_id"),
    info=changes(*two_persons.DECIDED_OR_DISCARDED),
)
"""What was on record of an order and what is right; `payment_results` itself never changes. Triggers refuse edits."""

restorations = Table(
    "restorations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("sent", ARRAY(Uuid), nullable=False),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
    Column("ended_by", Text),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_reason", Text),
    CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", name="ended"),
    CheckConstraint("ended_by <> opened_by", name="two_persons"),
    CheckConstraint("(confirmed_by IS NULL) = (confirmed_at IS NULL)", name="confirmed"),
    CheckConstraint("confirmed_by <> opened_by", name="confirmed_by_another"),
    Index("uq_restorations_open", text("(ended_at IS NULL)"), unique=True, postgresql_where=text("ended_at IS NULL")),
    info=changes("sent", "confirmed_by", "confirmed_at", "ended_by", "ended_at", "ended_reason"),
)
"""While one is open no batch is built; files are entered once another person has confirmed it. `sent`: orders that were at the
bank according to the broker's log."""
