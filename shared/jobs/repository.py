"""Jobs in the database: enqueue, claim, progress, end, view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, text, update

from shared.audit import log as audit
from shared.clock import isoformat
from shared.errors import DomainError, NotFound
from shared.identifiers import new_id
from shared.observability import tracing
from shared.system_tables import jobs

LEASE_SECONDS = 30


def enqueue(connection: Connection, kind: str, job_input: Mapping[str, Any], *, by: str, now: datetime) -> UUID:
    """Queue a job of `kind` for a worker, within the caller's transaction; returns its id."""
    job_id = new_id(now)
    connection.execute(
        insert(jobs).values(
            id=job_id, kind=kind, input=dict(job_input), created_by=by, trace_parent=tracing.current_trace_parent()
        )
    )
    return job_id


def claim(connection: Connection, kinds: Sequence[str]) -> Row[Any] | None:
    """Take the oldest job that waits, or whose worker has died, for LEASE_SECONDS; None if there is none."""
    return connection.execute(
        text(
            """
            UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, now()),
                            lease_until = now() + make_interval(secs => :lease)
            WHERE id = (SELECT id FROM jobs
                        WHERE state IN ('queued', 'running') AND kind = ANY(:kinds)
                          AND (state = 'queued' OR lease_until < now())
                        ORDER BY created_at FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING *
            """
        ),
        {"lease": LEASE_SECONDS, "kinds": list(kinds)},
    ).one_or_none()


def renew(connection: Connection, job_id: UUID, done: int, total: int) -> None:
    """Report progress and keep the lease."""
    connection.execute(
        text(
            "UPDATE jobs SET done = :done, total = :total, lease_until = now() + make_interval(secs => :lease)"
            " WHERE id = :id AND state = 'running'"
        ),
        {"id": job_id, "done": done, "total": total, "lease": LEASE_SECONDS},
    )


def give_back(connection: Connection, job_id: UUID) -> None:
    """End the lease of a job that failed for a reason that may pass: it is claimed again after a second."""
    connection.execute(
        text("UPDATE jobs SET lease_until = now() + interval '1 second' WHERE id = :id AND state = 'running'"),
        {"id": job_id},
    )


def succeed(connection: Connection, job_id: UUID, result: Mapping[str, Any]) -> None:
    """End the job well. In the transaction of its last effect, so that neither stands without the other."""
    _end(connection, job_id, {"state": "succeeded", "result": dict(result), "done": jobs.c.total})


def fail(connection: Connection, job_id: UUID, error: DomainError) -> None:
    """End the job with the error that stopped it, stored as data so that each reader is told in a language of theirs."""
    document = error.document() | {"trace_id": tracing.current_trace_id()}
    _end(connection, job_id, {"state": "failed", "problem": document})


def _end(connection: Connection, job_id: UUID, values: Mapping[str, Any]) -> None:
    ended = connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(**values, finished_at=func.now(), lease_until=None)
        .returning(jobs.c.kind, jobs.c.state, jobs.c.created_by, jobs.c.result)
    ).one()
    audit.record(
        connection,
        actor=ended.created_by,
        act=f"{ended.kind} {ended.state}",
        subjects=[job_id],
        details=ended.result,
    )


def get(connection: Connection, job_id: UUID, kind: str) -> Row[Any]:
    """Return a job's row; raises Problem (404) if there is no such job of `kind`, and says what else the id names."""
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
    if row is None:
        raise NotFound("There is no such {kind}.", kind=kind)
    if row.kind != kind:
        raise NotFound(
            "There is no such {kind}: the id belongs to a {other}.", extra={"kind": row.kind}, kind=kind, other=row.kind
        )
    return row


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a job as its readers see it: the common members, and its result's own beside them."""

    def instant(value: datetime | None) -> str | None:
        return isoformat(value) if value else None

    return {
        "id": str(row.id),
        "state": row.state,
        "progress": {"done": row.done, "total": row.total},
        "created_by": row.created_by,
        "created_at": instant(row.created_at),
        "started_at": instant(row.started_at),
        "finished_at": instant(row.finished_at),
        "problem": row.problem,
        **row.result,
    }
