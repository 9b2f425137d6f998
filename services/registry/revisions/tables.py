"""The table of revisions."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.metadata import metadata
from shared.database.schema import APPEND_ONLY

revisions = Table(
    "revisions",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("source", Text),
    Column("reason", Text),
    Column("import_id", Uuid),
    Column("datasets", ARRAY(Text), nullable=False),
    Column("rows", JSONB, nullable=False),
    CheckConstraint("kind IN ('records', 'import', 'withdrawal')", name="kind"),
    CheckConstraint("kind <> 'withdrawal' OR reason IS NOT NULL", name="reason"),
    CheckConstraint("revision > 0", name="revision"),
    info=APPEND_ONLY,
)
