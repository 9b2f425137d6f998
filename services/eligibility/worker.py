"""The eligibility worker: evaluations and their pieces, simulations, bulk approvals, corrected facts. Several may run."""

from __future__ import annotations

from services.eligibility import metrics as eligibility_metrics
from services.eligibility.app import registry_facts
from services.eligibility.clients.payout import payout as payout_of
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections import messages as corrections
from services.eligibility.corrections.domain import Debounce, Standing
from services.eligibility.corrections.handlers import Following, StandingPass
from services.eligibility.decisions.handlers import APPROVAL, run_approval
from services.eligibility.evaluation_jobs.handlers import EVALUATION
from services.eligibility.evaluation_jobs.partitions import Shards
from services.eligibility.evaluation_jobs.runner import Runner
from services.eligibility.schema import SCHEMA
from services.eligibility.settings import Settings
from services.eligibility.simulations import handlers as simulations
from shared.background import Loop
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.gauges.measurements import measurement_loop
from shared.jobs.runner import JobRunner
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.lag import consumer_lag
from shared.runtime import run_worker
from shared.settings import load

GROUP = "eligibility"
SHARDS_GROUP = "eligibility-shards"


def job_runner(settings: Settings, database: Database, registry: RegistryFacts, clock: Clock) -> JobRunner:
    """Return the runner of this service's jobs."""
    evaluation = Runner(
        database,
        registry,
        Shards(registry),
        clock,
        settings.shard_enterprises,
        standing_proposes=settings.standing is Standing.PROPOSE,
    )
    payout = payout_of(settings)
    notice_needed = settings.notice_working_days > 0
    return JobRunner(
        database,
        {
            EVALUATION: evaluation,
            simulations.SIMULATION: lambda job: simulations.run(database, registry, payout, job),
            APPROVAL: lambda job: run_approval(database, job, notice_needed=notice_needed),
        },
    )


def loops(settings: Settings, database: Database, registry: RegistryFacts, clock: Clock) -> list[Loop]:
    """Return the loops of the worker."""
    brokers = settings.kafka_bootstrap_servers
    shards = Consumer(
        database, brokers, topics.EVALUATION_SHARDS, SHARDS_GROUP, Shards(registry).receive, batch_messages=1
    )
    groups = {topics.EVALUATION_SHARDS: SHARDS_GROUP}
    if settings.standing is not Standing.OFF:
        groups[topics.REGISTRY_FACTS] = GROUP
    found = [
        Loop("jobs", job_runner(settings, database, registry, clock).step),
        Loop("evaluation-shards", shards.step, idle_seconds=0, close=shards.close),
        measurement_loop(database, [eligibility_metrics.DECISIONS, consumer_lag(brokers, groups, clock)]),
    ]
    if settings.standing is Standing.OFF:
        return found
    facts = Consumer(database, brokers, topics.REGISTRY_FACTS, GROUP, corrections.receive)
    standing = StandingPass(database, clock, settings.standing, Debounce(settings.standing_quiet_seconds))
    return [
        *found,
        Loop("registry-facts", facts.step, idle_seconds=0, close=facts.close),
        Loop("following", Following(database, registry).step, idle_seconds=0.5),
        Loop("standing-pass", standing.step, idle_seconds=0.5),
    ]


def main() -> None:
    """Run until asked to stop."""
    settings = load(Settings)
    registry = registry_facts(settings)
    run_worker(SCHEMA, settings, lambda database: loops(settings, database, registry, SystemClock()))


if __name__ == "__main__":
    main()
