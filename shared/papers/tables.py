"""The tables of a service that makes papers: templates, and what the papers say. `versions/` has the SQL that creates them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared import two_persons
from shared.database.schema import APPEND_ONLY, changes

VERSIONS = Path(__file__).with_name("versions")


@dataclass(frozen=True, slots=True)
class PaperTables:
    """The tables as a service declares them."""

    files: Table
    templates: Table
    papers: Table


def statements(version: str) -> str:
    """Return the SQL of version `version` of the tables, for a migration."""
    return (VERSIONS / f"{version}.sql").read_text("utf-8")


def declare(metadata: MetaData) -> PaperTables:
    """Declare the tables in `metadata`."""
    files = Table(
        "template_files",
        metadata,
        Column("hash", Text, primary_key=True),
        Column("content", LargeBinary, nullable=False),
        Column("kept_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        info=APPEND_ONLY,
        comment="Templates, each stored once under its SHA-256: proposed ones, and those that papers were made with",
    )
    templates = Table(
        "paper_templates",
        metadata,
        *two_persons.columns(discardable=True),
        Column("kind", Text, nullable=False),
        Column("language", Text, nullable=False),
        Column("hash", ForeignKey("template_files.hash"), comment="Its file; empty: the shipped template again"),
        CheckConstraint("language IN ('zh-CN', 'en')", name="language"),
        Index("ix_paper_templates_kind", "kind", "language", "confirmed_at"),
        comment="Templates that two persons put into force; the one confirmed last makes the papers of its kind and language",
        info=changes(*two_persons.DECIDED_OR_DISCARDED),
    )
    papers = Table(
        "papers",
        metadata,
        Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
        Column("kind", Text, nullable=False),
        Column(
            "subject_id", Uuid, nullable=False, comment="The decision, refusal, notice or recovery that it is about"
        ),
        Column("language", Text, nullable=False),
        Column("template_hash", ForeignKey("template_files.hash"), nullable=False),
        Column("content", Text, nullable=False, comment="The values of its fields, canonical JSON"),
        Column(
            "series",
            Text,
            comment="Its document number, with {number} for the number: the numbers of a series have no gaps",
        ),
        Column("number", Integer),
        Column(
            "unset",
            ARRAY(Text),
            nullable=False,
            comment="Entries about offices that were not filled in; the paper is made again once one of them is",
        ),
        Column("made_by", Text, nullable=False),
        Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        CheckConstraint("language IN ('zh-CN', 'en')", name="language"),
        CheckConstraint("(series IS NULL) = (number IS NULL)", name="numbered"),
        Index("ix_papers_subject", "subject_id", "kind", "language", "id"),
        Index("ix_papers_number", "series", "number", postgresql_where=text("number IS NOT NULL")),
        info=APPEND_ONLY,
        comment="What official papers say, kept when each was first read, with the template that makes it;"
        " the newest of a subject holds",
    )
    return PaperTables(files, templates, papers)
