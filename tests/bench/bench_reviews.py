"""Reviews in bulk: 100,000 proposals pass a review, beside bare set-based UPDATEs.

Confirmations in mass (by silence) take the same statements. The bare ones change the same rows of the same tables, with their
indexes and triggers, and COPY the same outbox rows.
`make bench ARGS=reviews` runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from deploy.local.broker import Broker
from services.eligibility.reviews.handlers import REVIEW, run_bulk_review, start_bulk_review
from shared.authorization import Actor
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from tests.bench.bench_approvals import DECISIONS, EVALUATION, OUTBOX, count_of, events_of, proposed
from tests.bench.bench_registry import timed
from tests.support.databases import DatabaseServer

REVIEWER = Actor("statistics-officer", frozenset(), department="statistics")
STEP = "review:statistics"
_STEPS = """
INSERT INTO decision_steps (decision_id, place, step)
SELECT id, 1, 'confirmation' FROM decisions UNION ALL SELECT id, 2, 'review:statistics' FROM decisions;
UPDATE decisions SET open_steps = '{confirmation,review:statistics}'
"""
_BARE = """
UPDATE decision_steps SET outcome = :outcome, acted_by = 'x', acted_at = now() WHERE step = :step;
UPDATE decisions SET open_steps = array_remove(open_steps, :step), revision = revision + 1, changed_at = now();
INSERT INTO decision_acts (decision_id, act, state, actor, step) SELECT id, 'pass', state, 'x', :step FROM decisions
"""


def review(database: Database) -> None:
    """Pass the whole evaluation as a reviewer asks for it: a job, in chunks."""
    with database.transaction() as connection:
        start_bulk_review(
            connection,
            REVIEWER,
            evaluation_id=EVALUATION,
            round_id=None,
            reviewer="statistics",
            excepted=[],
            now=SystemClock().now(),
        )
    assert JobRunner(database, {REVIEW: lambda job: run_bulk_review(database, job, notice_days=5)}).step()


def bare(database: Database, events: Sequence[bytes]) -> None:
    """Change the same rows by one statement each, and COPY the outbox's rows, in one transaction."""
    values = {"outcome": "passed", "step": STEP}
    with database.transaction() as connection:
        for statement in _BARE.split(";\n"):
            connection.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
        with connection.connection.cursor().copy(f"COPY outbox ({OUTBOX}) FROM STDIN") as copy:
            for block in events:
                copy.write(block)


def run(server: DatabaseServer, broker: Broker, count: int = DECISIONS) -> list[Any]:  # noqa: ARG001 - as all are called
    """Measure everything; returns figures and (name, ratio) pairs."""
    ours, beside = (proposed(server, count, _STEPS) for _ in range(2))
    reviewed = timed("reviews passed in bulk, announced in the outbox", count, lambda: review(ours))
    assert count_of(ours, f"decision_steps WHERE step = '{STEP}' AND outcome = 'passed'") == count
    assert count_of(ours, "outbox") == count
    events = events_of(ours)
    updated = timed("bare UPDATEs of the same rows and COPY of the outbox's", count, lambda: bare(beside, events))
    ours.close()
    beside.close()
    return [
        reviewed,
        updated,
        ("bulk review against bare UPDATEs and COPY, times as long (goal ≤ 2)", reviewed.seconds / updated.seconds),
    ]
