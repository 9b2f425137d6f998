"""The run of an evaluation: part after part evaluated, and what differs proposed; the next one is evaluated meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cache, partial

import polars as pl
from sqlalchemy import Connection

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
from services.eligibility.evaluation_jobs.decision_days import PAIRS, evaluate_as_decided, in_order
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
            since = existing_decisions.oldest_transaction(connection)
            interpretations = official_interpretations(connection, policy)
            procedure = official_procedure(connection, policy)
            steps = procedure.steps(calendar_date(self.clock.now())) if procedure else ()
            evaluate = self._of_all if task.scope == "all" else self._of_some
            run = _Run(connection, task, policy, interpretations, since)
            evaluation = evaluate(job, run)
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
                current = _UpToDate(run, found)
                counts += propose(
                    connection,
                    current.candidates,
                    found.evaluated,
                    provenance,
                    found.seal,
                    steps,
                    notice_days=self.notice_days,
                )
                metrics.EVALUATION_ROWS.labels(rows="outcomes").inc(current.outcomes.height)
                kept.add(found.number, current.outcomes)
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

    def _of_some(self, job: RunningJob, run: _Run) -> _Evaluation:
        """Evaluate some enterprises, from the rows that they depend on."""
        del job
        connection, task, policy = run.connection, run.task, run.policy
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
        outcomes = _outcomes(run, facts, pairs)
        evaluated = replace(_evaluated(task), subjects=set(pairs.iter_rows()))
        seal = partial(_sealed, lambda: facts, lambda: self.registry.authors(revision), policy)
        found = _Found(1, outcomes, candidates(outcomes, policy), evaluated, lambda: facts, seal, run.since)
        return _Evaluation(revision, 1, iter([found]))

    def _of_all(self, job: RunningJob, run: _Run) -> _Evaluation:
        """Evaluate all enterprises, in partitions if there are many: those that a worker before has created, if they hold.

        They do unless another evaluation has used newer facts, or the interpretations have changed.
        """
        policy, readings = run.policy, run.readings
        stored = existing_partitions(run.connection, job.id)
        newest = existing_decisions.newest_evaluated_revision(run.connection, policy.code)
        if stored and stored[0].facts_revision >= newest and stored[0].interpretations_hash == readings.hash:
            revision, count = stored[0].facts_revision, len(stored)
        else:
            revision = self.registry.latest_revision()
            parts = parts_of(policy, self.registry.code_ranges(revision, self.enterprises_per_partition))
            count = len(parts)
            if count > 1:
                create_partitions(self.database, job.id, readings, revision, parts, self.clock, run.since)
        authors = cache(lambda: self.registry.authors(revision))
        if count > 1:
            evaluated = PartitionedEvaluation(
                self.database, self.partitions, job.id, policy, revision, count, authors
            ).parts()
        else:
            evaluated = self._whole(run, revision)
        ready = (self._found(each, run.task, policy, authors) for each in evaluated)
        return _Evaluation(revision, count, _one_ahead(ready))

    def _whole(self, run: _Run, revision: int) -> Iterator[EvaluatedPart]:
        """Evaluate all enterprises at once, on all facts."""
        facts = self.registry.lazy(revision)
        [part] = parts_of(run.policy, ())
        with self.database.reading() as connection:
            outcomes = evaluate_part(connection, run.task, facts, run.policy, run.readings, part)
        yield EvaluatedPart(1, part, outcomes, lambda: facts, run.since)

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
class _Run:
    """An evaluation under way: the transaction that ends it, what was asked, and what cases are tested by.

    What others approved `since` may not be known to those who evaluate.
    """

    connection: Connection
    task: EvaluationTask
    policy: Policy
    readings: Interpretations
    since: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """A part of an evaluation, ready to be proposed."""

    number: int
    outcomes: pl.DataFrame
    candidates: pl.DataFrame
    evaluated: EvaluatedAwards
    facts: Callable[[], Facts]
    seal: Seal
    since: datetime


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


@dataclass
class _UpToDate:
    """A part of an evaluation; awards whose first version was approved since are evaluated again: they keep their own day."""

    run: _Run
    found: _Found
    _approved: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIRS))

    def __post_init__(self) -> None:
        """Begin with what was found."""
        self.outcomes, self._candidates = self.found.outcomes, self.found.candidates

    def candidates(self) -> pl.DataFrame:
        """Return what is granted: another frame only if more was approved since the last call."""
        policy = self.run.policy
        approved = existing_decisions.first_approved_since(self.run.connection, policy.code, self.found.since)
        approved = self.found.evaluated.among(approved)
        if not approved.equals(self._approved):
            self._approved = approved
            others = self.found.outcomes.join(approved, on=approved.columns, how="anti")
            self.outcomes = in_order(pl.concat([others, _outcomes(self.run, self.found.facts(), approved)]))
            self._candidates = candidates(self.outcomes, policy)
        return self._candidates


def _outcomes(run: _Run, facts: Facts, pairs: pl.DataFrame) -> pl.DataFrame:
    """Return the outcomes of (award, subject) pairs, each as of its day."""
    connection, task = run.connection, run.task
    return evaluate_as_decided(
        facts, run.policy, run.readings, task.award_years, task.decided_on,
        existing_decisions.first_days(connection, task.policy, pairs),
        subjects=pairs, open_days=existing_decisions.open_days(connection, task, pairs), with_new=task.proposes_new,
    )  # fmt: skip
