"""Reads of tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from services.eligibility.decisions.domain import DISTRICT, review_step, reviewers_of
from services.eligibility.decisions.tables import documents
from services.eligibility.procedures.domain import Procedure
from services.eligibility.procedures.repository import official_procedure, stored_procedure
from services.eligibility.rules.library import load_policy
from services.eligibility.tasks.tables import open_proposals
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.database.queries import load
from shared.i18n import CHINESE, ENGLISH, N_, NamesByCode, translate
from shared.offices import department_names
from shared.policies import AWARD_TITLES, POLICIES
from shared.tasks import Asker, Task

queries = load(__package__)

MANY_ROWS = 1_000
"""More rows of differences than this are added up; fewer are read in a millisecond."""

_EVALUATION = N_("the evaluation of {day}")


@dataclass(frozen=True, slots=True)
class TaskReader:
    """Reads the tasks of an asker.

    They are due within the terms of their procedure, or of the official one, or within `working_days`. A notice lasts
    `notice_days` (0: none is needed) unless a procedure says how long.
    """

    clock: Clock
    working_days: int
    notice_days: int

    def __call__(self, connection: Connection, asker: Asker) -> list[Task]:
        """Return what waits for `asker`, in no order."""
        statements = (queries.own_confirmations,) if asker.own_uscc else (queries.waiting_groups, queries.single_tasks)
        values = {
            "kinds": list(asker.kinds),
            "by": asker.by,
            "jurisdiction": asker.jurisdiction,
            "own_uscc": asker.own_uscc,
            "reviews": None if asker.everyone else _reviews(asker),
            "by_day": asker.everyone,
            "notice_days": self.notice_days,
            "today": calendar_date(self.clock.now()),
        }
        rows = [row for statement in statements for row in connection.execute(statement, values)]
        term = _terms(connection, rows)
        return [
            Task(
                row.kind,
                row.subject,
                row.since,
                term(row) or self.working_days,
                row.cases,
                _named(row.parameters | {"detail": row.detail}),
                row.detail,
            )
            for row in rows
        ]


def add_up(database: Database) -> bool:
    """Add up the differences of how many proposals wait, if there are many; returns whether more is to be done: nothing."""
    with database.transaction() as connection:
        if connection.execute(select(func.count()).select_from(open_proposals)).scalar_one() > MANY_ROWS:
            connection.execute(queries.add_up)
    return False


def _terms(connection: Connection, rows: Sequence[Row[Any]]) -> Callable[[Row[Any]], int | None]:
    """Return what the procedures of `rows` say of their terms: that of a proposal itself, else the official one."""
    hashes = {row.procedure_hash for row in rows}
    stored = connection.execute(select(documents.c.hash, documents.c.content).where(documents.c.hash.in_(hashes)))
    of_proposals = {row.hash: stored_procedure(row.content) for row in stored}
    policies = {row.parameters["policy"] for row in rows if "policy" in row.parameters}
    official = {code: official_procedure(connection, load_policy(code)) for code in policies & POLICIES.keys()}

    def term(row: Row[Any]) -> int | None:
        procedure: Procedure | None = of_proposals.get(row.procedure_hash) or official.get(row.parameters.get("policy"))
        return None if procedure is None else procedure.term(row.kind)

    return term


def _reviews(asker: Asker) -> list[str]:
    """Return the reviews that a caller may make: those of its department, and of its district."""
    return [review_step(each) for each in reviewers_of(asker.department, asker.jurisdiction)]


def _named(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a task's title, codes as words in both languages."""
    named = dict(parameters)
    if "award" in named:
        named["award"] = _both(AWARD_TITLES, named["award"])
    if named["detail"]:
        reviewer = named["detail"].partition(":")[2]
        named["reviewer"] = _both(_REVIEWERS, reviewer)
    if "group" in named:
        day = {"day": named["day"]}
        evaluation = {each: translate(_EVALUATION, each, day) for each in (CHINESE, ENGLISH)}
        named["origin"] = evaluation if named["round"] is None else _both({}, named["round"])
    return named


def _both(names: NamesByCode, code: str) -> dict[str, str]:
    zh, en = names.get(code, (code, code))
    return {CHINESE: zh, ENGLISH: en}


_REVIEWERS: NamesByCode = {**department_names(), DISTRICT: ("属地", "the district")}
