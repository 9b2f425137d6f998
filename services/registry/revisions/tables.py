"""Tables of revisions, and of the drafts that wait for a second person."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.registry.metadata import metadata
from shared import two_persons
from shared.catalogue.datasets import CATALOGUE
from shared.database.schema import APPEND_ONLY, changes

_CONFIRMED = ", ".join(f"'{name}'" for name, dataset in CATALOGUE.items() if dataset.confirmation)

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
    Column("confirmed_by", Text, comment="The second person, of datasets that need one"),
    CheckConstraint("kind IN ('records', 'import', 'withdrawal')", name="kind"),
    CheckConstraint("kind <> 'withdrawal' OR reason IS NOT NULL", name="reason"),
    CheckConstraint("revision > 0", name="revision"),
    CheckConstraint("confirmed_by <> actor", name="two_persons"),
    CheckConstraint(f"confirmed_by IS NOT NULL OR NOT datasets && ARRAY[{_CONFIRMED}]", name="confirmed"),
    info=APPEND_ONLY,
)

drafts = Table(
    "drafts",
    metadata,
    *two_persons.columns(reason="optional", discardable=True),
    Column("kind", Text, nullable=False),
    Column("dataset", Text, nullable=False),
    Column("source", Text),
    Column("import_id", Uuid),
    Column("base_revision", BigInteger, nullable=False, comment="The newest revision when it was drafted"),
    Column("rows", JSONB, nullable=False),
    Column("revision", ForeignKey("revisions.revision"), comment="The revision that its confirmation made"),
    CheckConstraint("kind IN ('records', 'import', 'withdrawal')", name="kind"),
    CheckConstraint("revision IS NULL OR confirmed_at IS NOT NULL", name="revision"),
    Index("ix_drafts_open", "id", postgresql_where=text("confirmed_at IS NULL AND discarded_at IS NULL")),
    comment="Change sets that wait until another person confirms them; their rows are in the tables `…_drafted`",
    info=changes(*two_persons.DECIDED_OR_DISCARDED, "revision"),
)
