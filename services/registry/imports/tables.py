"""Tables of imports beside their jobs: the uploaded bytes until the job ends, and the errors and rejected rows."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, ForeignKeyConstraint, Integer, LargeBinary, Table, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB

from services.registry.metadata import metadata
from shared.database.schema import changes

imports = Table(
    "imports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("headings", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    info=changes("headings"),
)

import_chunks = Table(
    "import_chunks",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    ForeignKeyConstraint(["import_id"], ["imports.id"]),
    info=changes(deletes=True),
)

import_errors = Table(
    "import_errors",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("sheet", Integer, primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("dataset", Text, nullable=False),
    Column("field", Text),
    Column("code", Text, nullable=False),
    Column("detail", Text),
    ForeignKeyConstraint(["import_id"], ["imports.id"]),
)

import_rejected_rows = Table(
    "import_rejected_rows",
    metadata,
    Column("import_id", Uuid, primary_key=True),
    Column("sheet", Integer, primary_key=True),
    Column("line", BigInteger, primary_key=True),
    Column("cells", Text, nullable=False),
    ForeignKeyConstraint(["import_id"], ["imports.id"]),
)
