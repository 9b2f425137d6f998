"""The members that every job shows; a service's own kind of job extends `Job`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from shared.web.problems import ProblemDetails


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
