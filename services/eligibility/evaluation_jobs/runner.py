"""The run of an evaluation: part after part evaluated, and what differs proposed; the next one is evaluated meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache, partial

import polars as pl
from sqlalchemy import Connection, func, select

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions.domain import INTERPRETATIONS_DOCUMENT, POLICY_DOCUMENT
from services.eligibility.decisions.proposals import (
    Counts,
    EvaluatedAwards,
    Provenance,
    Seal,
    lock_proposals,
    propose,
    store_document,
)
from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.dependencies import load_dependencies
from services.eligibility.engine.parts import parts_of
from services.eligibility.engine.sealed_inputs import inputs
from services.eligibility.evaluation_jobs import existing_decisions
from services.eligibility.evaluation_jobs.decision_days import evaluate_as_decided, in_order
from services.eligibility.evaluation_jobs.domain import EvaluationTask, Occasion, array_literal, candidates
from services.eligibility.evaluation_jobs.partitions import (
    EvaluatedPart,
    PartitionedEvaluation,
    PartitionEvaluator,
    create_partitions,
    drop_partitions,
    evaluate_part,
    existing_partitions,
)
from services.eligibility.evaluation_jobs.repository import KeptOutcomes, store_outcomes
from services.eligibility.facts.catalogue import NOBODY, Authors, Facts
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.procedures.repository import official_procedure
from services.eligibility.rules.canonical import sha256
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.library import load_policy
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.jobs.runner import RunningJob
from shared.observability import metrics

OnFinished = Callable[[Connection, EvaluationTask, int], None]
"""Called with an evaluation and the registry's revision, in the transaction that ends the evaluation."""


@dataclass(frozen=True, slots=True)
class EvaluationRunner:
    """Runs evaluations. One of more than `enterprises_per_partition` enterprises is split into partitions."""

    database: Database
    registry: RegistryFacts
    partitions: PartitionEvaluator
    clock: Clock
    enterprises_per_partition: int
    notice_days: int
    on_finished: OnFinished

    def __call__(self, job: RunningJob) -> None:
        """Evaluate at one revision of the registry, propose what differs, and store the outcomes; one transaction."""
        task = EvaluationTask.of(job.input)
        policy = load_policy(task.policy)
        job.progress(0, 2)
        with self.database.transaction() as connection:
            lock_proposals(connection)  # existing decisions must not change between evaluating and proposing
            interpretations = official_interpretations(connection, policy)
            procedure = official_procedure(connection, policy)
            steps = procedure.steps(calendar_date(self.clock.now())) if procedure else ()
            evaluate = self._of_all if task.scope == "all" else self._of_some
            evaluation = evaluate(connection, job, task, policy, interpretations)
            store_document(connection, POLICY_DOCUMENT, policy.hash, policy.document)
            store_document(connection, INTERPRETATIONS_DOCUMENT, interpretations.hash, interpretations.document)
            provenance = Provenance(
                evaluation_id=job.id,
                proposed_by=job.created_by,
                decided_on=task.decided_on,
                facts_revision=evaluation.revision,
                policy_hash=policy.hash,
                interpretations_hash=interpretations.hash,
                engine_version=ENGINE_VERSION,
                round_id=task.round_id,
                procedure_hash=procedure.hash if procedure else None,
            )
            counts, kept = Counts(), KeptOutcomes()
            for done, found in enumerate(evaluation.found, 1):
                metrics.EVALUATION_ROWS.labels(rows="outcomes").inc(found.outcomes.height)
                kept.add(found.number, found.outcomes)
                counts += propose(
                    connection,
                    found.candidates,
                    found.evaluated,
                    provenance,
                    found.seal,
                    steps,
                    notice_days=self.notice_days,
                )
                job.progress(done, evaluation.parts + 1)
            store_outcomes(connection, job.id, kept)
            drop_partitions(connection, job.id)
            self.on_finished(connection, task, evaluation.revision)
            job.succeed(
                connection,
                {
                    "facts_revision": evaluation.revision,
                    "policy_hash": policy.hash,
                    "interpretations_hash": interpretations.hash,
                    "decisions": {name: count for name, count in asdict(counts).items() if name != "stopped"},
                    "not_proposed": {"award_stopped": counts.stopped},
                },
            )

    def _of_some(
        self, connection: Connection, job: RunningJob, task: EvaluationTask, policy: Policy, readings: Interpretations
    ) -> _Evaluation:
        """Evaluate some enterprises, from the rows that they depend on."""
        del job
        revision = self.registry.latest_revision()
        facts, pairs = load_dependencies(
            self.registry.fetching(revision),
            policy,
            task.scope,
            existing_decisions.paid_to(connection, task.policy, task.scope),
            lambda pairs: (
                pairs if task.proposes_new else existing_decisions.with_decisions(connection, task.policy, pairs)
            ),
        )
        outcomes = _outcomes(connection, task, facts, policy, readings, pairs)
        evaluated = replace(_evaluated(task), subjects=set(pairs.iter_rows()))
        seal = partial(_sealed, lambda: facts, lambda: self.registry.authors(revision), policy)
        found = _Found(1, outcomes, candidates(outcomes, policy), evaluated, lambda: facts, seal)
        return _Evaluation(revision, 1, iter([found]))

    def _of_all(
        self, connection: Connection, job: RunningJob, task: EvaluationTask, policy: Policy, readings: Interpretations
    ) -> _Evaluation:
        """Evaluate all enterprises, in partitions if there are many: those that a worker before has created, if they hold.

        They do unless another evaluation has used newer facts, or the interpretations have changed.
        """
        stored = existing_partitions(connection, job.id)
        newest = existing_decisions.newest_evaluated_revision(connection, task.policy)
        if stored and stored[0].facts_revision >= newest and stored[0].interpretations_hash == readings.hash:
            revision, count = stored[0].facts_revision, len(stored)
        else:
            revision = self.registry.latest_revision()
            parts = parts_of(policy, self.registry.code_ranges(revision, self.enterprises_per_partition))
            count = len(parts)
            if count > 1:
                create_partitions(self.database, job.id, readings, revision, parts, self.clock)
        authors = cache(lambda: self.registry.authors(revision))
        if count > 1:
            evaluated = PartitionedEvaluation(
                self.database, self.partitions, job.id, policy, revision, count, authors
            ).parts()
        else:
            evaluated = self._whole(task, policy, readings, revision)
        ready = (self._found(each, task, policy, authors) for each in evaluated)
        found = (_up_to_date(connection, task, policy, readings, each) for each in _one_ahead(ready))
        return _Evaluation(revision, count, found)

    def _whole(
        self, task: EvaluationTask, policy: Policy, readings: Interpretations, revision: int
    ) -> Iterator[EvaluatedPart]:
        """Evaluate all enterprises at once, on all facts."""
        facts = self.registry.lazy(revision)
        [part] = parts_of(policy, ())
        with self.database.reading() as connection:
            since = connection.execute(select(func.now())).scalar_one()
            outcomes = evaluate_part(connection, task, facts, policy, readings, part)
        yield EvaluatedPart(1, part, outcomes, lambda: facts, since)

    def _found(
        self, found: EvaluatedPart, task: EvaluationTask, policy: Policy, authors: Callable[[], Authors]
    ) -> _Found:
        """Prepare a part: the inputs of awards that have never been proposed will be needed."""
        granted = candidates(found.outcomes, policy)
        with self.database.reading() as connection:
            known = existing_decisions.award_ids(connection, task.policy, found.part)
        seal = partial(_sealed, found.facts, authors, policy)
        new = seal(granted.filter(~pl.col("award_id").is_in(known.implode())).select("award", "subject").unique())

        def rest(pairs: pl.DataFrame) -> pl.DataFrame:
            pair = ["award", "subject"]
            return pl.concat([new.join(pairs, on=pair, how="semi"), seal(pairs.join(new, on=pair, how="anti"))])

        evaluated = replace(_evaluated(task), part=found.part)
        return _Found(found.number, found.outcomes, granted, evaluated, found.facts, rest, found.since)


