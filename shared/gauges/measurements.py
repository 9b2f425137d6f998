"""Measurements: gauges that cost too much to compute on each request. A worker measures them now and then and stores them.

A measurement rests at least a hundred times as long as it took, so measuring never takes more than a hundredth of the time,
however much there is to measure.
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
MEASURING_LOCK = 0x6D656173757265  # "measure": one worker measures for all

queries = load(__package__)


@dataclass(frozen=True, slots=True)
class Measurement:
    """Gauges that are measured together, from the service's database or from elsewhere."""

    name: str
    measure: Callable[[Connection], Sequence[Sample]]


def measurement_loop(database: Database, taken: Sequence[Measurement]) -> Loop:
    """Return the loop that takes each of the measurements `taken` when it has rested long enough. Several may run; one works."""

    def step() -> bool:
        for measurement in taken:
            with database.transaction() as connection:
                if _is_due(connection, measurement.name):
                    started = time.perf_counter()
                    samples = measurement.measure(connection)
                    store(connection, measurement.name, samples, time.perf_counter() - started)
        return False

    return Loop("measurements", step, idle_seconds=1.0)


def _is_due(connection: Connection, name: str) -> bool:
    if not connection.execute(select(func.pg_try_advisory_xact_lock(MEASURING_LOCK))).scalar_one():
        return False
    values = {"name": name, "least": REST_SECONDS, "times": REST_TIMES}
    return connection.execute(queries.is_due, values).scalar_one_or_none() is not False


def store(connection: Connection, name: str, samples: Sequence[Sample], seconds: float) -> None:
    """Store what a measurement found and how long it took, in place of what it found before."""
    found = {"seconds": seconds, "figures": [[each.metric.name, list(each.labels), each.value] for each in samples]}
    connection.execute(
        insert(measurements)
        .values(name=name, **found)
        .on_conflict_do_update(index_elements=["name"], set_={**found, "measured_at": func.now()})
    )


def stored(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Return the newest of each measurement: `name, measured_at, seconds, figures`."""
    return connection.execute(select(measurements).order_by(measurements.c.name)).all()


def samples_of(row: Row[tuple[object, ...]]) -> list[Sample]:
    """Return the samples of a measurement; those of metrics that this version does not know are left out."""
    return [
        Sample(METRICS[name], tuple(labels), value)
        for name, labels, value in row.figures
        if name in METRICS and len(labels) == len(METRICS[name].labels)
    ]
