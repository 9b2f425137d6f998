"""The run of an evaluation: read facts, evaluate, store the outcomes, propose what differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import polars as pl
from sqlalchemy import Connection

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions.domain import INTERPRETATIONS_DOCUMENT, POLICY_DOCUMENT
from services.eligibility.decisions.proposals import (
    EvaluatedAwards,
    Provenance,
    lock_proposals,
    propose,
    store_document,
)
from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.dependencies import load_dependencies
from services.eligibility.engine.sealed_inputs import inputs
from services.eligibility.evaluation_jobs import existing_decisions
from services.eligibility.evaluation_jobs.decision_days import evaluate_as_decided, in_order
from services.eligibility.evaluation_jobs.domain import EvaluationTask, Occasion, array_literal, candidates
from services.eligibility.evaluation_jobs.partitions import (
    CollectedOutcomes,
    PartitionEvaluator,
    create_partitions,
    drop_partitions,
)
from services.eligibility.evaluation_jobs.repository import store_outcomes
from services.eligibility.facts.catalogue import NOBODY, Facts
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.procedures.repository import official_procedure
from services.eligibility.rules.canonical import sha256
from services.eligibility.rules.domain import Interpretations, Policy
from services.eligibility.rules.library import load_policy
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.jobs.runner import RunningJob
from shared.observability import metrics

_STEPS = 4  # facts read, evaluated, stored, proposed

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
        """Evaluate at the registry's newest revision, store the outcomes and propose what differs; one transaction at the end."""
        task = EvaluationTask.of(job.input)
        policy = load_policy(task.policy)
        job.progress(0, _STEPS)
        prepared = self._prepare(job, task) if task.scope == "all" else None
        with self.database.transaction() as connection:
            lock_proposals(connection)  # existing decisions must not change between evaluating and proposing
            interpretations = official_interpretations(connection, policy)
            procedure = official_procedure(connection, policy)
            found = self._evaluate(connection, task, policy, interpretations, prepared)
            metrics.EVALUATION_ROWS.labels(rows="outcomes").inc(found.outcomes.height)
            job.progress(job.total - 2, job.total)
            store_document(connection, POLICY_DOCUMENT, policy.hash, policy.document)
            store_document(connection, INTERPRETATIONS_DOCUMENT, interpretations.hash, interpretations.document)
            store_outcomes(connection, job.id, found.outcomes)
            job.progress(job.total - 1, job.total)
            provenance = Provenance(
                evaluation_id=job.id,
                proposed_by=job.created_by,
                decided_on=task.decided_on,
                facts_revision=found.revision,
                policy_hash=policy.hash,
                interpretations_hash=interpretations.hash,
                engine_version=ENGINE_VERSION,
                round_id=task.round_id,
                procedure_hash=procedure.hash if procedure else None,
            )
            granted = candidates(found.outcomes, policy)
            counts = propose(
                connection,
                granted,
                found.evaluated,
                provenance,
                lambda pairs: self._seal(found, policy, pairs),
                procedure.steps(calendar_date(self.clock.now())) if procedure else (),
                notice_days=self.notice_days,
            )
            drop_partitions(connection, job.id)
            self.on_finished(connection, task, found.revision)
            job.succeed(
                connection,
                {
                    "facts_revision": found.revision,
                    "policy_hash": policy.hash,
                    "interpretations_hash": interpretations.hash,
                    "decisions": {name: count for name, count in asdict(counts).items() if name != "stopped"},
                    "not_proposed": {"award_stopped": counts.stopped},
                },
            )

    def _seal(self, found: _Found, policy: Policy, pairs: pl.DataFrame) -> pl.DataFrame:
        authors = NOBODY if pairs.is_empty() else self.registry.authors(found.revision)
        sealed = inputs(found.facts, policy, pairs, authors)
        digests = [sha256(content.encode()) for content in sealed["inputs"]]
        return sealed.select(
            "award",
            "subject",
            pl.Series("hash", digests, dtype=pl.String),
            array_literal(pl.col("authors")).alias("authors"),
            content="inputs",
        )

    def _prepare(self, job: RunningJob, task: EvaluationTask) -> _Prepared:
        """Do what needs no lock: read all facts, or have all partitions evaluated."""
        revision = self.registry.latest_revision()
        facts = self.registry.lazy(revision)
        parts = -(-facts["enterprises"].height // self.enterprises_per_partition)
        if parts > 1:
            total = create_partitions(self.database, job, task, revision, parts, self.clock)
            collected = self.partitions.collect(self.database, job, total)
            return _Prepared(self.registry.lazy(collected.revision), collected.revision, collected)
        for dataset in facts:
            facts[dataset]
        job.progress(1, _STEPS)
        return _Prepared(facts, revision)

    def _evaluate(
        self,
        connection: Connection,
        task: EvaluationTask,
        policy: Policy,
        interpretations: Interpretations,
        prepared: _Prepared | None,
    ) -> _Found:
        """Evaluate what is not evaluated yet; what was prepared before the lock is used unless it is out of date."""
        evaluated = EvaluatedAwards(
            task.policy,
            task.award_years,
            None,
            new_award_years=None if task.proposes_new else [],
            is_correction=task.occasion is Occasion.CORRECTION,
        )
        if task.scope != "all":
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
            outcomes = _outcomes(connection, task, facts, policy, interpretations, pairs)
            return _Found(revision, facts, outcomes, replace(evaluated, subjects=set(pairs.iter_rows())))
        newest = existing_decisions.newest_evaluated_revision(connection, task.policy)
        if prepared is None or prepared.revision < newest:
            revision = self.registry.latest_revision()
            facts = self.registry.lazy(revision)
        else:
            revision, facts = prepared.revision, prepared.facts
            if prepared.collected is not None and prepared.collected.interpretations_hash == interpretations.hash:
                outcomes = self._updated(connection, task, policy, interpretations, prepared.collected)
                return _Found(revision, facts, outcomes, evaluated)
        outcomes = _outcomes(connection, task, facts, policy, interpretations, None)
        return _Found(revision, facts, outcomes, evaluated)

    def _updated(
        self,
        connection: Connection,
        task: EvaluationTask,
        policy: Policy,
        interpretations: Interpretations,
        collected: CollectedOutcomes,
    ) -> pl.DataFrame:
        """Return the partitions' outcomes; awards whose first version was approved meanwhile are evaluated again."""
        late = existing_decisions.first_approved_since(connection, task.policy, collected.created_at)
        if late.is_empty():
            return collected.outcomes
        facts, _ = load_dependencies(self.registry.fetching(collected.revision), policy, [], late)
        again = _outcomes(connection, task, facts, policy, interpretations, late)
        return in_order(pl.concat([collected.outcomes.join(late, on=late.columns, how="anti"), again]))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What an evaluation of all enterprises did before it took the lock."""

    facts: Facts
    revision: int
    collected: CollectedOutcomes | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """The outcomes of an evaluation, the facts at a revision that gave them, and the awards that it covered."""

    revision: int
    facts: Facts
    outcomes: pl.DataFrame
    evaluated: EvaluatedAwards


def _outcomes(
    connection: Connection,
    task: EvaluationTask,
    facts: Facts,
    policy: Policy,
    interpretations: Interpretations,
    pairs: pl.DataFrame | None,
) -> pl.DataFrame:
    return evaluate_as_decided(
        facts, policy, interpretations, task.award_years, task.decided_on,
        existing_decisions.first_days(connection, task.policy, pairs),
        subjects=pairs, open_days=existing_decisions.open_days(connection, task, pairs), with_new=task.proposes_new,
    )  # fmt: skip
