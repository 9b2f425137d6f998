"""Tables of what was decided: entitlement versions as they came, the award in force, its split."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.payout.metadata import metadata
from shared.database.schema import APPEND_ONLY, changes

awards = Table(
    "awards",
    metadata,
    Column("award_id", Uuid, primary_key=True),
    Column("award", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("first_decided_on", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("split_version", Integer),
    Column("arrangement_id", Uuid),
    Column("waiting_for", Text),
    CheckConstraint("split_version <= version", name="split_version"),
    CheckConstraint("waiting_for = 'arrangement'", name="waiting_for"),
    CheckConstraint("(waiting_for IS NULL) = (split_version IS NOT DISTINCT FROM version)", name="waits"),
    Index("ix_awards_waiting", "first_decided_on", postgresql_where=text("waiting_for IS NOT NULL")),
    info=changes("jurisdiction", "version", "split_version", "arrangement_id", "waiting_for"),
)
"""One row per award, the lock of all that concerns it. `version` is the highest received, `split_version` the one in effect
(lower while the award waits for an arrangement). `jurisdiction` is that of `version`."""

award_versions = Table(
    "award_versions",
    metadata,
    Column("award_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("award", Text, nullable=False),
    Column("article", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("award_year", SmallInteger, nullable=False),
    Column("payee_uscc", Text, nullable=False),
    Column("payee_name", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("entitlement_fen", BigInteger, nullable=False),
    Column("instalments", JSONB, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("first_decided_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("receipt", JSONB, nullable=False),
    Column("later_wait", Boolean, nullable=False, server_default=false()),
    Column("trace_parent", Text),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("entitlement_fen >= 0", name="entitlement"),
    CheckConstraint("jurisdiction ~ '^[a-z][a-z0-9_]*$'", name="jurisdiction"),
    CheckConstraint("kind IN ('cash', 'in_kind')", name="kind"),
    CheckConstraint("result IN ('granted', 'withdrawn')", name="result"),
    info=APPEND_ONLY,
)
"""The natural key (award, version) is what makes a repeated event without effect, whatever became of the inbox. `later_wait`:
instalments after the first wait for a row of `instalment_confirmations`."""

award_shares = Table(
    "award_shares",
    metadata,
    Column("award_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("payee_uscc", Text, primary_key=True),
    Column("amount_fen", BigInteger, nullable=False),
    Column("parts_fen", ARRAY(BigInteger), nullable=False),
    Column("split_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("unit ~ '^[a-z][a-z0-9_]*$'", name="unit"),
    CheckConstraint("amount_fen > 0", name="amount"),
    info=APPEND_ONLY,
)
"""Each unit's share of a version; `parts_fen` is its part of each instalment, in order.

Statement triggers, one check for all rows of a COPY, hold what foreign keys and sums would: the version exists, its shares add up
to its entitlement, a share's parts to the share; an award's arrangement is a confirmed one. Row by row they took half the time.
"""
