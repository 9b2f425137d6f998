"""Very large evaluations in partitions: a range of enterprises each, evaluated by whichever worker claims it.

Who evaluates a partition holds its row; its outcomes are stored in the row. The worker that runs the evaluation takes each
partition once: evaluated by another already, or else it evaluates the next one that nobody works on. Lost work items, dead
workers and a missing broker cost time, not results.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions.domain import INTERPRETATIONS_DOCUMENT
from services.eligibility.decisions.proposals import store_document
from services.eligibility.engine.parts import Part, facts_of_part
from services.eligibility.evaluation_jobs import existing_decisions
from services.eligibility.evaluation_jobs.decision_days import evaluate_as_decided
from services.eligibility.evaluation_jobs.domain import EvaluationTask
from services.eligibility.evaluation_jobs.tables import evaluation_partitions
from services.eligibility.facts.catalogue import NOBODY, Authors, Facts
from services.eligibility.facts.queries import CodeRange
from services.eligibility.interpretations.repository import stored_interpretations
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.library import load_policy
from shared.clock import Clock
from shared.database.bulk import copy_rows
from shared.database.engine import Database
from shared.database.frames import compressed, frame_of
from shared.database.queries import load
from shared.events.evaluation_shard import TYPE, EvaluationShardCut
from shared.identifiers import event_id
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event, Message

queries = load(__package__)

PATIENCE_SECONDS = 60.0
"""How long a partition that another worker holds is waited for, before it is evaluated here as well."""
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class EvaluatedPart:
    """The outcomes of a part of an evaluation.

    `facts` returns what they were computed from; `since`: awards that were approved for the first time since then may have been
    evaluated as new ones.
    """

    number: int
    part: Part
    outcomes: pl.DataFrame
    facts: Callable[[], Facts]
    since: datetime


class PartitionEvaluator:
    """Evaluates partitions on the registry's facts, reading only the rows that a partition needs."""

    def __init__(self, registry: RegistryFacts, *, crash_point: Callable[[str], None] = lambda _: None) -> None:
        """Prepare to evaluate; `crash_point` lets tests end the process at critical points."""
        self._registry = registry
        self._crash_point = crash_point

    def receive(self, connection: Connection, messages: Sequence[Message]) -> None:
        """Evaluate the partitions that `messages` name, as a consumer's handler; raises RejectedMessageError."""
        for message in messages:
            event = message.read(EvaluationShardCut)
            values = {"evaluation_id": event.evaluation_id, "number": event.number, "without": []}
            row = connection.execute(queries.claim_partition, values).one_or_none()
            if row is not None:  # else it is evaluated or claimed already, or its evaluation has ended
                self.evaluate(connection, row)
                self._crash_point("partition: evaluated, not committed")

    def evaluate(self, connection: Connection, row: Row[Any], authors: Authors = NOBODY) -> EvaluatedPart:
        """Evaluate a claimed partition, and store its outcomes in its row."""
        found = self.evaluate_unclaimed(connection, row, authors)
        values = {"evaluation_id": row.evaluation_id, "number": row.number, "outcomes": compressed(found.outcomes)}
        connection.execute(queries.store_partition_outcomes, values)
        return found

    def evaluate_unclaimed(self, connection: Connection, row: Row[Any], authors: Authors = NOBODY) -> EvaluatedPart:
        """Evaluate a partition, whoever else does."""
        task = EvaluationTask.of(row.input)
        policy, part = load_policy(task.policy), _part(row)
        interpretations = stored_interpretations(policy, decisions.document(connection, row.interpretations_hash))
        facts = self.facts_of(row.facts_revision, policy, part, authors)
        outcomes = evaluate_part(connection, task, facts, policy, interpretations, part)
        return EvaluatedPart(row.number, part, outcomes, lambda: facts, row.created_at)

    def facts_of(self, revision: int, policy: Policy, part: Part, authors: Authors) -> Facts:
        """Return the facts that the subjects of a part read."""
        return facts_of_part(part, policy, self._registry.rows(revision), authors.withdrawn)


def evaluate_part(
    connection: Connection,
    task: EvaluationTask,
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    part: Part,
) -> pl.DataFrame:
    """Return the outcomes of a part, as of the day of each award."""
    found = evaluate_as_decided(
        facts, policy, interpretations, task.award_years, task.decided_on,
        existing_decisions.first_days(connection, task.policy, part=part), awards=part.awards,
        open_days=existing_decisions.open_days(connection, task, part=part), with_new=task.proposes_new,
    )  # fmt: skip
    return part.holds(found)


