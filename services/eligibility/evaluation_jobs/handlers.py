"""Use cases of evaluations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from services.eligibility.evaluation_jobs.schemas import EvaluationOrder, EvaluationRequest, Occasion
from services.eligibility.interpretations.handlers import check_years, policy_book
from shared.clock import calendar_date
from shared.errors import FieldError, Invalid
from shared.jobs import repository as jobs

EVALUATION = "evaluation"


def start(connection: Connection, request: EvaluationRequest, *, by: str, now: datetime) -> UUID:
    """Queue an evaluation; returns its id. Raises Problem for a policy or year that does not exist, or a future day."""
    check_years(policy_book(request.policy), request.award_years)
    if request.decided_on > calendar_date(now):
        raise Invalid(errors=[FieldError("/decided_on", "future", "a decision day may be past, never future")])
    asked = request.model_dump() | {"award_years": sorted(set(request.award_years))}
    return queue(connection, EvaluationOrder.model_validate(asked), by=by, now=now)


def queue(connection: Connection, order: EvaluationOrder, *, by: str, now: datetime) -> UUID:
    """Queue an evaluation as it is ordered; returns its id."""
    return jobs.enqueue(connection, EVALUATION, order.model_dump(mode="json"), by=by, now=now)


def view(connection: Connection, evaluation_id: UUID) -> dict[str, Any]:
    """Return an evaluation as its readers see it; raises Problem (404)."""
    row = jobs.get(connection, evaluation_id, EVALUATION)
    shown = {name: row.input[name] for name in ("policy", "award_years", "decided_on")}
    return jobs.view(row) | shown | {"occasion": row.input.get("occasion", Occasion.REQUEST)}


_OUTCOMES = """
SELECT number, award, subject, award_year, payee_uscc, payee_name, jurisdiction, result, kind, entitlement_fen, missing, flags
FROM outcomes
WHERE evaluation_id = :evaluation_id AND number > :after AND (CAST(:result AS text) IS NULL OR result = :result)
  AND (CAST(:jurisdiction AS text) IS NULL OR jurisdiction = :jurisdiction)
ORDER BY number LIMIT :limit
"""


def kept_outcomes(
    connection: Connection, evaluation_id: UUID, *, result: str | None, jurisdiction: str | None, after: int, limit: int
) -> list[Any]:
    """Return outcomes that an evaluation kept, in its order, behind number `after`."""
    values = {
        "evaluation_id": evaluation_id,
        "result": result,
        "jurisdiction": jurisdiction,
        "after": after,
        "limit": limit,
    }
    return list(connection.execute(text(_OUTCOMES), values).mappings())


def outcome_view(row: Any) -> dict[str, Any]:
    """Return an outcome as its readers see it; `number` is its place in the evaluation."""
    return {
        "number": row["number"],
        "award": row["award"],
        "subject": row["subject"],
        "award_year": row["award_year"],
        "payee": {"uscc": row["payee_uscc"], "name": row["payee_name"]},
        "jurisdiction": row["jurisdiction"],
        "result": row["result"],
        "kind": row["kind"],
        "entitlement_fen": row["entitlement_fen"],
        "missing": row["missing"],
        "flags": row["flags"],
    }
