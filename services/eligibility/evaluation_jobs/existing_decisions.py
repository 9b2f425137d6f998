"""What is decided already, as far as it bears on an evaluation."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from sqlalchemy import Connection, text

from services.eligibility.evaluation_jobs.judging import FIRST_DAYS, PAIRS
from services.eligibility.evaluation_jobs.schemas import EvaluationOrder, EvaluationRequest, Occasion

_FIRST_DAYS = """
SELECT award, subject, identity_year, first_decided_on FROM awards WHERE policy = :policy AND version > 0
"""

_OPEN_DAYS = """
SELECT a.award, a.subject, a.identity_year, d.decided_on AS first_decided_on
FROM decisions d JOIN awards a USING (award_id)
WHERE a.policy = :policy AND a.version = 0 AND d.state IN ('proposed', 'in_notice', 'suspended')
"""

_WANTED = "unnest(CAST(:awards AS text[]), CAST(:subjects AS text[])) AS wanted (award, subject)"

_DECIDED = f"""
SELECT DISTINCT a.award, a.subject FROM awards a JOIN {_WANTED} USING (award, subject)
WHERE a.policy = :policy AND (a.version > 0 OR EXISTS (
    SELECT 1 FROM decisions d WHERE d.award_id = a.award_id AND d.state IN ('proposed', 'in_notice', 'suspended')))
"""

_PAID = """
SELECT DISTINCT award, subject FROM decisions
WHERE policy = :policy AND payee_uscc = ANY(:scope) AND state IN ('approved', 'proposed', 'in_notice', 'suspended')
"""

_FIRST_SINCE = """
SELECT DISTINCT award, subject FROM decisions WHERE policy = :policy AND version = 1 AND approved_at >= :instant
"""

_NEWEST = """
SELECT coalesce(max((result ->> 'facts_revision')::bigint), 0) FROM jobs
WHERE kind = :kind AND state = 'succeeded' AND input ->> 'policy' = :policy
"""


def first_days(
    connection: Connection, policy: str, pairs: pl.DataFrame | None = None, *, award: str | None = None
) -> pl.DataFrame:
    """Return FIRST_DAYS of the policy's awards in force; of `pairs` (award, subject) or of one award, if they are given."""
    return _days(connection, _FIRST_DAYS, policy, pairs, award)


def open_days(
    connection: Connection, order: EvaluationOrder, pairs: pl.DataFrame | None = None, *, award: str | None = None
) -> pl.DataFrame | None:
    """Return FIRST_DAYS of first proposals that are open and, on a correction, keep their day; None if they do not."""
    if order.occasion is not Occasion.CORRECTION:
        return None
    return _days(connection, _OPEN_DAYS, order.policy, pairs, award)


def _days(
    connection: Connection, statement: str, policy: str, pairs: pl.DataFrame | None, award: str | None
) -> pl.DataFrame:
    values: dict[str, object] = {"policy": policy, "award": award}
    chosen = f"SELECT * FROM ({statement}) AS days WHERE CAST(:award AS text) IS NULL OR award = :award"
    if pairs is not None:
        chosen = (
            "SELECT days.award, days.subject, days.identity_year, days.first_decided_on"
            f" FROM ({statement}) AS days JOIN {_WANTED} USING (award, subject)"
        )
        values |= {"awards": pairs["award"].to_list(), "subjects": pairs["subject"].to_list()}
    rows = connection.execute(text(chosen), values).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=FIRST_DAYS, orient="row")


def paid(connection: Connection, request: EvaluationRequest) -> pl.DataFrame:
    """Return (award, subject) whose version in force, or open proposal, pays an enterprise that the scope lists."""
    scope = [] if request.scope == "all" else request.scope
    return _pairs(connection, _PAID, policy=request.policy, scope=scope)


def with_decisions(connection: Connection, policy: str, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return those of `pairs` (award, subject) with a version in force or an open proposal."""
    return _pairs(
        connection, _DECIDED, policy=policy, awards=pairs["award"].to_list(), subjects=pairs["subject"].to_list()
    )


def first_approved_since(connection: Connection, policy: str, instant: datetime) -> pl.DataFrame:
    """Return (award, subject) whose first version was approved at `instant` or later."""
    return _pairs(connection, _FIRST_SINCE, policy=policy, instant=instant)


def newest_revision_judged(connection: Connection, policy: str, kind: str) -> int:
    """Return the newest revision of the registry that an evaluation (a job of `kind`) has judged and ended well."""
    return int(connection.execute(text(_NEWEST), {"policy": policy, "kind": kind}).scalar_one())


def _pairs(connection: Connection, statement: str, **values: object) -> pl.DataFrame:
    rows = connection.execute(text(statement), values).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=PAIRS, orient="row")
