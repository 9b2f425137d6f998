"""Use cases of evaluations, each in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from services.eligibility.evaluation_jobs.domain import EVALUATION, EvaluationTask, Occasion
from services.eligibility.interpretations.domain import check_years, policy_in_body
from services.eligibility.rounds import handlers as rounds
from shared.clock import calendar_date
from shared.errors import FieldError, Invalid
from shared.jobs import repository as jobs


def start(connection: Connection, task: EvaluationTask, *, by: str, now: datetime) -> UUID:
    """Queue the evaluation that a person requests; returns its id.

    Raises Invalid for a policy or year that does not exist, a day in the future, or a round of another policy or other years;
    TooManyRequests if too many wait.
    """
    check_years(policy_in_body(task.policy), task.award_years)
    if task.decided_on > calendar_date(now):
        raise Invalid(errors=[FieldError("/decided_on", "future", "The decision day must not be in the future.")])
    if task.round_id is not None:
        rounds.require(connection, task.round_id, task.policy, task.award_years)
    ordered = replace(task, award_years=sorted(set(task.award_years)))
    return jobs.enqueue(connection, EVALUATION, ordered.job_input(), by=by, now=now)


def queue(connection: Connection, task: EvaluationTask, *, by: str, now: datetime) -> UUID:
    """Queue an evaluation that follows from another act; returns its id."""
    return jobs.enqueue(connection, EVALUATION, task.job_input(), by=by, now=now, most=None)


def view(connection: Connection, evaluation_id: UUID) -> dict[str, Any]:
    """Return an evaluation as the API shows it; raises NotFound."""
    row = jobs.get(connection, evaluation_id, EVALUATION)
    shown = {name: row.input[name] for name in ("policy", "award_years", "decided_on")}
    return (
        jobs.view(row)
        | shown
        | {"round_id": row.input.get("round_id"), "occasion": row.input.get("occasion", Occasion.REQUEST)}
    )
