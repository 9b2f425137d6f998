"""Compute gauges that cost too much for each request in a worker, and store them in the table `measurements`.

They are computed again after at least a hundred times as long as it took, so this never takes more than a hundredth of the
time, however large the tables are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.postgresql import insert

from shared.background import Loop
from shared.database.engine import Database
from shared.database.queries import load
from shared.observability.metrics import METRICS, Sample
from shared.system_tables import measurements

REST_SECONDS = 15.0
REST_TIMES = 100
COMPUTING_LOCK = 0x6D656173757265  # one worker computes for all

queries = load(__package__)


@dataclass(frozen=True, slots=True)
class StoredGauges:
    """Gauges that are computed together, from the service's database or from elsewhere."""

    name: str
    compute: Callable[[Connection], Sequence[Sample]]


def stored_gauges_loop(database: Database, groups: Sequence[StoredGauges]) -> Loop:
    """Return the loop that computes each group of gauges when it is due. Several processes may run it; one computes."""

    def step() -> bool:
        for group in groups:
            with database.transaction() as connection:
                if _is_due(connection, group.name):
                    started = time.perf_counter()
                    samples = group.compute(connection)
                    store(connection, group.name, samples, time.perf_counter() - started)
        return False

    return Loop("measurements", step, idle_seconds=1.0)


def _is_due(connection: Connection, name: str) -> bool:
    if not connection.execute(select(func.pg_try_advisory_xact_lock(COMPUTING_LOCK))).scalar_one():
        return False
    values = {"name": name, "least": REST_SECONDS, "times": REST_TIMES}
    return connection.execute(queries.is_due, values).scalar_one_or_none() is not False


def store(connection: Connection, name: str, samples: Sequence[Sample], seconds: float) -> None:
    """Store the samples of a group and how long they took, in place of the earlier ones."""
    found = {"seconds": seconds, "figures": [[each.metric.name, list(each.labels), each.value] for each in samples]}
    connection.execute(
        insert(measurements)
        .values(name=name, **found)
        .on_conflict_do_update(index_elements=["name"], set_={**found, "measured_at": func.now()})
    )


def stored(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Return the newest samples of each group: `name, measured_at, seconds, figures`."""
    return connection.execute(select(measurements).order_by(measurements.c.name)).all()


def samples_of(row: Row[tuple[object, ...]]) -> list[Sample]:
    """Return the samples of a stored group; those of metrics that this version does not know are left out."""
    return [
        Sample(METRICS[name], tuple(labels), value)
        for name, labels, value in row.figures
        if name in METRICS and len(labels) == len(METRICS[name].labels)
    ]
