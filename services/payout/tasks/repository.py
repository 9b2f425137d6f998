"""Reads of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from services.payout.tasks.tables import later_orders
from shared.database.engine import Database
from shared.database.queries import load
from shared.i18n import CHINESE, ENGLISH, NamesByCode
from shared.money import yuan
from shared.policies import AWARD_TITLES, UNITS
from shared.tasks import Asker, Task

queries = load(__package__)

_ENDS: NamesByCode = {"failed": ("支付失败", "failed"), "returned": ("已退汇", "came back")}
MANY_ROWS = 1_000
"""More rows of differences than this are added up; fewer are read in a millisecond."""


@dataclass(frozen=True, slots=True)
class TaskReader:
    """Reads the tasks of an asker; each is to be done within `working_days`."""

    working_days: int

    def __call__(self, connection: Connection, asker: Asker) -> list[Task]:
        """Return what waits for `asker`, in no order."""
        statements = (
            (queries.own_recoveries,)
            if asker.own_uscc
            else (
                queries.waiting_orders,
                queries.later_instalments,
                queries.waiting_recoveries,
                queries.second_persons,
            )
        )
        values = {
            "kinds": list(asker.kinds),
            "by": asker.by,
            "jurisdiction": asker.jurisdiction,
            "own_uscc": asker.own_uscc,
            "by_day": asker.everyone,
        }
        return [
            Task(row.kind, row.subject, row.since, self.working_days, row.cases, _named(row.parameters))
            for statement in statements
            for row in connection.execute(statement, values)
        ]


def add_up(database: Database) -> bool:
    """Add up the differences of how many later instalments wait, if there are many; returns whether more is to be done: no."""
    with database.transaction() as connection:
        if connection.execute(select(func.count()).select_from(later_orders)).scalar_one() > MANY_ROWS:
            connection.execute(queries.add_up)
    return False


def _named(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a task's title: codes as words in both languages, fen as yuan."""
    named = dict(parameters)
    if "unit" in named:
        named["unit_code"] = named["unit"]
        named["unit"] = _both(UNITS, named["unit"])
    if named.get("award"):
        named["award"] = _both(AWARD_TITLES, named["award"])
    if "state" in named:
        named["became"] = _both(_ENDS, named["state"])
    if "fen" in named:
        named["yuan"] = yuan(named["fen"])
    if "uscc" in named:
        named["target"] = named["award"] or named["uscc"]
        named["path"] = f"awards/{named['award_id']}" if named["award_id"] else f"payment-orders?uscc={named['uscc']}"
    return named


def _both(names: NamesByCode, code: str) -> dict[str, str]:
    zh, en = names[code]
    return {CHINESE: zh, ENGLISH: en}
