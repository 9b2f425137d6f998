"""Reads of tasks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from shared.authorization import Scope
from shared.catalogue.datasets import CATALOGUE
from shared.clock import calendar_date
from shared.database.queries import load
from shared.i18n import CHINESE, ENGLISH
from shared.tasks import Asker, Task

queries = load(__package__)

_ACCOUNTS = [name for name, dataset in CATALOGUE.items() if dataset.confirmation is Scope.ACCOUNTS_CONFIRM]


@dataclass(frozen=True, slots=True)
class TaskReader:
    """Reads the tasks of an asker; each is to be done within `working_days`."""

    working_days: int

    def __call__(self, connection: Connection, asker: Asker) -> list[Task]:
        """Return what waits for `asker`, in no order."""
        values = {"accounts": _ACCOUNTS, "kinds": list(asker.kinds), "by": asker.by, "by_day": asker.everyone}
        found = []
        for row in connection.execute(queries.tasks, values):
            dataset = CATALOGUE[row.dataset]
            named = {
                "dataset": {CHINESE: dataset.zh, ENGLISH: dataset.en},
                "day": calendar_date(row.since).isoformat(),
                "source": row.source,
                **({} if row.rows is None else {"count": sum(row.rows.values()) - row.rows.get("unchanged", 0)}),
            }
            found.append(Task(row.kind, row.subject, row.since, self.working_days, row.cases, named))
        return found
