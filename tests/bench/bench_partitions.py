"""An evaluation of 10,000,000 enterprises in partitions that two workers share, beside one of a tenth: time and memory.

The registry is served under uvicorn by this process, which fills its tables from a process that ends; each worker is a process
of its own. The first runs the evaluation and proposes; the second evaluates partitions that it is told of by Kafka.
`make bench ARGS=partitions` runs it; it takes an hour or more, most of it filling the registry, and 30 GB on the disk;
`ARGS=partitions=3000000` takes ten minutes. Rows stand in the registry in the order of their codes.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Mapping
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier, Event
from typing import Any
from uuid import UUID

import httpx
import psycopg

from deploy.local.broker import Broker
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections.domain import AutomaticReevaluation
from services.eligibility.corrections.handlers import clear_reevaluated
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.evaluation_jobs.partitions import PartitionEvaluator
from services.eligibility.evaluation_jobs.runner import EvaluationRunner
from services.eligibility.settings import Settings
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.kafka import Cluster
from shared.observability import logs
from tests.bench.bench_eligibility_corrections import populate
from tests.bench.bench_registry import Figure, peak_mebibytes, timed
from tests.bench.bench_requests import served
from tests.integration.eligibility.harness import world
from tests.support.databases import DatabaseServer, ServiceDatabase
from tests.support.events import LENIENT, relay_of
from tests.support.tokens import Tokens

ENTERPRISES = 10_000_000
PER_PARTITION = int(Settings.model_fields["partition_enterprises"].default)
_spawn = multiprocessing.get_context("spawn")


def _fill(registry: ServiceDatabase, eligibility: ServiceDatabase, count: int) -> None:
    with psycopg.connect(registry.owner_url, autocommit=True) as connection:
        # Each enterprise has one period of each kind; to check that they do not overlap would take hours.
        drop = "format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)"
        for (statement,) in connection.execute(f"SELECT {drop} FROM pg_constraint WHERE contype = 'x'").fetchall():
            connection.execute(statement)
        with world(registry, eligibility, Tokens()) as opened:
            populate(opened, count, in_order=True)
        connection.execute("VACUUM ANALYZE")


def _facts(port: int, headers: Mapping[str, str]) -> RegistryFacts:
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=600)
    return RegistryFacts(client, ["data-platform"])


def _run(url: str, port: int, headers: Mapping[str, str], together: Barrier, told: Queue[float]) -> None:
    """Run the evaluation, as a worker does, when all are ready; tell its peak memory."""
    logs.configure("eligibility", "worker")
    database, facts = Database(url), _facts(port, headers)
    finished = clear_reevaluated(AutomaticReevaluation.RESTATE)
    run = EvaluationRunner(database, facts, PartitionEvaluator(facts), SystemClock(), PER_PARTITION, 5, finished)
    together.wait()
    JobRunner(database, {EVALUATION: run}).step()
    told.put(peak_mebibytes())


def _share(
    url: str,
    port: int,
    headers: Mapping[str, str],
    cluster: Cluster,
    together: Barrier,
    done: Event,
    told: Queue[float],
) -> None:
    """Evaluate partitions until the evaluation is done; tell the peak memory, and how many."""
    logs.configure("eligibility", "worker")
    evaluated = list[str]()
    evaluator = PartitionEvaluator(_facts(port, headers), crash_point=evaluated.append)
    consumer = Consumer(
        Database(url), cluster, topics.EVALUATION_SHARDS, "bench", evaluator.receive, LENIENT, batch_messages=1
    )
    consumer.step()
    together.wait()
    while not done.is_set():
        consumer.step()
    told.put(peak_mebibytes())
    told.put(len(evaluated))


def evaluated(server: DatabaseServer, broker: Broker, count: int) -> tuple[Figure, dict[str, float]]:
    """Fill a registry and evaluate it with two workers; returns the time, and what each process took."""
    registry, eligibility = server.fresh("registry"), server.fresh("eligibility")
    filling = _spawn.Process(target=_fill, args=(registry, eligibility, count))
    filling.start()
    filling.join()
    told: Queue[float] = _spawn.Queue()
    told_by_second: Queue[float] = _spawn.Queue()
    done, together = _spawn.Event(), _spawn.Barrier(3)
    with world(registry, eligibility, Tokens()) as opened, served(opened.transport._transport.app) as port:
        evaluation: UUID = opened.start(years=[2020, 2021, 2022])
        headers = opened.tokens.headers("eligibility")
        relay = relay_of("eligibility", opened.database, broker.cluster, "bench-relay")

        def publish() -> None:
            while not done.wait(0.0 if relay.step() else 0.2):
                pass
            relay.close()

        relaying = threading.Thread(target=publish)
        second = _spawn.Process(
            target=_share, args=(eligibility.app_url, port, headers, broker.cluster, together, done, told_by_second)
        )
        first = _spawn.Process(target=_run, args=(eligibility.app_url, port, headers, together, told))
        for each in (first, second, relaying):
            each.start()
        together.wait()
        figure = timed("evaluated, compared, sealed and proposed by two workers", count, first.join)
        done.set()
        relaying.join()
        result = opened.result(evaluation)
        found = {
            "first worker": told.get(),
            "second worker": told_by_second.get(),
            "registry": peak_mebibytes(),
            "by second": told_by_second.get(),
            "partitions": result["progress"]["total"] - 1,
            "created": result["decisions"]["created"],
        }
        second.join()
    server.drop(registry)
    server.drop(eligibility)
    return figure, found


def run(server: DatabaseServer, broker: Broker, count: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    tenth, _ = evaluated(server, broker, count // 10)
    whole, found = evaluated(server, broker, count)
    return [
        tenth,
        whole,
        ("ten times the enterprises, times as long (goal ≤ 11)", whole.seconds / tenth.seconds),
        ("peak memory of the worker that runs it, MiB (goal ≤ 2,048)", found["first worker"]),
        ("peak memory of the worker that shares its partitions, MiB (goal ≤ 2,048)", found["second worker"]),
        ("peak memory of the registry, with the benchmark in its process, MiB (goal ≤ 2,048)", found["registry"]),
        ("partitions", found["partitions"]),
        ("partitions that the second worker evaluated", found["by second"]),
        ("decisions proposed", found["created"]),
    ]
