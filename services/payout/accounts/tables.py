"""Tables that mirror which payees have an account: periods and revisions, never a number."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Integer, Table, Text, text

from services.payout.metadata import metadata

payee_accounts = Table(
    "payee_accounts",
    metadata,
    Column("uscc", Text, primary_key=True),
    Column("since", Date, primary_key=True),
    Column("until", Date),
    Column("revision", BigInteger, nullable=False),
)
"""In force from `since` to the day before `until`; `revision` is the registry's that set it."""

account_feed = Table(
    "account_feed",
    metadata,
    Column("singleton", Integer, primary_key=True, server_default=text("1")),
    Column("revision", BigInteger, nullable=False),
    CheckConstraint("singleton = 1", name="singleton"),
)
"""Up to which revision of the registry the mirror has come."""