@dataclass
class PartitionedEvaluation:
    """An evaluation in partitions, as the worker that runs it takes them: each once, those that others evaluated too."""

    database: Database
    evaluator: PartitionEvaluator
    evaluation_id: UUID
    policy: Policy
    revision: int
    count: int
    authors: Callable[[], Authors]
    _taken: list[int] = field(default_factory=list)

    def parts(self) -> Iterator[EvaluatedPart]:
        """Yield each partition once: evaluated by another, or here."""
        since = time.monotonic()
        while len(self._taken) < self.count:
            patient = time.monotonic() - since < PATIENCE_SECONDS
            found = self._evaluated() or self._claimed(patient=patient)
            if found is None:
                time.sleep(_POLL_SECONDS)
            else:
                self._taken.append(found.number)
                yield found
                since = time.monotonic()

    def _evaluated(self) -> EvaluatedPart | None:
        with self.database.reading() as connection:
            row = connection.execute(queries.evaluated_partition, self._rest).one_or_none()
        if row is None:
            return None
        part = _part(row)
        facts = cache(lambda: self.evaluator.facts_of(self.revision, self.policy, part, self.authors()))
        return EvaluatedPart(row.number, part, frame_of(row.outcomes), facts, row.created_at)

    def _claimed(self, *, patient: bool) -> EvaluatedPart | None:
        with self.database.transaction() as connection:
            row = connection.execute(queries.claim_partition, self._rest | {"number": None}).one_or_none()
            if row is not None:
                return self.evaluator.evaluate(connection, row, self.authors())
            row = None if patient else connection.execute(queries.open_partition, self._rest).one_or_none()
            return None if row is None else self.evaluator.evaluate_unclaimed(connection, row, self.authors())

    @property
    def _rest(self) -> dict[str, Any]:
        return {"evaluation_id": self.evaluation_id, "without": self._taken}


def create_partitions(
    database: Database,
    evaluation_id: UUID,
    interpretations: Interpretations,
    revision: int,
    parts: Sequence[Part],
    clock: Clock,
    since: datetime,
) -> None:
    """Store the partitions of an evaluation in place of earlier ones, and publish a work item for each.

    `since`: as of EvaluatedPart.
    """
    none = CodeRange()
    rows = []
    for number, part in enumerate(parts, 1):
        codes = part.codes or none
        rows.append((evaluation_id, number, list(part.awards), part.codes is not None, codes.first, codes.until,
                     revision, interpretations.hash, since))  # fmt: skip
    columns = ("evaluation_id", "number", "awards", "is_range", "first_code", "until_code", "facts_revision",
               "interpretations_hash", "created_at")  # fmt: skip
    with database.transaction() as connection:
        connection.execute(queries.drop_ended_partitions)
        connection.execute(queries.drop_partitions, {"evaluation_id": evaluation_id})
        store_document(connection, INTERPRETATIONS_DOCUMENT, interpretations.hash, interpretations.document)
        copy_rows(connection, evaluation_partitions.name, columns, rows)
        outbox.enqueue(connection, [_event(evaluation_id, number, clock) for _, number, *_ in rows])


def existing_partitions(connection: Connection, evaluation_id: UUID) -> Sequence[Row[Any]]:
    """Return the partitions that a worker before has created for an evaluation."""
    return connection.execute(queries.partitions, {"evaluation_id": evaluation_id}).all()


def drop_partitions(connection: Connection, evaluation_id: UUID) -> None:
    """Remove the partitions of an evaluation that ends."""
    connection.execute(queries.drop_unclaimed_partitions, {"evaluation_id": evaluation_id})


def _part(row: Row[Any]) -> Part:
    return Part(tuple(row.awards), CodeRange(row.first_code, row.until_code) if row.is_range else None)


def _event(evaluation_id: UUID, number: int, clock: Clock) -> Event:
    key = f"{evaluation_id}:{number}"
    data = EvaluationShardCut(evaluation_id=evaluation_id, number=number).model_dump_json().encode()
    identity = event_id(TYPE, evaluation_id, number)
    return Event(topics.EVALUATION_SHARDS, key, TYPE, identity, topics.ELIGIBILITY_SOURCE, key, clock.now(), data)
