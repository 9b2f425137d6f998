"""Reviews and confirmations in bulk: 100,000 proposals pass a review, or are declined by silence, beside bare set-based UPDATEs.

A payee confirms by itself; silence alone answers for many at once. The bare statements change the same rows of the same tables,
with their indexes and triggers, and COPY the same outbox rows.
`make bench ARGS=reviews` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from deploy.local.broker import Broker
from services.eligibility.confirmations.handlers import decline_silent
from services.eligibility.reviews.handlers import REVIEW, run_bulk_review, start_bulk_review
from shared.authorization import Actor
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from tests.bench.bench_approvals import DECISIONS, EVALUATION, OUTBOX, count_of, events_of, proposed
from tests.bench.bench_registry import timed
from tests.support.databases import DatabaseServer

REVIEWER = Actor("statistics-officer", frozenset(), department="statistics")
_PROCEDURE = """
INSERT INTO documents (hash, kind, content) VALUES ('procedure', 'procedure', '{"confirmation": {"silence": "declines"}}');
INSERT INTO procedure_changes (policy, hash, reason, proposed_by) VALUES ('lishui-2020-1', 'procedure', 'r', 'x')
"""
_STEPS = """
INSERT INTO decision_steps (decision_id, place, step, due_on)
SELECT id, 1, 'confirmation', '2024-03-15'::date FROM decisions UNION ALL SELECT id, 2, 'review:statistics', NULL FROM decisions;
UPDATE decisions SET open_steps = '{confirmation,review:statistics}'
"""
PASS = {"step": "review:statistics", "outcome": "passed", "act": "pass", "state": "proposed"}
DECLINE = {"step": "confirmation", "outcome": "declined", "act": "decline", "state": "rejected"}
_BARE = """
UPDATE decision_steps SET outcome = :outcome, acted_by = 'x', acted_at = now() WHERE step = :step;
UPDATE decisions SET state = :state, open_steps = array_remove(open_steps, :step), revision = revision + 1, changed_at = now();
INSERT INTO decision_acts (decision_id, act, state, actor, step) SELECT id, :act, state, 'x', :step FROM decisions
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


def decline(database: Database) -> None:
    """Decline everything whose payee has not answered, as the worker does."""
    while decline_silent(database, date(2024, 3, 16)):
        pass


def bare(database: Database, values: Mapping[str, str], events: Sequence[bytes]) -> None:
    """Change the same rows by one statement each, and COPY the outbox's rows, in one transaction."""
    with database.transaction() as connection:
        for statement in _BARE.split(";\n"):
            connection.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
        with connection.connection.cursor().copy(f"COPY event_batches ({OUTBOX}) FROM STDIN") as copy:
            for block in events:
                copy.write(block)


def beside(
    server: DatabaseServer, count: int, what: str, act: Callable[[Database], None], values: Mapping[str, str]
) -> list[Any]:
    """Measure `act` and the bare statements with `values`, on equal databases; `what` is said of the proposals."""
    ours, plain = (proposed(server, count, _STEPS, _PROCEDURE) for _ in range(2))
    acted = timed(f"{what} in bulk, announced in the outbox", count, lambda: act(ours))
    done = f"decision_steps WHERE step = '{values['step']}' AND outcome = '{values['outcome']}'"
    assert count_of(ours, done) == count_of(ours, f"decisions WHERE state = '{values['state']}'") == count
    assert count_of(ours, "outbox_events") == count
    events = events_of(ours)
    updated = timed(
        "  bare UPDATEs of the same rows and COPY of the outbox's", count, lambda: bare(plain, values, events)
    )
    ours.close()
    plain.close()
    ratio = f"{what} in bulk against bare UPDATEs and COPY, times as long (goal ≤ 2)"
    return [acted, updated, (ratio, acted.seconds / updated.seconds)]


def run(server: DatabaseServer, broker: Broker | None, count: int = DECISIONS) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    del broker
    return [
        *beside(server, count, "reviews passed", review, PASS),
        *beside(server, count, "silence declined", decline, DECLINE),
    ]
