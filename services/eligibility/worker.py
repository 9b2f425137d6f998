"""The eligibility worker: evaluations, simulations, bulk approvals, automatic corrections. Several may run."""

from __future__ import annotations

from services.eligibility import metrics as eligibility_metrics
from services.eligibility.app import payout_client, registry_client, task_reader
from services.eligibility.approvals.handlers import approval_handlers
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.confirmations.accounts import tell_registry
from services.eligibility.confirmations.handlers import decline_silent
from services.eligibility.corrections import handlers as corrections
from services.eligibility.corrections.domain import AutomaticReevaluation
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.evaluation_jobs.partitions import PartitionEvaluator
from services.eligibility.evaluation_jobs.runner import EvaluationRunner
from services.eligibility.papers import batches
from services.eligibility.papers.batches import LETTERS
from services.eligibility.refusals import handlers as refusals
from services.eligibility.reviews.handlers import REVIEW, run_bulk_review
from services.eligibility.scenarios import simulations
from services.eligibility.schema import SCHEMA
from services.eligibility.settings import Settings
from services.eligibility.tasks.domain import KINDS
from services.eligibility.tasks.repository import add_up
from shared.background import Loop
from shared.clock import Clock, SystemClock, calendar_date
from shared.database.engine import Database
from shared.gauges.overdue_tasks import overdue_tasks
from shared.gauges.stored_gauges import stored_gauges_loop
from shared.jobs.runner import JobRunner
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.kafka import Cluster
from shared.messaging.lag import consumer_lag
from shared.messaging.signatures import verifier_of
from shared.process_settings import load
from shared.runtime import run_worker

GROUP = "eligibility"
PARTITIONS_GROUP = "eligibility-shards"
GROUPS = {topics.REGISTRY_FACTS: GROUP, topics.EVALUATION_SHARDS: PARTITIONS_GROUP}
"""The topics that it consumes, each with its consumer group."""


def groups_of(settings: Settings) -> dict[str, str]:
    """Return the topics that a worker with these settings consumes, each with its consumer group."""
    followed = settings.automatic_reevaluation is not AutomaticReevaluation.OFF
    return {topic: group for topic, group in GROUPS.items() if followed or topic != topics.REGISTRY_FACTS}


def approval_runner(settings: Settings, database: Database) -> JobRunner:
    """Return the runner of bulk approvals and reviews alone: they wait for no evaluation."""
    days = settings.notice_working_days
    return JobRunner(
        database,
        {
            **approval_handlers(database, notice_days=days),
            REVIEW: lambda job: run_bulk_review(database, job, notice_days=days),
        },
    )


def job_runner(settings: Settings, database: Database, registry: RegistryFacts, clock: Clock) -> JobRunner:
    """Return the runner of the jobs that compute: what is to be decided before what is only simulated."""
    evaluation = EvaluationRunner(
        database,
        registry,
        PartitionEvaluator(registry),
        clock,
        settings.partition_enterprises,
        settings.notice_working_days,
        corrections.clear_reevaluated(settings.automatic_reevaluation),
    )
    payout = payout_client(settings)
    return JobRunner(
        database,
        {
            EVALUATION: evaluation,
            LETTERS: lambda job: batches.run(database, registry, job),
            simulations.SIMULATION: lambda job: simulations.run(database, registry, payout, job),
        },
    )


def loops(settings: Settings, database: Database, registry: RegistryFacts, clock: Clock) -> list[Loop]:
    """Return the loops of the worker."""
    cluster, verifier = Cluster.of(settings), verifier_of(settings)
    partitions = Consumer(
        database,
        cluster,
        topics.EVALUATION_SHARDS,
        PARTITIONS_GROUP,
        PartitionEvaluator(registry).receive,
        verifier,
        batch_messages=1,
    )
    groups = groups_of(settings)
    found = [
        Loop("approvals", approval_runner(settings, database).step),
        Loop("silence", lambda: decline_silent(database, calendar_date(clock.now())), idle_seconds=600),
        Loop("jobs", job_runner(settings, database, registry, clock).step),
        Loop("evaluation-partitions", partitions.step, idle_seconds=0, close=partitions.close),
        Loop("account-confirmations", lambda: tell_registry(database, registry), idle_seconds=1),
        Loop("open-proposals", lambda: add_up(database), idle_seconds=60),
        stored_gauges_loop(
            database,
            [
                eligibility_metrics.DECISIONS,
                eligibility_metrics.waiting(settings.notice_working_days),
                overdue_tasks(KINDS, task_reader(settings, clock), clock),
                consumer_lag(cluster, groups, clock),
            ],
        ),
    ]
    if topics.REGISTRY_FACTS not in groups:
        return found
    facts = Consumer(database, cluster, topics.REGISTRY_FACTS, GROUP, corrections.receive, verifier)
    evaluations = corrections.AutomaticEvaluations(
        database, clock, settings.automatic_reevaluation, settings.reevaluation_quiet_seconds
    )
    return [
        *found,
        Loop("registry-facts", facts.step, idle_seconds=0, close=facts.close),
        Loop("registry-follower", corrections.RegistryFollower(database, registry).step, idle_seconds=0.5),
        Loop("automatic-evaluations", evaluations.step, idle_seconds=0.5),
        Loop("refusals", lambda: refusals.compare_changed(database, registry, clock), idle_seconds=5),
    ]


def main() -> None:
    """Run until asked to stop."""
    settings = load(Settings)
    registry = registry_client(settings)
    run_worker(
        SCHEMA,
        settings,
        lambda database: loops(settings, database, registry, SystemClock()),
        groups_of(settings),
    )


if __name__ == "__main__":
    main()
