"""The gauge of overdue tasks, which every service has."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from shared.clock import Clock, calendar_date
from shared.gauges.stored_gauges import StoredGauges
from shared.observability import metrics
from shared.observability.metrics import Sample
from shared.tasks import Asker, Kind, Task, counts, everyone

ReadTasks = Callable[[Connection, Asker], Sequence[Task]]
"""Reads a service's tasks: those of an asker, in no order."""


def overdue_tasks(kinds: Sequence[Kind], read: ReadTasks, clock: Clock) -> StoredGauges:
    """Return the gauges of a service's overdue tasks by kind; a kind without any is reported as 0."""

    def compute(connection: Connection) -> Sequence[Sample]:
        today = calendar_date(clock.now())
        found = counts(task for task in read(connection, everyone(kinds)) if task.is_overdue(today))
        return [metrics.TASKS_OVERDUE.at(found.get(kind.name, 0), kind.name) for kind in kinds]

    return StoredGauges("tasks", compute)
