"""Tables of holds, and of the mirror that says which payees have an account: periods and holders, never a whole number."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
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

from services.payout.metadata import metadata
from shared.database.schema import APPEND_ONLY, changes

holds = Table(
    "holds",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("award_id", Uuid),
    Column("uscc", Text),
    Column("reason", Text, nullable=False),
    Column("held_by", Text, nullable=False),
    Column("held_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("release_reason", Text),
    Column("released_by", Text),
    Column("released_at", DateTime(timezone=True)),
    CheckConstraint("(award_id IS NULL) <> (uscc IS NULL)", name="what"),
    CheckConstraint("(released_by IS NULL) = (released_at IS NULL)", name="released"),
    CheckConstraint("released_by <> held_by", name="two_persons"),
    Index("uq_holds_award_id", "award_id", unique=True, postgresql_where=text("released_at IS NULL")),
    Index("uq_holds_uscc", "uscc", unique=True, postgresql_where=text("released_at IS NULL")),
    info=changes("release_reason", "released_by", "released_at"),
)
"""A hold is on an award or on a payee; one that is not released is in force."""

instalment_confirmations = Table(
    "instalment_confirmations",
    metadata,
    Column("award_id", Uuid, primary_key=True),
    Column("instalment", SmallInteger, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("document", Text),
    Column("confirmed_by", Text, nullable=False),
    Column("confirmed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("instalment > 1", name="later"),
    info=APPEND_ONLY,
)
"""An officer confirmed that the project of an award still operates, so that an instalment after the first may be paid."""

shared_days = Table(
    "shared_days",
    metadata,
    Column("year", SmallInteger, primary_key=True),
    Column("first_decided_on", Date, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("left_fen", BigInteger, nullable=False),
    CheckConstraint("left_fen >= 0", name="left"),
    info=changes("left_fen"),
)
"""What a day that was shared in proportion left in a budget; it is shared again once more is free there."""

payee_accounts = Table(
    "payee_accounts",
    metadata,
    Column("uscc", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("until", Date),
    Column("revision", BigInteger, nullable=False),
    Column("holder", Text),
    Column("number_masked", Text),
    info=changes("until", "revision", "holder", "number_masked", deletes=True),
)
"""In force from `since` to the day before `until`; `revision` is the registry's that set it. Never a whole number."""

account_feed = Table(
    "account_feed",
    metadata,
    Column("singleton", Integer, primary_key=True, server_default=text("1")),
    Column("revision", BigInteger, nullable=False),
    CheckConstraint("singleton = 1", name="singleton"),
    info=changes("revision"),
)
"""Up to which revision of the registry the mirror has come."""
