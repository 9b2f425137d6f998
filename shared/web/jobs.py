"""The members that every job shows; a service's own kind of job extends `Job`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from pydantic import BaseModel, Field

from shared.web.idempotency import json_response
from shared.web.negotiation import language_of
from shared.web.problems import ProblemDetails, stored_problem


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Progress(BaseModel):
    """How far a job is, in the job's own units."""

    done: int
    total: int


class Job(BaseModel):
    """Work in the background."""

    id: UUID
    state: JobState
    progress: Progress
    created_by: str
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    problem: ProblemDetails | None = Field(default=None, description="What stopped a failed job")


def job_response(request: Request, job: Mapping[str, Any]) -> Response:
    """Answer with a job as `shared.jobs.repository.view` gives it: what stopped it is told in the caller's language."""
    problem = job["problem"] and stored_problem(job["problem"], language_of(request))
    return json_response({**job, "problem": problem})
