"""Tables of fiscal arrangements."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from services.payout.metadata import metadata
from shared.database.schema import APPEND_ONLY, READ_ONLY, changes

policy_units = Table(
    "policy_units",
    metadata,
    Column("unit", Text, primary_key=True),
    Column("policy", Text, nullable=False),
    info=READ_ONLY,
)
"""The budgets that may pay, each of one policy; written from the outlines of the installed policies by `install`."""

policy_jurisdictions = Table(
    "policy_jurisdictions",
    metadata,
    Column("jurisdiction", Text, primary_key=True),
    Column("policy", Text, nullable=False),
    info=READ_ONLY,
)
"""The places that awards may belong to, each of one policy; written like `policy_units`."""

arrangements = Table(
    "arrangements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("policy", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("effective_until", Date),
    Column("sample", Boolean, nullable=False, server_default=false()),
    Column("shortage", Text, nullable=False, server_default="in_turn"),
    Column("state", Text, nullable=False, server_default="draft"),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("confirmed_by", Text),
    Column("confirmed_at", DateTime(timezone=True)),
    CheckConstraint("state IN ('draft', 'confirmed')", name="state"),
    CheckConstraint("shortage IN ('in_turn', 'in_proportion')", name="shortage"),
    CheckConstraint("effective_until > effective_from", name="period"),
    CheckConstraint(
        "(state = 'confirmed') = (confirmed_by IS NOT NULL AND confirmed_at IS NOT NULL)", name="confirmed"
    ),
    CheckConstraint("confirmed_by <> drafted_by", name="two_persons"),
    ExcludeConstraint(
        ("policy", "="),
        (func.daterange(text("effective_from"), text("effective_until"), text("'[)'")), "&&"),
        where=text("state = 'confirmed'"),
        using="gist",
        name="ex_arrangements_confirmed_overlap",
    ),
    info=changes("state", "confirmed_by", "confirmed_at"),
)
"""Periods are half-open: `effective_until` is the first day on which the arrangement is no longer in force. Triggers keep an
arrangement's rows and shares to the places and units of its policy."""

arrangement_rows = Table(
    "arrangement_rows",
    metadata,
    Column("arrangement_id", Uuid, ForeignKey("arrangements.id"), primary_key=True),
    Column("jurisdiction", Text, primary_key=True),
    Column("award", Text, primary_key=True),
    Column("remainder_to", Text, nullable=False),
    info=APPEND_ONLY,
)

arrangement_shares = Table(
    "arrangement_shares",
    metadata,
    Column("arrangement_id", Uuid, primary_key=True),
    Column("jurisdiction", Text, primary_key=True),
    Column("award", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["arrangement_id", "jurisdiction", "award"],
        ["arrangement_rows.arrangement_id", "arrangement_rows.jurisdiction", "arrangement_rows.award"],
    ),
    CheckConstraint("numerator >= 0 AND denominator >= 1 AND numerator <= denominator", name="fraction"),
    info=APPEND_ONLY,
)
