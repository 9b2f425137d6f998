"""Every table that each service's database has beside its own, gathered for migrations."""

from __future__ import annotations

from shared.audit.log import audit_log
from shared.audit.sealing import sealed_blocks
from shared.database.schema import plumbing
from shared.gauges.tables import loop_states, measurements
from shared.jobs.tables import jobs
from shared.messaging.dead_letters import dead_letters
from shared.messaging.inbox import inbox
from shared.messaging.outbox import outbox
from shared.messaging.relay import broker_log
from shared.web.idempotency import idempotency_keys

__all__ = [
    "audit_log",
    "broker_log",
    "dead_letters",
    "idempotency_keys",
    "inbox",
    "jobs",
    "loop_states",
    "measurements",
    "outbox",
    "plumbing",
    "sealed_blocks",
]
