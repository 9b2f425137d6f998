"""Figures that cost too much to be computed for every reader: measured by a worker now and then, kept, read by all.

A measurement rests at least a hundred times as long as it took, so that measuring never takes more than a hundredth of the
time, however much there is to measure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, func, select, text
from sqlalchemy.dialects.postgresql import insert

from shared.background import Loop
from shared.database.engine import Database
from shared.observability.metrics import METRICS, Value
from shared.system_tables import measurements

REST_SECONDS = 15.0
REST_TIMES = 100
MEASURING_LOCK = 0x6D656173757265  # "measure": one worker measures for all


@dataclass(frozen=True, slots=True)
class Measurement:
    """Figures that are measured together, from the service's database or from elsewhere."""

    name: str
    measure: Callable[[Connection], Sequence[Value]]


def measuring(database: Database, wanted: Sequence[Measurement]) -> Loop:
    """Return the worker's loop that makes each measurement when it has rested long enough. Several may run; one works."""

    def step() -> bool:
        for measurement in wanted:
            with database.transaction() as connection:
                if _is_due(connection, measurement.name):
                    started = time.perf_counter()
                    keep(connection, measurement.name, measurement.measure(connection), time.perf_counter() - started)
        return False

    return Loop("measuring", step, idle_seconds=1.0)


def _is_due(connection: Connection, name: str) -> bool:
    if not connection.execute(select(func.pg_try_advisory_xact_lock(MEASURING_LOCK))).scalar_one():
        return False
    rested = connection.execute(
        text(
            "SELECT measured_at + make_interval(secs => greatest(:least, :times * seconds)) <= now()"
            " FROM measurements WHERE name = :name"
        ),
        {"name": name, "least": REST_SECONDS, "times": REST_TIMES},
    ).scalar_one_or_none()
    return rested is not False


def keep(connection: Connection, name: str, values: Sequence[Value], seconds: float) -> None:
    """Keep what a measurement found and how long it took, in place of what was found before."""
    found = {
        "seconds": seconds,
        "figures": [[value.metric.name, list(value.labels), value.value] for value in values],
    }
    connection.execute(
        insert(measurements)
        .values(name=name, **found)
        .on_conflict_do_update(index_elements=["name"], set_={**found, "measured_at": func.now()})
    )


def kept(connection: Connection) -> Sequence[Row[tuple[object, ...]]]:
    """Return the newest of each measurement: `name, measured_at, seconds, figures`."""
    return connection.execute(select(measurements).order_by(measurements.c.name)).all()


def values_of(row: Row[tuple[object, ...]]) -> list[Value]:
    """Return the figures of a measurement; those that this version does not know are left out."""
    return [
        Value(METRICS[name], tuple(labels), value)
        for name, labels, value in row.figures
        if name in METRICS and len(labels) == len(METRICS[name].labels)
    ]
