"""All gauges of a service's database at this moment: cheap ones are read, the others are as they were last stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from shared.database.queries import load
from shared.gauges.heartbeat import loop_states
from shared.gauges.stored_gauges import samples_of, stored
from shared.observability import metrics
from shared.observability.metrics import Sample

ReadGauges = Callable[[Connection], Sequence[Sample]]
"""Reads gauges that cost next to nothing, however much data the service has."""

queries = load(__package__)


def read_gauges(connection: Connection, own: ReadGauges, topics: Sequence[str]) -> list[Sample]:
    """Return the backlog that every service has, the service's `own` gauges, and stored ones. `topics` are those consumed."""
    backlog = connection.execute(queries.backlog).one()
    dead = {row.topic: row.letters for row in connection.execute(queries.open_dead_letters)}
    found = [
        metrics.OUTBOX_PENDING.at(backlog.pending),
        metrics.OUTBOX_SECONDS.at(float(backlog.oldest_seconds)),
        metrics.JOBS_OPEN.at(backlog.queued, "queued"),
        metrics.JOBS_OPEN.at(backlog.running, "running"),
        metrics.JOBS_SECONDS.at(float(backlog.job_seconds)),
        metrics.LOOPS_FAILING.at(sum(loop["failures"] > 0 for loop in loop_states(connection))),
        *(metrics.DEAD_LETTERS_OPEN.at(dead.get(topic, 0), topic) for topic in topics),
        *own(connection),
    ]
    for row in stored(connection):
        found += samples_of(row)
        found.append(metrics.MEASURED_AT.at(row.measured_at.timestamp(), row.name))
        found.append(metrics.MEASUREMENT_SECONDS.at(row.seconds, row.name))
    return found
