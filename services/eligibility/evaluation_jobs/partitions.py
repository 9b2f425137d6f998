"""Very large evaluations in partitions: an award and a part of its subjects each, evaluated by whichever worker takes it.

The outcomes of a partition are stored in its row; evaluated twice they are the same, and the first ones stay. The worker that
runs the evaluation waits for the partitions, and evaluates one itself whenever none has finished for a while: lost work items
and dead workers cost time, not results.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions.domain import INTERPRETATIONS_DOCUMENT
from services.eligibility.decisions.proposals import store_document
from services.eligibility.engine.dependencies import subjects_about
from services.eligibility.evaluation_jobs import existing_decisions
from services.eligibility.evaluation_jobs.decision_days import PAIRS, evaluate_as_decided, in_order
from services.eligibility.evaluation_jobs.domain import EvaluationTask
from services.eligibility.evaluation_jobs.tables import evaluation_partitions
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.repository import official_interpretations, stored_interpretations
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.library import load_policy
from shared.clock import Clock
from shared.database.bulk import copy_rows
from shared.database.engine import Database
from shared.database.frames import compressed, frame_of
from shared.database.queries import load
from shared.events.evaluation_shard import TYPE, EvaluationShardCut
from shared.identifiers import event_id
from shared.jobs.runner import RunningJob
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event, Message

queries = load(__package__)

PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class CollectedOutcomes:
    """The outcomes of all partitions, sorted, and what they were computed from."""

    revision: int
    interpretations_hash: str
    created_at: datetime
    outcomes: pl.DataFrame


class PartitionEvaluator:
    """Evaluates partitions on the registry's facts, reading only the datasets that an award needs."""

    def __init__(
        self,
        registry: RegistryFacts,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to evaluate; `crash_point` lets tests end the process at critical points."""
        self._registry = registry
        self._patience_seconds = patience_seconds
        self._crash_point = crash_point
        self._facts_in_memory: tuple[int, Facts] | None = None

    def receive(self, connection: Connection, messages: Sequence[Message]) -> None:
        """Evaluate the partitions that `messages` name, as a consumer's handler; raises RejectedMessageError."""
        for message in messages:
            event = message.read(EvaluationShardCut)
            self._evaluate(connection, event.evaluation_id, event.number)
            self._crash_point("partition: evaluated, not committed")

    def collect(self, database: Database, job: RunningJob, total: int) -> CollectedOutcomes:
        """Wait until all partitions are evaluated; returns their outcomes together."""
        evaluated, since = -1, time.monotonic()
        while True:
            with database.reading() as connection:
                remaining = connection.execute(queries.open_partitions, {"evaluation_id": job.id}).scalars().all()
            # Reported at least once, even if other workers evaluated them all before this one took over.
            if total - len(remaining) > evaluated:
                evaluated, since = total - len(remaining), time.monotonic()
                job.progress(evaluated, total + 2)
            if not remaining:
                break
            if time.monotonic() - since > self._patience_seconds:
                with database.transaction() as connection:
                    self._evaluate(connection, job.id, remaining[0])
            else:
                time.sleep(_POLL_SECONDS)
        with database.reading() as connection:
            rows = connection.execute(queries.evaluated_partitions, {"evaluation_id": job.id}).all()
        outcomes = pl.concat([frame_of(row.outcomes) for row in rows])
        first = rows[0]
        return CollectedOutcomes(first.facts_revision, first.interpretations_hash, first.cut_at, in_order(outcomes))

    def _evaluate(self, connection: Connection, evaluation_id: UUID, number: int) -> None:
        key = {"evaluation_id": evaluation_id, "number": number}
        row = connection.execute(queries.open_partition, key).one_or_none()
        if row is None:
            return  # evaluated already, or its evaluation has ended
        task = EvaluationTask.of(row.input)
        policy = load_policy(task.policy)
        interpretations = stored_interpretations(policy, decisions.document(connection, row.interpretations_hash))
        facts = self._facts(row.facts_revision)
        found = evaluate_as_decided(
            facts, policy, interpretations, task.award_years, task.decided_on,
            existing_decisions.first_days(connection, task.policy, award=row.award),
            awards=[row.award], subjects=subjects_of(facts, policy, row),
            open_days=existing_decisions.open_days(connection, task, award=row.award), with_new=task.proposes_new,
        )  # fmt: skip
        connection.execute(queries.store_partition_outcomes, key | {"outcomes": compressed(found)})

    def _facts(self, revision: int) -> Facts:
        if self._facts_in_memory is None or self._facts_in_memory[0] != revision:
            self._facts_in_memory = (revision, self._registry.lazy(revision))
        return self._facts_in_memory[1]


def subjects_of(facts: Facts, policy: Policy, partition: Row[Any]) -> pl.DataFrame | None:
    """Return the (award, subject) of a partition; None if it is all subjects of the award."""
    if partition.parts == 1:
        return None
    subjects = subjects_about(facts, policy.award(partition.award))
    own = [subject for subject in subjects if zlib.crc32(subject.encode()) % partition.parts == partition.part]
    return pl.DataFrame({"award": [partition.award] * len(own), "subject": own}, schema=PAIRS)


def create_partitions(
    database: Database, job: RunningJob, task: EvaluationTask, revision: int, parts: int, clock: Clock
) -> int:
    """Store the partitions of an evaluation and publish a work item for each, once; returns how many there are."""
    policy = load_policy(task.policy)
    with database.transaction() as connection:
        connection.execute(queries.drop_ended_partitions)
        existing = connection.execute(queries.count_partitions, {"evaluation_id": job.id}).scalar_one()
        if existing:
            return int(existing)
        interpretations = official_interpretations(connection, policy)
        store_document(connection, INTERPRETATIONS_DOCUMENT, interpretations.hash, interpretations.document)
        rows = [
            (str(job.id), number, award.code, part, parts, revision, interpretations.hash)
            for number, (award, part) in enumerate(((a, p) for a in policy.awards for p in range(parts)), 1)
        ]
        columns = ("evaluation_id", "number", "award", "part", "parts", "facts_revision", "interpretations_hash")
        copy_rows(connection, evaluation_partitions.name, columns, rows)
        outbox.enqueue(connection, [_event(job.id, number, clock) for _, number, *_ in rows])
    return len(rows)


def drop_partitions(connection: Connection, evaluation_id: UUID) -> None:
    """Remove the partitions of an evaluation that ends."""
    connection.execute(queries.drop_partitions, {"evaluation_id": evaluation_id})


def _event(evaluation_id: UUID, number: int, clock: Clock) -> Event:
    key = f"{evaluation_id}:{number}"
    data = EvaluationShardCut(evaluation_id=evaluation_id, number=number).model_dump_json().encode()
    identity = event_id(TYPE, evaluation_id, number)
    return Event(topics.EVALUATION_SHARDS, key, TYPE, identity, topics.ELIGIBILITY_SOURCE, key, clock.now(), data)
