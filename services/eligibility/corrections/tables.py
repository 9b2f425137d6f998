"""Tables of corrections: how far the registry's changes are processed, and which enterprises are pending re-evaluation."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Table, Text, func, text

from services.eligibility.metadata import metadata
from shared.database.schema import changes

facts_followed = Table(
    "facts_followed",
    metadata,
    Column("policy", Text, primary_key=True),
    Column(
        "revision",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="The registry's changes up to this revision are processed",
    ),
    Column(
        "heard",
        BigInteger,
        nullable=False,
        server_default=text("0"),
        comment="The latest revision that an event has announced or that was read",
    ),
    Column("looked_at", DateTime(timezone=True), comment="When the registry was last asked for its newest revision"),
    CheckConstraint("revision >= 0 AND heard >= 0", name="revisions"),
    comment="How far the registry's changes are processed for each policy",
    info=changes("revision", "heard", "looked_at"),
)

pending_reevaluations = Table(
    "fact_marks",  # renaming a table takes two releases (docs/decisions/0014)
    metadata,
    Column("policy", Text, primary_key=True),
    Column("uscc", Text, primary_key=True, comment="The enterprise that a change names; *: all"),
    Column("revision", BigInteger, nullable=False, comment="The last revision that changed it"),
    Column("marked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("touched_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("revision > 0", name="revision"),
    comment="Enterprises pending re-evaluation: their facts changed since their awards were evaluated",
    info=changes("revision", "touched_at", deletes=True),
)
