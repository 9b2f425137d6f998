"""The table of jobs."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, Integer, Table, Text, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.schema import plumbing

jobs = Table(
    "jobs",
    plumbing,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="queued"),
    Column("input", JSONB, nullable=False),
    Column("result", JSONB, nullable=False, server_default=text("'{}'")),
    Column("problem", JSONB),
    Column("done", BigInteger, nullable=False, server_default=text("0")),
    Column("total", BigInteger, nullable=False, server_default=text("0")),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("lease_until", DateTime(timezone=True)),
    Column("trace_parent", Text),
    CheckConstraint("state IN ('queued', 'running', 'succeeded', 'failed')", name="state"),
    CheckConstraint("(state IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)", name="finished"),
    Index("ix_jobs_open", "created_at", postgresql_where=text("state IN ('queued', 'running')")),
)
