"""Tables of what workers tell: figures that they measured, and how their loops fare."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, Double, Integer, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.schema import plumbing

measurements = Table(
    "measurements",
    plumbing,
    Column("name", Text, primary_key=True),
    Column("measured_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seconds", Double, nullable=False),
    Column("figures", JSONB, nullable=False),
    CheckConstraint("seconds >= 0", name="seconds"),
)
"""The newest of each measurement: `figures` is a list of [metric, [labels], value]."""

loop_states = Table(
    "loop_states",
    plumbing,
    Column("process", Text, primary_key=True),
    Column("instance", Text, primary_key=True),
    Column("loop", Text, primary_key=True),
    Column("told_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("succeeded_at", DateTime(timezone=True)),
    Column("failed_at", DateTime(timezone=True)),
    Column("failures", Integer, nullable=False),
    Column("error", Text),
    CheckConstraint("failures >= 0", name="failures"),
    CheckConstraint("failures = 0 OR (failed_at IS NOT NULL AND error IS NOT NULL)", name="failed"),
)
"""How each loop of each running process fares: `failures` in a row, and the type of the last error, never its text."""
