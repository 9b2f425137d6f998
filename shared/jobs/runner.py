"""Run jobs in a worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Connection

from shared.database.engine import Database
from shared.errors import DomainError, Internal
from shared.jobs import repository
from shared.observability import metrics, tracing

MAX_ATTEMPTS = 3

log = structlog.get_logger(__name__)


class RunningJob:
    """A claimed job. A handler reads `id`, `input` and `created_by`, reports progress, and ends with `succeed`."""

    def __init__(self, database: Database, job_id: UUID, job_input: Mapping[str, Any], created_by: str) -> None:
        """Wrap a claimed job."""
        self._database = database
        self.id = job_id
        self.input = job_input
        self.created_by = created_by
        self.done = 0
        self.total = 0
        self._ended = threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Report that `done` of `total` is complete; readers of the job see it at once."""
        self.done, self.total = done, total
        self._renew()

    def in_chunks(self, ids: Sequence[str], most: int) -> Iterator[Sequence[str]]:
        """Yield `ids` in pieces for one transaction each, and report progress after it.

        Each has a tenth of them, so that whoever waits sees it go on; but at most `most`, and at least a twentieth of that.
        """
        total = len(ids)
        size = min(most, max(total // 10, most // 20, 1))
        self.progress(0, total)
        for start in range(0, total, size):
            chunk = ids[start : start + size]
            yield chunk
            self.progress(start + len(chunk), total)

    def succeed(self, connection: Connection, result: Mapping[str, Any]) -> None:
        """End the job in the transaction of its last effect."""
        repository.succeed(connection, self.id, result)

    def keep_alive(self) -> None:
        """Renew the lease until the job ends."""
        while not self._ended.wait(repository.LEASE_SECONDS / 3):
            try:
                self._renew()
            except Exception as error:  # noqa: BLE001 - the next renewal may go through
                log.warning("job.lease_not_renewed", job=str(self.id), exc_info=error)

    def end(self) -> None:
        """Stop renewing the lease."""
        self._ended.set()

    def _renew(self) -> None:
        with self._database.transaction() as connection:
            repository.renew(connection, self.id, self.done, self.total)


JobHandler = Callable[[RunningJob], None]
"""Does a job and calls `job.succeed` in its last transaction. Run again after a crash, it must have the same result."""


class JobRunner:
    """Claims jobs of the kinds that it has handlers for, one at a time, kinds in the order of the handlers."""

    def __init__(self, database: Database, handlers: Mapping[str, JobHandler]) -> None:
        """Prepare to run jobs with `handlers` by kind: what people wait for first."""
        self._database = database
        self._handlers = dict(handlers)

    def step(self) -> bool:
        """Run one job; return whether there was one."""
        with self._database.transaction() as connection:
            row = repository.claim(connection, list(self._handlers))
        if row is None:
            return False
        job, kind = RunningJob(self._database, row.id, row.input, row.created_by), repository.kind_of(row.kind)
        lease = threading.Thread(target=job.keep_alive, name=f"lease-{row.id}", daemon=True)
        lease.start()
        try:
            with tracing.span(f"job {kind}", row.trace_parent), metrics.JOB_SECONDS.labels(kind=kind).time():
                self._run(kind, job, self._handlers[row.kind], row.attempts)
        finally:
            job.end()
            lease.join()
        return True

    def _run(self, kind: str, job: RunningJob, handler: JobHandler, attempts: int) -> None:
        try:
            if attempts > MAX_ATTEMPTS:  # claims are counted, because a worker that the job kills counts nothing
                raise Internal("The job ended its worker repeatedly. Search the logs for its trace id.")
            handler(job)
        except DomainError as error:
            self._fail(job, kind, error)
        except Exception as error:
            log.error("job.failed", job=str(job.id), kind=kind, attempts=attempts, exc_info=error)
            if attempts < MAX_ATTEMPTS:
                job.end()
                with self._database.transaction() as connection:
                    repository.release(connection, job.id)
                return
            self._fail(job, kind, Internal("The job failed repeatedly. Search the logs for its trace id."))
        else:
            metrics.JOBS.labels(kind=kind, state="succeeded").inc()

    def _fail(self, job: RunningJob, kind: str, error: DomainError) -> None:
        with self._database.transaction() as connection:
            repository.fail(connection, job.id, error)
        metrics.JOBS.labels(kind=kind, state="failed").inc()
