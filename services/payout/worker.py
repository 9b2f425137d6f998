"""Payout's worker: decisions from Kafka, the passes for arrangements, funding and accounts, jobs."""

from __future__ import annotations

from services.payout import metrics as payout_metrics
from services.payout.awards import handlers as awards
from services.payout.clients.eligibility import Decisions, eligibility_decisions
from services.payout.clients.registry import Accounts, registry_accounts
from services.payout.funding.passes import AccountPass, FundingPass
from services.payout.orders.handlers import APPROVALS, run_approvals
from services.payout.reconciliation.handlers import reconciliation_loop
from services.payout.schema import SCHEMA
from services.payout.settings import Settings
from services.payout.startup import load_settings
from shared.background import Loop
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.gauges.measurements import measurement_loop
from shared.jobs.runner import JobHandler, JobRunner
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.lag import consumer_lag
from shared.runtime import run_worker

GROUP = "payout"


def consumer_loops(
    database: Database, bootstrap_servers: str, clock: Clock, consumers: int, group: str = GROUP
) -> list[Loop]:
    """Return the loops that give effect to decisions: `consumers` members of the group, each with its own partitions."""

    def loop(number: int) -> Loop:
        consumer = Consumer(database, bootstrap_servers, topics.AWARD_DECISIONS, group, awards.award_decisions(clock))
        return Loop(f"award-decisions-{number}", consumer.step, idle_seconds=0, close=consumer.close)

    return [loop(number) for number in range(1, consumers + 1)]


def job_handlers(database: Database, accounts: Accounts, clock: Clock) -> dict[str, JobHandler]:
    """Return what does the jobs of payout, by kind."""
    return {APPROVALS: lambda job: run_approvals(database, accounts, clock, job)}


def loops(settings: Settings, database: Database, accounts: Accounts, decisions: Decisions, clock: Clock) -> list[Loop]:
    """Return the loops of the worker."""

    def resume() -> bool:
        with database.transaction() as connection:
            return awards.resume(connection, clock.now()) > 0

    brokers = settings.kafka_bootstrap_servers
    return [
        *consumer_loops(database, brokers, clock, settings.consumers),
        Loop("arrangement-pass", resume, idle_seconds=1.0),
        Loop("funding-pass", FundingPass(database, clock).step, idle_seconds=0.3),
        Loop("account-pass", AccountPass(database, accounts, clock).step, idle_seconds=2.0),
        Loop("jobs", JobRunner(database, job_handlers(database, accounts, clock)).step),
        reconciliation_loop(database, decisions, clock),
        measurement_loop(
            database, [payout_metrics.MONEY, consumer_lag(brokers, {topics.AWARD_DECISIONS: GROUP}, clock)]
        ),
    ]


def main() -> None:
    """Run until asked to stop."""
    settings = load_settings()
    accounts, decisions = registry_accounts(settings), eligibility_decisions(settings)
    run_worker(SCHEMA, settings, lambda database: loops(settings, database, accounts, decisions, SystemClock()))


if __name__ == "__main__":
    main()
