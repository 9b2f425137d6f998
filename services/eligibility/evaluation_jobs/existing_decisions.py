"""Reads of existing decisions that an evaluation depends on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import polars as pl
from sqlalchemy import Connection, TextClause

from services.eligibility.engine.parts import Part
from services.eligibility.evaluation_jobs.decision_days import FIRST_DAYS, PAIRS
from services.eligibility.evaluation_jobs.domain import EVALUATION, EvaluationTask, Occasion
from services.eligibility.facts.queries import CodeRange
from shared.database.bulk import read_frame
from shared.database.queries import load

queries = load(__package__)


def first_days(
    connection: Connection, policy: str, pairs: pl.DataFrame | None = None, *, part: Part | None = None
) -> pl.DataFrame:
    """Return FIRST_DAYS of the policy's awards in force; only those of `pairs` (award, subject) or of `part`, if given."""
    if pairs is None:
        return _frame(connection, queries.first_days, FIRST_DAYS, policy=policy, **_bounds(part))
    return _frame(connection, queries.first_days_of, FIRST_DAYS, policy=policy, **_arrays(pairs))


def award_ids(connection: Connection, policy: str, part: Part) -> pl.Series:
    """Return the identities of the awards of a part that have ever been proposed."""
    values = {"policy": policy} | _bounds(part)
    return read_frame(connection, queries.award_ids, values, {"award_id": pl.String}).to_series()


def open_days(
    connection: Connection, task: EvaluationTask, pairs: pl.DataFrame | None = None, *, part: Part | None = None
) -> pl.DataFrame | None:
    """Return FIRST_DAYS of open first proposals, which keep their day after a correction; None if they do not keep it."""
    if task.occasion is not Occasion.CORRECTION:
        return None
    if pairs is None:
        return _frame(connection, queries.open_days, FIRST_DAYS, policy=task.policy, **_bounds(part))
    return _frame(connection, queries.open_days_of, FIRST_DAYS, policy=task.policy, **_arrays(pairs))


def paid_to(connection: Connection, policy: str, scope: Collection[str]) -> pl.DataFrame:
    """Return (award, subject) whose version in force, or open proposal, pays an enterprise of `scope`."""
    return _frame(connection, queries.paid_to, PAIRS, policy=policy, scope=list(scope))


def with_decisions(connection: Connection, policy: str, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return those of `pairs` (award, subject) with a version in force or an open proposal."""
    return _frame(connection, queries.with_decisions, PAIRS, policy=policy, **_arrays(pairs))


def oldest_transaction(connection: Connection) -> datetime:
    """Return since when something may have been approved that is not visible yet: now, if nothing is under way."""
    begun: datetime = connection.execute(queries.oldest_transaction).scalar_one()
    return begun


def first_approved_since(connection: Connection, policy: str, instant: datetime) -> pl.DataFrame:
    """Return (award, subject) whose first version was approved at `instant` or later, sorted."""
    return _frame(connection, queries.first_approved_since, PAIRS, policy=policy, instant=instant)


def newest_evaluated_revision(connection: Connection, policy: str) -> int:
    """Return the newest revision of the registry that a successful evaluation has used."""
    values = {"policy": policy, "kind": EVALUATION}
    return int(connection.execute(queries.newest_evaluated_revision, values).scalar_one())


def _bounds(part: Part | None) -> dict[str, object]:
    codes = (part.codes if part else None) or CodeRange()
    return {
        "award_codes": list(part.awards) if part else None,
        "first_code": codes.first,
        "until_code": codes.until,
    }


def _arrays(pairs: pl.DataFrame) -> dict[str, list[str]]:
    return {"awards": pairs["award"].to_list(), "subjects": pairs["subject"].to_list()}


def _frame(
    connection: Connection, statement: TextClause, schema: dict[str, type[pl.DataType]], **values: object
) -> pl.DataFrame:
    rows = connection.execute(statement, values).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
