"""Every figure of a service at this moment: the cheap ones read, the others as they were last measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, text

from shared.gauges.heartbeat import loops_now
from shared.gauges.measuring import kept, values_of
from shared.observability import metrics
from shared.observability.metrics import Value

ReadFigures = Callable[[Connection], Sequence[Value]]
"""Reads the figures of a service that cost next to nothing, whatever the service has seen."""

_BACKLOG = text(
    """
    SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS pending,
           (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0)
              FROM outbox WHERE published_at IS NULL) AS oldest_seconds,
           (SELECT count(*) FROM jobs WHERE state = 'queued') AS queued,
           (SELECT count(*) FROM jobs WHERE state = 'running') AS running,
           (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM jobs WHERE state = 'queued') AS job_seconds
    """
)
_DEAD = text("SELECT topic, count(*) AS letters FROM dead_letters WHERE state = 'open' GROUP BY topic")


def figures(connection: Connection, own: ReadFigures, topics: Sequence[str]) -> list[Value]:
    """Return all figures: the backlog that every service has, `own`, and what was measured. `topics` are those consumed."""
    backlog = connection.execute(_BACKLOG).one()
    dead = {row.topic: row.letters for row in connection.execute(_DEAD)}
    found = [
        metrics.OUTBOX_PENDING.at(backlog.pending),
        metrics.OUTBOX_SECONDS.at(float(backlog.oldest_seconds)),
        metrics.JOBS_OPEN.at(backlog.queued, "queued"),
        metrics.JOBS_OPEN.at(backlog.running, "running"),
        metrics.JOBS_SECONDS.at(float(backlog.job_seconds)),
        metrics.LOOPS_FAILING.at(sum(loop["failures"] > 0 for loop in loops_now(connection))),
        *(metrics.DEAD_LETTERS_OPEN.at(dead.get(topic, 0), topic) for topic in topics),
        *own(connection),
    ]
    for row in kept(connection):
        found += values_of(row)
        found.append(metrics.MEASURED_AT.at(row.measured_at.timestamp(), row.name))
        found.append(metrics.MEASURING_SECONDS.at(row.seconds, row.name))
    return found
