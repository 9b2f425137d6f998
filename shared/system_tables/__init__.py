"""The tables that every service's database has beside its own, and the description of a service's schema.

Outbox, inbox, dead letters, jobs, idempotency keys, audit log, hash chains, measurements. `versions/` has the SQL that creates
them: a change is a new version there, and a migration in each service that runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    DateTime,
    Double,
    Identity,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.database.schema import APPEND_ONLY, SEALED, service_metadata

metadata = service_metadata()

VERSIONS = Path(__file__).with_name("versions")
BEFORE_18 = Path(__file__).with_name("before_18.sql").read_text("utf-8")
"""What databases on PostgreSQL 15 to 17 need before any migration."""


@dataclass(frozen=True, slots=True)
class ServiceSchema:
    """The schema of `service`: its own tables (`metadata`) and the system tables; `migrations` is its Alembic history.

    `install` writes what the installed policies add to the database; it runs after every upgrade, and may run again.
    `is_installed` returns whether it has written it. `released` is the last revision of the last release, whose processes may
    use the database beside this version's (docs/decisions/0014).
    """

    service: str
    metadata: MetaData
    migrations: Path
    install: Callable[[Connection], None] = lambda _: None
    is_installed: Callable[[Connection], bool] = lambda _: True
    released: str = "0000"

    @property
    def all_metadata(self) -> list[MetaData]:
        """Return the service's own tables and the system tables."""
        return [self.metadata, metadata]

    @property
    def sealed_tables(self) -> list[Table]:
        """Return the tables whose rows are sealed into hash chains (`shared.audit.sealing`)."""
        return [table for each in self.all_metadata for table in each.sorted_tables if table.info.get("sealed")]


def statements(version: str) -> str:
    """Return the SQL of version `version` of the system tables."""
    return (VERSIONS / f"{version}.sql").read_text("utf-8")


outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("data", Text, nullable=False),
    Column("trace_parent", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
    Index("ix_outbox_unpublished", "id", postgresql_where=text("published_at IS NULL")),
)

event_batches = Table(
    "event_batches",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("trace_parent", Text),
    Column("events", Integer, nullable=False, comment="How many events it has"),
    Column("keys", ARRAY(Text), nullable=False),
    Column("subjects", ARRAY(Text), comment="What each event is about; empty: its key"),
    Column("event_ids", ARRAY(Uuid), nullable=False),
    Column("data", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
    CheckConstraint(
        "events > 0 AND cardinality(keys) = events AND cardinality(event_ids) = events AND cardinality(data) = events"
        " AND (subjects IS NULL OR cardinality(subjects) = events)",
        name="events",
    ),
    Index("ix_event_batches_unpublished", "id", postgresql_where=text("published_at IS NULL")),
    comment="The outbox: events in the order in which they are published, those of one statement together. Rows of `outbox`"
    " are what 0.1.0 wrote",
)

inbox = Table(
    "inbox",
    metadata,
    Column("source", Text, primary_key=True),
    Column("event_id", Text, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

broker_log = Table(
    "broker_log",
    metadata,
    Column("singleton", Integer, primary_key=True, server_default=text("1")),
    Column("identity", Text, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("log_offset", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", JSONB, nullable=False),
    Column("content_hash", Text, nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_by", Text),
    Column("ended_reason", Text),
    CheckConstraint("state IN ('open', 'replayed', 'cleared', 'discarded')", name="state"),
    CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended"),
    Index("ix_dead_letters_open", "topic", "key", postgresql_where=text("state = 'open'")),
)

jobs = Table(
    "jobs",
    metadata,
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

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("acted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subjects", ARRAY(Text), nullable=False),
    Column("reason", Text),
    Column("details", JSONB, nullable=False),
    Column("trace_id", Text),
    Index("ix_audit_log_subjects", "subjects", postgresql_using="gin"),
    info=SEALED,
)

sealed_blocks = Table(
    "sealed_blocks",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("after_id", BigInteger, nullable=False),
    Column("until_id", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("until_id > after_id AND rows > 0", name="range"),
    info=APPEND_ONLY,
)
"""A sealed block of the table `chain`: its rows with after_id < id ≤ until_id."""

measurements = Table(
    "measurements",
    metadata,
    Column("name", Text, primary_key=True),
    Column("measured_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seconds", Double, nullable=False),
    Column("figures", JSONB, nullable=False),
    CheckConstraint("seconds >= 0", name="seconds"),
)
"""The newest values of stored gauges; `figures` is a list of [metric, [labels], value]."""

loop_states = Table(
    "loop_states",
    metadata,
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
"""State of each loop of each running process: consecutive `failures`, and the type of the last error, never its text."""
