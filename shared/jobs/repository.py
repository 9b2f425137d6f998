"""Jobs in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, update

from shared.audit import log as audit
from shared.authorization import Actor
from shared.clock import isoformat
from shared.database.queries import load
from shared.errors import DomainError, NotFound, TooManyRequests
from shared.identifiers import new_id
from shared.observability import tracing
from shared.system_tables import jobs

LEASE_SECONDS = 30
MAX_OPEN = 10
"""Jobs of a kind that wait or run for one client at a time, unless the kind allows another number."""

queries = load(__package__)


def enqueue(
    connection: Connection,
    kind: str,
    job_input: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    most: int | None = MAX_OPEN,
) -> UUID:
    """Queue a job of `kind` for a worker, within the caller's transaction; return its id.

    Raises TooManyRequests if `most` of this client wait or run; what the system itself queues has no limit (None). A kind may
    have a variant after a colon, for what the version before would not do as it is asked: its workers leave it alone.
    """
    if most is not None and _count_open(connection, kind, by) >= most:
        raise TooManyRequests(
            "{limit} jobs of this kind wait or run for this client. Wait for them to end.", 60, limit=most
        )
    job_id = new_id(now)
    connection.execute(
        insert(jobs).values(
            id=job_id, kind=kind, input=dict(job_input), created_by=by, trace_parent=tracing.current_trace_parent()
        )
    )
    return job_id


def kind_of(name: str) -> str:
    """Return a job's kind without its variant."""
    return name.partition(":")[0]


def claim(connection: Connection, kinds: Sequence[str]) -> Row[Any] | None:
    """Take the next job that is queued, or whose worker has died, for LEASE_SECONDS; None if there is none.

    `kinds` come in their order; within a kind the client who has the fewest comes first, and of a client the oldest job.
    """
    return connection.execute(queries.claim, {"lease": LEASE_SECONDS, "kinds": list(kinds)}).one_or_none()


def _count_open(connection: Connection, kind: str, by: str) -> int:
    """Return how many jobs of `kind`, variants included, wait or run for a client."""
    open_jobs = select(func.count()).where(
        func.split_part(jobs.c.kind, ":", 1) == kind_of(kind),
        jobs.c.created_by == by,
        jobs.c.state.in_(("queued", "running")),
    )
    return int(connection.execute(open_jobs).scalar_one())


def renew(connection: Connection, job_id: UUID, done: int, total: int) -> None:
    """Store the progress of a job and extend its lease."""
    connection.execute(queries.renew, {"id": job_id, "done": done, "total": total, "lease": LEASE_SECONDS})


def release(connection: Connection, job_id: UUID) -> None:
    """End the lease of a job that failed for a transient reason, so that it is claimed again after a second."""
    connection.execute(queries.release, {"id": job_id})


def lock_running(connection: Connection, job_id: UUID) -> None:
    """Keep others from ending this job. Raises RuntimeError if one has: a worker thought dead may be slow instead."""
    query = select(jobs.c.state).where(jobs.c.id == job_id).with_for_update()
    if connection.execute(query).scalar_one() != "running":
        raise RuntimeError("another worker has ended this job")


def succeed(connection: Connection, job_id: UUID, result: Mapping[str, Any]) -> None:
    """End the job as succeeded. Call it in the transaction of the last effect, so that neither exists without the other."""
    _end(connection, job_id, {"state": "succeeded", "result": dict(result), "done": jobs.c.total})


def fail(connection: Connection, job_id: UUID, error: DomainError, result: Mapping[str, Any] | None = None) -> None:
    """End the job as failed. The error is stored as data, so that each reader gets it in their own language.

    A job that fails after its last step has a `result` too.
    """
    document = error.document() | {"trace_id": tracing.current_trace_id()}
    complete = {} if result is None else {"result": dict(result), "done": jobs.c.total}
    _end(connection, job_id, {"state": "failed", "problem": document, **complete})


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
        act=f"{kind_of(ended.kind)} {ended.state}",
        subjects=[job_id],
        details=ended.result,
    )


def get(connection: Connection, job_id: UUID, kind: str, reader: Actor | None = None) -> Row[Any]:
    """Return the row of a job of `kind`. One whose input names a jurisdiction exists only for a `reader` who covers it.

    Raises NotFound, with the job's own kind if it is another.
    """
    row = connection.execute(select(jobs).where(jobs.c.id == job_id)).one_or_none()
    if row is not None and kind_of(row.kind) != kind:
        raise NotFound("The job with this id is of another kind: `kind` names it.", extra={"kind": kind_of(row.kind)})
    if row is None or not (reader is None or reader.covers(row.input["jurisdiction"])):
        raise NotFound("There is no job with this id.")
    return row


def find(
    connection: Connection,
    kind: str,
    *,
    by: str | None = None,
    ids: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Return up to `limit` jobs of a kind, the newest first, that are older than the job `after`.

    `by`: only this client's; `ids`: only these.
    """
    query = select(jobs).where(jobs.c.kind == kind).order_by(jobs.c.id.desc()).limit(limit)
    if by is not None:
        query = query.where(jobs.c.created_by == by)
    if ids is not None:
        query = query.where(jobs.c.id.in_(ids))
    return connection.execute(query if after is None else query.where(jobs.c.id < after)).all()


def view(row: Row[Any]) -> dict[str, Any]:
    """Return a job as the API shows it: the members of every job and those of its result."""

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
