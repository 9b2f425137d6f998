"""Payout's worker: decisions from Kafka, the passes for arrangements, funding and accounts, jobs."""

from __future__ import annotations

from services.payout import metrics as payout_metrics
from services.payout.awards import handlers as awards
from services.payout.clients.eligibility import Decisions, eligibility_decisions
from services.payout.clients.registry import Accounts, registry_accounts
from services.payout.funding.passes import AccountPass, FundingPass
from services.payout.orders.handlers import APPROVALS, EXCEPTING, run_approvals
from services.payout.reconciliation.handlers import reconciliation_loop
from services.payout.schema import SCHEMA
from services.payout.settings import Settings
from services.payout.startup import load_settings
from services.payout.tasks.domain import KINDS
from services.payout.tasks.repository import TaskReader, add_up
from shared.background import Loop
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.gauges.overdue_tasks import overdue_tasks
from shared.gauges.stored_gauges import stored_gauges_loop
from shared.jobs.runner import JobHandler, JobRunner
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.kafka import Cluster
from shared.messaging.lag import consumer_lag
from shared.messaging.signatures import Verifier, verifier_of
from shared.runtime import run_worker

GROUP = "payout"
GROUPS = {topics.AWARD_DECISIONS: GROUP}
"""The topics that it consumes, each with its consumer group."""


def consumer_loops(
    database: Database, cluster: Cluster, verifier: Verifier, clock: Clock, consumers: int, group: str = GROUP
) -> list[Loop]:
    """Return the loops that give effect to decisions: `consumers` members of the group, each with its own partitions."""

    def loop(number: int) -> Loop:
        handle = awards.award_decisions(clock)
        consumer = Consumer(database, cluster, topics.AWARD_DECISIONS, group, handle, verifier)
        return Loop(f"award-decisions-{number}", consumer.step, idle_seconds=0, close=consumer.close)

    return [loop(number) for number in range(1, consumers + 1)]


def job_handlers(database: Database, accounts: Accounts, clock: Clock) -> dict[str, JobHandler]:
    """Return what does the jobs of payout, by kind."""
    return dict.fromkeys((APPROVALS, EXCEPTING), lambda job: run_approvals(database, accounts, clock, job))


def loops(settings: Settings, database: Database, accounts: Accounts, decisions: Decisions, clock: Clock) -> list[Loop]:
    """Return the loops of the worker."""

    def resume() -> bool:
        with database.transaction() as connection:
            return awards.resume(connection, clock.now()) > 0

    cluster = Cluster.of(settings)
    return [
        *consumer_loops(database, cluster, verifier_of(settings), clock, settings.consumers),
        Loop("arrangement-pass", resume, idle_seconds=1.0),
        Loop("funding-pass", FundingPass(database, clock).step, idle_seconds=0.3),
        Loop("account-pass", AccountPass(database, accounts, clock).step, idle_seconds=2.0),
        Loop("jobs", JobRunner(database, job_handlers(database, accounts, clock)).step),
        Loop("later-orders", lambda: add_up(database), idle_seconds=60),
        reconciliation_loop(database, decisions, clock),
        stored_gauges_loop(
            database,
            [
                payout_metrics.MONEY,
                overdue_tasks(KINDS, TaskReader(settings.task_working_days), clock),
                consumer_lag(cluster, GROUPS, clock),
            ],
        ),
    ]


def main() -> None:
    """Run until asked to stop."""
    settings = load_settings()
    accounts, decisions = registry_accounts(settings), eligibility_decisions(settings)
    run_worker(SCHEMA, settings, lambda database: loops(settings, database, accounts, decisions, SystemClock()), GROUPS)


if __name__ == "__main__":
    main()