@dataclass(frozen=True, slots=True)
class _Found:
    """A part of an evaluation, ready to be proposed."""

    number: int
    outcomes: pl.DataFrame
    candidates: pl.DataFrame
    evaluated: EvaluatedAwards
    facts: Callable[[], Facts]
    seal: Seal
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """The parts of an evaluation at a revision of the registry, one after the other."""

    revision: int
    parts: int
    found: Iterator[_Found]


def _evaluated(task: EvaluationTask) -> EvaluatedAwards:
    return EvaluatedAwards(
        task.policy,
        task.award_years,
        None,
        new_award_years=None if task.proposes_new else [],
        is_correction=task.occasion is Occasion.CORRECTION,
    )


def _one_ahead(parts: Iterator[_Found]) -> Iterator[_Found]:
    """Yield the parts; the next one is made in a thread while the caller works with the last."""
    with ThreadPoolExecutor(1, "evaluation") as thread:

        def following() -> Future[_Found | None]:
            return thread.submit(copy_context().run, lambda: next(parts, None))

        coming = following()
        while (found := coming.result()) is not None:
            coming = following()
            yield found


def _sealed(
    facts: Callable[[], Facts], authors: Callable[[], Authors], policy: Policy, pairs: pl.DataFrame
) -> pl.DataFrame:
    """Seal the inputs of (award, subject) pairs, as `propose` asks for them."""
    known, behind = (facts(), authors()) if pairs.height else (Facts({}), NOBODY)
    sealed = inputs(known, policy, pairs, behind)
    digests = [sha256(content.encode()) for content in sealed["inputs"]]
    return sealed.select(
        "award",
        "subject",
        pl.Series("hash", digests, dtype=pl.String),
        array_literal(pl.col("authors")).alias("authors"),
        content="inputs",
    )


def _up_to_date(
    connection: Connection, task: EvaluationTask, policy: Policy, readings: Interpretations, found: _Found
) -> _Found:
    """Evaluate awards again whose first version was approved since a part was evaluated: they keep their own day."""
    part = found.evaluated.part
    assert part is not None
    assert found.since is not None
    late = existing_decisions.first_approved_since(connection, task.policy, found.since)
    late = part.holds(late.filter(pl.col("award").is_in(part.awards)))
    if late.is_empty():
        return found
    again = _outcomes(connection, task, found.facts(), policy, readings, late)
    outcomes = in_order(pl.concat([found.outcomes.join(late, on=late.columns, how="anti"), again]))
    return replace(found, outcomes=outcomes, candidates=candidates(outcomes, policy))


def _outcomes(
    connection: Connection,
    task: EvaluationTask,
    facts: Facts,
    policy: Policy,
    readings: Interpretations,
    pairs: pl.DataFrame,
) -> pl.DataFrame:
    return evaluate_as_decided(
        facts, policy, readings, task.award_years, task.decided_on,
        existing_decisions.first_days(connection, task.policy, pairs),
        subjects=pairs, open_days=existing_decisions.open_days(connection, task, pairs), with_new=task.proposes_new,
    )  # fmt: skip
