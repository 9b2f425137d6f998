"""Table of payment orders."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
    true,
)

from services.payout.metadata import metadata
from services.payout.orders.domain import LAST_PLACE
from shared.database.schema import changes

payment_orders = Table(
    "payment_orders",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("award_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("unit", Text, nullable=False),
    Column("instalment", SmallInteger, nullable=False),
    Column("due_year", SmallInteger, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("payee_uscc", Text, nullable=False),
    Column("first_decided_on", Date, nullable=False),
    Column("award_place", SmallInteger, nullable=False, server_default=text(str(LAST_PLACE))),
    Column("subject", Text(collation="C"), nullable=False, server_default=""),
    Column("award_year", SmallInteger, nullable=False, server_default="0"),
    Column("state", Text, nullable=False),
    Column("waiting_for", Text),
    Column("live", Boolean, nullable=False, server_default=true()),
    Column("budget_year", SmallInteger),
    Column("indicator_id", BigInteger),
    Column("funded_at", DateTime(timezone=True)),
    Column("replaces", Uuid),
    Column("part", SmallInteger, nullable=False, server_default="0"),
    Column("batch_id", Uuid),
    Column("account_revision", BigInteger),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
    Column("issued_by", Text),
    Column("batched_by", Text),
    Column("result_on", Date),
    Column("bank_reference", Text),
    Column("result_reason", Text),
    Column("reentered", Boolean, nullable=False, server_default=false()),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("amount_fen > 0", name="amount"),
    CheckConstraint("unit ~ '^[a-z][a-z0-9_]*$'", name="unit"),
    CheckConstraint(
        "state IN ('waiting', 'issued', 'approved', 'batched', 'settled', 'failed', 'returned', 'cancelled')",
        name="state",
    ),
    CheckConstraint("waiting_for IN ('funds', 'due_year', 'account', 'release')", name="waiting_for"),
    CheckConstraint("(state = 'waiting') = (waiting_for IS NOT NULL)", name="waits"),
    CheckConstraint("state IN ('waiting', 'cancelled') OR budget_year IS NOT NULL", name="funded"),
    CheckConstraint("budget_year >= due_year", name="not_before_due"),
    CheckConstraint("(budget_year IS NULL) = (funded_at IS NULL)", name="funded_at"),
    CheckConstraint("indicator_id IS NULL OR budget_year IS NOT NULL", name="indicator"),
    ForeignKeyConstraint(
        ["indicator_id", "unit", "budget_year"], ["indicators.id", "indicators.unit", "indicators.year"]
    ),
    CheckConstraint("approved_by <> issued_by AND approved_by <> batched_by", name="two_persons"),
    CheckConstraint("(approved_by IS NULL) = (approved_at IS NULL)", name="approved"),
    CheckConstraint("state NOT IN ('approved', 'batched', 'settled') OR approved_by IS NOT NULL", name="approval"),
    CheckConstraint("live OR state IN ('cancelled', 'failed', 'returned')", name="live"),
    CheckConstraint("NOT live OR state <> 'cancelled'", name="cancelled"),
    CheckConstraint("part BETWEEN 0 AND 2 AND (part = 0 OR replaces IS NOT NULL)", name="part"),
    Index(
        "uq_payment_orders_award_id",
        *("award_id", "version", "unit", "payee_uscc", "instalment", "replaces", "part"),
        text("(number * reentered::integer)"),
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    Index(
        "ix_payment_orders_turn",
        "first_decided_on",
        "award_place",
        "subject",
        "award_year",
        "award_id",
        "instalment",
        postgresql_where=text("state = 'waiting' AND waiting_for = 'funds'"),
    ),
    Index(
        "ix_payment_orders_due_year",
        "due_year",
        postgresql_where=text("state = 'waiting' AND waiting_for = 'due_year'"),
    ),
    Index(
        "ix_payment_orders_stuck",
        "unit",
        "budget_year",
        postgresql_where=text("live AND budget_year IS NOT NULL AND state IN ('waiting', 'failed', 'returned')"),
    ),
    Index(
        "ix_payment_orders_to_do",
        *("state", "unit", "due_year", "batch_id", "changed_at", "issued_by", "approved_by"),
        postgresql_where=text("live AND state IN ('issued', 'approved', 'batched', 'failed', 'returned')"),
    ),
    Index(
        "ix_payment_orders_to_release",
        *("unit", "due_year", "award_id", "instalment", "changed_at"),
        postgresql_where=text("live AND state = 'waiting' AND waiting_for = 'release'"),
    ),
    Index("uq_payment_orders_number", "number", unique=True),
    Index("ix_payment_orders_payee_batch", "payee_uscc", "batch_id"),
    Index("ix_payment_orders_batch_id", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),
    Index(
        "uq_payment_orders_replaced",
        "replaces",
        "part",
        unique=True,
        postgresql_where=text("replaces IS NOT NULL"),
    ),
    info=changes(
        *("state", "waiting_for", "live", "budget_year", "indicator_id", "funded_at", "batch_id", "account_revision"),
        *("approved_by", "approved_at", "issued_by", "batched_by", "result_on", "bank_reference", "result_reason"),
        "changed_at",
    ),
)
"""An order pays one unit's part of one instalment. `live` orders make up what is or will be paid; a failed or returned one stays
live until it is reissued or cut. `award_place`, `subject` and `award_year` are its place in the queue among the orders of its
day. An order that is divided is replaced by two: `part` 1 gets its money, 2 is the rest. One that was lost in a restore
and is entered again is `reentered`, and may stand beside another of the same purpose. `budget_year` is the year of the budget
that it draws on, set when it is funded; `indicator_id` the indicator, null where that money has no classification.
That its award has such a version is checked by a trigger, once per statement."""
