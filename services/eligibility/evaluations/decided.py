"""What is decided already, as far as it bears on an evaluation."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from sqlalchemy import Connection, text

from services.eligibility.evaluations.judging import FIRST_DAYS, PAIRS
from services.eligibility.evaluations.schemas import EvaluationOrder, EvaluationRequest, Occasion

_FIRST_DAYS = """
SELECT award, subject, identity_year, first_decided_on FROM awards WHERE policy = :policy AND version > 0
"""

_OPEN_DAYS = """
UNION ALL
SELECT a.award, a.subject, a.identity_year, d.decided_on
FROM decisions d JOIN awards a USING (award_id)
WHERE a.policy = :policy AND a.version = 0 AND d.state IN ('proposed', 'in_notice', 'suspended')
"""

_WANTED = "unnest(CAST(:awards AS text[]), CAST(:subjects AS text[])) AS wanted (award, subject)"

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
    connection: Connection, order: EvaluationOrder, *, of: pl.DataFrame | None = None, award: str | None = None
) -> pl.DataFrame:
    """Return the decision days that awards keep: those of first versions, and on a correction those of first proposals.

    `of`: only of these (award, subject); `award`: only of this one.
    """
    statement = _FIRST_DAYS + (_OPEN_DAYS if order.occasion is Occasion.CORRECTION else "")
    values: dict[str, object] = {"policy": order.policy, "award": award}
    chosen = f"SELECT * FROM ({statement}) AS days WHERE CAST(:award AS text) IS NULL OR award = :award"
    if of is not None:
        chosen = f"SELECT days.* FROM ({statement}) AS days JOIN {_WANTED} USING (award, subject)"
        values |= {"awards": of["award"].to_list(), "subjects": of["subject"].to_list()}
    rows = connection.execute(text(chosen), values).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=FIRST_DAYS, orient="row")


def paid(connection: Connection, request: EvaluationRequest) -> pl.DataFrame:
    """Return (award, subject) whose version in force, or open proposal, pays an enterprise that the scope lists."""
    scope = [] if request.scope == "all" else request.scope
    return _pairs(connection, _PAID, policy=request.policy, scope=scope)


def first_approved_since(connection: Connection, policy: str, instant: datetime) -> pl.DataFrame:
    """Return (award, subject) whose first version was approved at `instant` or later."""
    return _pairs(connection, _FIRST_SINCE, policy=policy, instant=instant)


def newest_revision_judged(connection: Connection, policy: str, kind: str) -> int:
    """Return the newest revision of the registry that an evaluation (a job of `kind`) has judged and ended well."""
    return int(connection.execute(text(_NEWEST), {"policy": policy, "kind": kind}).scalar_one())


def _pairs(connection: Connection, statement: str, **values: object) -> pl.DataFrame:
    rows = connection.execute(text(statement), values).all()
    return pl.DataFrame([tuple(row) for row in rows], schema=PAIRS, orient="row")
