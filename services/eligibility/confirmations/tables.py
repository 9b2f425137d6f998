"""The table of accounts that payees have confirmed, until the registry has given effect to it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, func, text

from services.eligibility.metadata import metadata
from shared.database.schema import changes

account_confirmations = Table(
    "account_confirmations",
    metadata,
    Column("decision_id", ForeignKey("decisions.id"), primary_key=True),
    Column("uscc", Text, nullable=False, comment="The payee whose account it is"),
    Column("confirmed_by", Text, nullable=False, comment="Who confirmed: never who drafted the account"),
    Column("confirmed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("outcome", Text, comment="What the registry made of it; empty until it has answered"),
    Column("answered_at", DateTime(timezone=True)),
    CheckConstraint("outcome IN ('confirmed', 'own_draft', 'changed', 'no_draft')", name="outcome"),
    CheckConstraint("(outcome IS NULL) = (answered_at IS NULL)", name="answered"),
    Index("ix_account_confirmations_waiting", "confirmed_at", postgresql_where=text("answered_at IS NULL")),
    comment="Accounts that payees have confirmed with their acceptance; the registry is told until it answers",
    info=changes("outcome", "answered_at"),
)
