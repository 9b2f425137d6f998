"""The audit log: one row per act, written in the transaction of the act, so that neither stands without the other.

An act is a command (`shared.web.idempotency`), the end of a job (`shared.jobs`), a batch of events that took effect or could not
(`shared.messaging`), or a pass that a worker makes by itself. One act may concern thousands of rows: those tell themselves, in
tables that are only added to (`decision_acts`, `postings`, …), and `subjects` and `details` lead to them.

Figures, identifiers and the reason that was given: never a name, an account number or any other submitted value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, text

from shared.observability import tracing
from shared.system_tables import audit_log

_LONG_NUMBER = re.compile(r"[0-9](?: ?[0-9]){10,}")
"""Eleven digits or more: a telephone, identity card or account number, which has no place in a reason."""
_MAX_REASON = 2_000


def record(
    connection: Connection,
    *,
    actor: str,
    act: str,
    subjects: Sequence[object],
    reason: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write down that `actor` did `act` to `subjects` (identifiers), within the transaction of the act."""
    connection.execute(
        insert(audit_log).values(
            actor=actor,
            act=act,
            subjects=[str(subject) for subject in subjects],
            reason=_LONG_NUMBER.sub("…", reason)[:_MAX_REASON] if reason else None,
            details=figures(details),
            trace_id=tracing.current_trace_id(),
        )
    )


_FILTERS = {
    "actor": "actor = :actor",
    "act": "act = :act",
    "subject": "subjects @> ARRAY[CAST(:subject AS text)]",
    "trace_id": "trace_id = :trace_id",
    "since": "acted_at >= :since",
    "before": "acted_at < :before",
    "after": "id > :after",
}


def acts(connection: Connection, filters: Mapping[str, object], limit: int) -> list[dict[str, Any]]:
    """Return up to `limit` acts that `filters` (None does not apply) let through, in the order of their numbers."""
    applied = {name: value for name, value in filters.items() if value is not None}
    where = " AND ".join(_FILTERS[name] for name in applied) or "true"
    statement = f"SELECT * FROM audit_log WHERE {where} ORDER BY id LIMIT :limit"
    return [dict(row) for row in connection.execute(text(statement), {**applied, "limit": limit}).mappings()]


def figures(document: Any) -> dict[str, Any]:
    """Return the whole numbers of a document, by name and one level deep: counts, amounts, versions. Never a text."""
    if not isinstance(document, Mapping):
        return {}
    kept: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            inner = {str(key): number for key, number in value.items() if type(number) is int}
            if inner:
                kept[str(name)] = inner
        elif type(value) is int:
            kept[str(name)] = value
    return kept
