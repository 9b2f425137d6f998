"""A process that kills itself (SIGKILL) at a named point.

`python -m tests.support.crash_process relay|payout|import URL CLUSTER POINT`.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from services.payout.awards.handlers import award_decisions
from services.payout.worker import GROUP
from services.registry.imports.domain import KIND
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner, RunningJob
from shared.messaging import kafka, topics
from shared.messaging.consumer import Consumer
from tests.integration.registry.conftest import importer
from tests.support.events import VERIFIER, from_argument, relay_of


def main(role: str, database_url: str, cluster: str, point: str) -> None:
    """Work until `point` is reached."""

    def crash_at(reached: str) -> None:
        if reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    kafka.SESSION_TIMEOUT_MS = 6_000  # the least that brokers allow: the heir waits for no longer
    database = Database(database_url)
    if role == "relay":
        step = relay_of("eligibility", database, from_argument(cluster), crash_point=crash_at).step
    elif role == "import":
        step = JobRunner(database, {KIND: lambda job: importer(database)(_with_crash_point(job, crash_at))}).step
    else:
        handler = award_decisions(SystemClock())
        consumer = Consumer(
            database, from_argument(cluster), topics.AWARD_DECISIONS, GROUP, handler, VERIFIER, crash_point=crash_at
        )
        step = consumer.step
    while True:
        step()


def _with_crash_point(job: RunningJob, reached: Callable[[str], None]) -> RunningJob:
    """Return `job` with the crash point `part read`, reached after a part of its file is read and reported."""
    progress = job.progress

    def report(done: int, total: int) -> None:
        progress(done, total)
        reached("part read")

    job.progress = report  # type: ignore[method-assign]
    return job


if __name__ == "__main__":
    main(*sys.argv[1:])
