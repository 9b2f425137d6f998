"""The members that every job has in the API; a kind of job extends `Job` with its own."""

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
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Progress(BaseModel):
    """Progress of a job, in the job's own units."""

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


def shown_job(request: Request, job: Mapping[str, Any]) -> dict[str, Any]:
    """Return a job (`shared.jobs.repository.view`) with its problem in the caller's language."""
    return {**job, "problem": job["problem"] and stored_problem(job["problem"], language_of(request))}


def job_response(request: Request, job: Mapping[str, Any]) -> Response:
    """Answer with a job (`shared.jobs.repository.view`), its problem in the caller's language."""
    return json_response(shown_job(request, job))
