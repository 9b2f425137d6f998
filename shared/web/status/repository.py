"""Reading what the status page shows beside the figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from shared.clock import isoformat
from shared.gauges.heartbeat import loop_states

_JOBS = text(
    """
    SELECT id::text AS id, kind, state, done, total, created_at, started_at FROM jobs
    WHERE state IN ('queued', 'running') ORDER BY state DESC, created_at LIMIT 20
    """
)

# Jobs' ids begin with the time at which they were queued: the newest are found by them.
_TROUBLES = text(
    """
    SELECT * FROM (
        (SELECT recorded_at AS at, 'dead_letter' AS kind, id::text AS id, topic AS about, reason
         FROM dead_letters WHERE state = 'open' ORDER BY dead_letters.id DESC LIMIT 20)
        UNION ALL
        SELECT finished_at, 'job', id::text, kind, coalesce(problem ->> 'detail', problem ->> 'message', problem ->> 'title', '')
        FROM (SELECT * FROM jobs ORDER BY jobs.id DESC LIMIT 200) newest WHERE state = 'failed'
    ) troubles ORDER BY at DESC LIMIT 20
    """
)


def open_jobs(connection: Connection) -> list[dict[str, Any]]:
    """Return jobs that run and wait, those that run first."""
    return [_written(row) for row in connection.execute(_JOBS).mappings()]


def loops(connection: Connection) -> list[dict[str, Any]]:
    """Return how the loops of all processes fare."""
    return [_written(loop) for loop in loop_states(connection)]


def troubles(connection: Connection) -> list[dict[str, Any]]:
    """Return the newest open dead letters and failed jobs."""
    return [_written(row) for row in connection.execute(_TROUBLES).mappings()]


def _written(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: isoformat(value) if isinstance(value, datetime) else value for name, value in row.items()}
