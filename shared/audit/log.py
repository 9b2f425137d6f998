"""The audit log: one row per act, written in the transaction of the act, so that neither exists without the other.

An act is a command (`shared.web.idempotency`), the end of a job (`shared.jobs`), a batch of events or a dead letter
(`shared.messaging`), or a pass of a worker. An act may concern thousands of rows: they are recorded in append-only tables
(`decision_acts`, `postings`, …), and `subjects` and `details` lead to them.

The log holds whole numbers, identifiers and the given reason, never a name, an account number or another submitted value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, TextClause, insert, select

from shared.observability import tracing
from shared.system_tables import audit_log

Related = Callable[[Connection, str], list[str]]
"""Returns an identifier and those of what belongs to it."""
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
    """Record that `actor` did `act` to `subjects` (identifiers), within the transaction of the act."""
    connection.execute(
        insert(audit_log).values(
            actor=actor,
            act=act,
            subjects=[str(subject) for subject in subjects],
            reason=_LONG_NUMBER.sub("…", reason)[:_MAX_REASON] if reason else None,
            details=whole_numbers(details),
            trace_id=tracing.current_trace_id(),
        )
    )


_FILTERS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "actor": lambda actor: audit_log.c.actor == actor,
    "act": lambda act: audit_log.c.act == act,
    "without": audit_log.c.act.not_in,
    "subject": lambda subject: audit_log.c.subjects.contains([subject]),
    "concerning": audit_log.c.subjects.overlap,
    "trace_id": lambda trace_id: audit_log.c.trace_id == trace_id,
    "since": lambda instant: audit_log.c.acted_at >= instant,
    "before": lambda instant: audit_log.c.acted_at < instant,
}


def related_by(statement: TextClause) -> Related:
    """Return what finds the identifiers that belong to one, by a statement about a UUID `:id`; what is none stands alone."""

    def related(connection: Connection, identifier: str) -> list[str]:
        try:
            found = UUID(identifier)
        except ValueError:
            return [identifier]
        return [identifier, *connection.execute(statement, {"id": found}).scalars()]

    return related


def list_acts(
    connection: Connection, filters: Mapping[str, object], limit: int, *, after: int | None = None, newest: bool = False
) -> list[dict[str, Any]]:
    """Return up to `limit` acts that pass `filters` (None does not filter), in the order of their ids or, `newest`, against it.

    They continue `after` the act with this id.
    """
    conditions = [_FILTERS[name](value) for name, value in filters.items() if value is not None]
    if after is not None:
        conditions.append(audit_log.c.id < after if newest else audit_log.c.id > after)
    order = audit_log.c.id.desc() if newest else audit_log.c.id
    query = select(audit_log).where(*conditions).order_by(order).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def whole_numbers(document: Any) -> dict[str, Any]:
    """Return the whole numbers of a document (counts, amounts, versions), by name and one level deep; never a text."""
    if not isinstance(document, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            inner = {str(key): number for key, number in value.items() if type(number) is int}
            if inner:
                found[str(name)] = inner
        elif type(value) is int:
            found[str(name)] = value
    return found
