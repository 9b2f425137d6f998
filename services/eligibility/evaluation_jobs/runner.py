"""Running evaluations: facts read, judged, kept, proposed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

import polars as pl
from sqlalchemy import Connection

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections.repository import consume
from services.eligibility.decisions.proposals import Basis, Counts, Judged, hold_proposals, keep_documents, propose
from services.eligibility.decisions.tables import outcomes as outcomes_table
from services.eligibility.engine import ENGINE_VERSION
from services.eligibility.engine.dependencies import load_dependencies
from services.eligibility.engine.sealed_inputs import inputs
from services.eligibility.evaluation_jobs import domain, existing_decisions
from services.eligibility.evaluation_jobs.handlers import EVALUATION
from services.eligibility.evaluation_jobs.judging import as_decided, in_order
from services.eligibility.evaluation_jobs.partitions import Gathered, Shards, cut, drop
from services.eligibility.evaluation_jobs.schemas import EvaluationOrder, Occasion
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.handlers import official_readings, policy_book
from services.eligibility.rules.canonical import sha256
from services.eligibility.rules.domain import Interpretations, Policy
from shared.clock import Clock
from shared.database.bulk import copy_frame
from shared.database.engine import Database
from shared.jobs.runner import RunningJob
from shared.observability import metrics

_STEPS = 4  # facts read, judged, kept, proposed


@dataclass(frozen=True, slots=True)
class Runner:
    """What running an evaluation takes. An evaluation of more than `enterprises_per_shard` enterprises is cut into pieces."""

    database: Database
    registry: RegistryFacts
    shards: Shards
    clock: Clock
    enterprises_per_shard: int
    standing_proposes: bool = False
    """Whether the standing re-evaluation proposes new awards, and so has every year to judge."""

    def __call__(self, job: RunningJob) -> None:
        """Judge at the registry's newest revision, keep the outcomes and propose what differs; one transaction at the end."""
        order = EvaluationOrder.model_validate(job.input)
        book = policy_book(order.policy)
        job.progress(0, _STEPS)
        ahead = self._ahead(job, order) if order.scope == "all" else None
        with self.database.transaction() as connection:
            hold_proposals(connection)  # what stands must not change between judging and proposing
            readings = official_readings(connection, book)
            found = self._judged(connection, order, book, readings, ahead)
            metrics.EVALUATION_ROWS.labels(rows="outcomes").inc(found.outcomes.height)
            job.progress(job.total - 2, job.total)
            keep_documents(connection, "book", _document(book.hash, book.document))
            keep_documents(connection, "readings", _document(readings.hash, readings.document))
            _keep_outcomes(connection, job.id, found.outcomes)
            job.progress(job.total - 1, job.total)
            counts = self._propose(connection, job, order, book, readings, found)
            drop(connection, job.id)
            consume(
                connection,
                order.policy,
                order.scope,
                revision=found.revision,
                award_years=order.award_years,
                every_year=set(book.possible_years) <= set(order.award_years),
                new_ones_too=self.standing_proposes,
            )
            job.succeed(
                connection,
                {
                    "facts_revision": found.revision,
                    "policy_hash": book.hash,
                    "interpretations_hash": readings.hash,
                    "decisions": counts.as_dict(),
                },
            )

    def _ahead(self, job: RunningJob, order: EvaluationOrder) -> _Ahead:
        """Do what needs no lock: read all facts, or have all pieces judged."""
        revision = self.registry.latest_revision()
        facts = self.registry.lazy(revision)
        parts = -(-facts["enterprises"].height // self.enterprises_per_shard)
        if parts > 1:
            total = cut(self.database, job, order, revision, parts, self.clock)
            gathered = self.shards.gather(self.database, job, total)
            return _Ahead(self.registry.lazy(gathered.revision), gathered.revision, gathered)
        for dataset in facts:
            facts[dataset]
        job.progress(1, _STEPS)
        return _Ahead(facts, revision)

    def _judged(
        self,
        connection: Connection,
        order: EvaluationOrder,
        book: Policy,
        readings: Interpretations,
        ahead: _Ahead | None,
    ) -> _Found:
        """Judge what is not judged yet; what was read or judged before the lock is used unless it is out of date by now."""
        newest = existing_decisions.newest_revision_judged(connection, order.policy, EVALUATION)
        if order.scope != "all":
            revision = self.registry.latest_revision()
            facts, pairs = load_dependencies(
                self.registry.fetching(revision),
                book,
                order.scope,
                existing_decisions.paid(connection, order),
                lambda pairs: (
                    pairs if order.proposes_new else existing_decisions.with_decisions(connection, order.policy, pairs)
                ),
            )
            outcomes = self._outcomes(connection, order, facts, book, readings, pairs)
            return _Found(revision, facts, outcomes, Judged(order.policy, order.award_years, set(pairs.iter_rows())))
        everything = Judged(order.policy, order.award_years, None)
        if ahead is None or ahead.revision < newest:
            revision = self.registry.latest_revision()
            facts = self.registry.lazy(revision)
        else:
            revision, facts = ahead.revision, ahead.facts
            if ahead.gathered is not None and ahead.gathered.interpretations_hash == readings.hash:
                outcomes = self._settled(connection, order, book, readings, ahead.gathered)
                return _Found(revision, facts, outcomes, everything)
        outcomes = self._outcomes(connection, order, facts, book, readings, None)
        return _Found(revision, facts, outcomes, everything)

    def _settled(
        self,
        connection: Connection,
        order: EvaluationOrder,
        book: Policy,
        readings: Interpretations,
        gathered: Gathered,
    ) -> pl.DataFrame:
        """Return the pieces' outcomes, those judged anew whose first version came into force while the pieces were judged."""
        late = existing_decisions.first_approved_since(connection, order.policy, gathered.cut_at)
        if late.is_empty():
            return gathered.outcomes
        facts, _ = load_dependencies(self.registry.fetching(gathered.revision), book, [], late)
        again = self._outcomes(connection, order, facts, book, readings, late)
        return in_order(pl.concat([gathered.outcomes.join(late, on=late.columns, how="anti"), again]))

    @staticmethod
    def _outcomes(
        connection: Connection,
        order: EvaluationOrder,
        facts: Facts,
        book: Policy,
        readings: Interpretations,
        pairs: pl.DataFrame | None,
    ) -> pl.DataFrame:
        return as_decided(
            facts, book, readings, order.award_years, order.decided_on,
            existing_decisions.first_days(connection, order.policy, pairs),
            subjects=pairs, open_days=existing_decisions.open_days(connection, order, pairs), undecided=order.proposes_new,
        )  # fmt: skip

    @staticmethod
    def _propose(
        connection: Connection,
        job: RunningJob,
        order: EvaluationOrder,
        book: Policy,
        readings: Interpretations,
        found: _Found,
    ) -> Counts:
        basis = Basis(
            evaluation_id=job.id,
            proposed_by=job.created_by,
            decided_on=order.decided_on,
            facts_revision=found.revision,
            policy_hash=book.hash,
            interpretations_hash=readings.hash,
            engine_version=ENGINE_VERSION,
        )
        judged = replace(
            found.judged,
            new_in=None if order.proposes_new else [],
            keeps_days=order.occasion is Occasion.CORRECTION,
        )
        granted = domain.candidates(found.outcomes, book)
        return propose(connection, granted, judged, basis, lambda pairs: _seal(found.facts, book, pairs))


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What an evaluation of all did before it took the lock."""

    facts: Facts
    revision: int
    gathered: Gathered | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What an evaluation found, and from what."""

    revision: int
    facts: Facts
    outcomes: pl.DataFrame
    judged: Judged


def _seal(facts: Facts, book: Policy, pairs: pl.DataFrame) -> pl.DataFrame:
    sealed = inputs(facts, book, pairs)
    digests = [sha256(content.encode()) for content in sealed["inputs"]]
    return sealed.select("award", "subject", pl.Series("hash", digests, dtype=pl.String), content="inputs")


def _document(digest: str, content: bytes) -> pl.DataFrame:
    return pl.DataFrame({"hash": [digest], "content": [content.decode()]})


def _keep_outcomes(connection: Connection, evaluation_id: UUID, kept: pl.DataFrame) -> None:
    rows = kept.filter((pl.col("result") == "granted") | pl.col("about_known"))
    copy_frame(
        connection,
        outcomes_table.name,
        rows.select(
            pl.lit(str(evaluation_id)).alias("evaluation_id"),
            pl.int_range(1, pl.len() + 1).alias("number"),
            "award",
            "subject",
            "award_year",
            "payee_uscc",
            "payee_name",
            "jurisdiction",
            "result",
            "kind",
            "entitlement_fen",
            domain.array_literal(pl.col("missing")).alias("missing"),
            domain.array_literal(pl.col("flags")).alias("flags"),
        ),
    )
