"""Automatic corrections: process the registry's changes and evaluate again what they concern.

Each step is one transaction and may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import structlog
from sqlalchemy import Connection

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections import repository
from services.eligibility.corrections.domain import ALL_ENTERPRISES, LISTED_ROWS, SCOPE, AutomaticReevaluation
from services.eligibility.decisions.proposals import AUTOMATIC_ACTOR
from services.eligibility.engine.dependencies import enterprises_reading, looked_up_by
from services.eligibility.evaluation_jobs.domain import EvaluationTask, Occasion
from services.eligibility.evaluation_jobs.handlers import queue
from services.eligibility.evaluation_jobs.runner import OnFinished
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.library import load_policy
from shared.clock import Clock, calendar_date
from shared.database.engine import Database
from shared.events.facts_revised import FactsRevised
from shared.identifiers import is_uscc
from shared.messaging.envelope import Message, RejectedMessageError
from shared.policies import POLICIES

POLL_SECONDS = 15.0

log = structlog.get_logger(__name__)


def receive(connection: Connection, messages: Sequence[Message]) -> None:
    """Remember the highest revision that `messages` announce; raises RejectedMessageError for anything but `facts.revised`.

    The changes themselves are read from the registry.
    """
    revision = max(read_facts_revised(message).revision for message in messages)
    for policy in POLICIES:
        repository.record_announced_revision(connection, policy, revision)


def read_facts_revised(message: Message) -> FactsRevised:
    """Return the event of `message`; raises RejectedMessageError with the reason, never with its values."""
    event = message.read(FactsRevised)
    if message.key != event.uscc.encode() or not is_uscc(event.uscc):
        raise RejectedMessageError("the key is not the unified social credit code of the data")
    if event.revision > 2**63 - 1:
        raise RejectedMessageError("the revision is out of range")
    return event


class RegistryFollower:
    """Marks the enterprises that the registry's changes concern, for each policy.

    Reads `GET /v1/changes` in the order of revisions from where it stopped, so that nothing is left out or counted twice,
    even if events are lost. Stops at every evaluated revision, so a change that was later reverted is still noticed.
    Events only announce that there is more. Every POLL_SECONDS the registry is also read without them, because no event
    announces facts without an owner.
    """

    def __init__(
        self, database: Database, registry: RegistryFacts, *, crash_point: Callable[[str], None] = lambda _: None
    ) -> None:
        """Prepare to follow `registry`; `crash_point` lets tests end the process at critical points."""
        self._database = database
        self._registry = registry
        self._crash_point = crash_point

    def step(self) -> bool:
        """Process new changes; returns whether there were any."""
        steps = [self._step(policy) for policy in POLICIES]
        return any(steps)

    def _step(self, policy: str) -> bool:
        with self._database.reading() as connection:
            reached = repository.progress(connection, policy, POLL_SECONDS)
        if not reached.more:
            return False
        latest = self._registry.latest_revision()
        until = min(latest, reached.next_evaluated or latest)
        changed = self._changed(policy, reached.revision, until)
        with self._database.transaction() as connection:
            if not repository.advance(connection, policy, reached=reached, until=until, latest=latest):
                return True  # another worker moved on meanwhile: start again from there
            repository.mark_changed(connection, policy, changed)
            self._crash_point("registry follower: not committed")
        self._crash_point("registry follower: committed")
        if not changed.is_empty():
            log.info("corrections.pending", policy=policy, revision=until, enterprises=changed.height)
        return until > reached.revision

    def _changed(self, policy: str, after: int, until: int) -> pl.DataFrame:
        """Return `uscc, revision` of the enterprises that changes after `after`, up to `until`, concern."""
        schema = {"uscc": pl.String, "revision": pl.Int64}
        if until <= after:
            return pl.DataFrame(schema=schema)
        if self._registry.rows_changed(after, until, at_most=LISTED_ROWS) is None:
            return pl.DataFrame([(ALL_ENTERPRISES, until)], schema=schema, orient="row")
        changes = self._registry.changes(after, until)
        named = pl.when(pl.col("enterprises").list.len() > 0).then("enterprises").otherwise(pl.lit([ALL_ENTERPRISES]))
        direct = changes.select("revision", uscc=named).explode("uscc")
        indirect = pl.Series("uscc", sorted(self._indirect(load_policy(policy), changes, until)), dtype=pl.String)
        both = pl.concat([direct, indirect.to_frame().select(pl.lit(until, pl.Int64).alias("revision"), "uscc")])
        return both.group_by("uscc").agg(pl.col("revision").max()).sort("uscc").select("uscc", "revision")

    def _indirect(self, policy: Policy, changes: pl.DataFrame, until: int) -> set[str]:
        """Return the enterprises that changed rows concern without naming them, judging by the rows before the change."""
        before = {}
        for dataset, columns in looked_up_by(policy).items():
            rows = changes.filter((pl.col("dataset") == dataset) & pl.col("before").is_not_null())
            if rows.height:
                read = pl.col("before").str.json_decode(pl.Struct(dict.fromkeys(sorted(columns), pl.String)))
                before[dataset] = rows.select(read).unnest("before")
        return enterprises_reading(self._registry.fetching(until), policy, before) if before else set()


class AutomaticEvaluations:
    """Starts an evaluation of the pending enterprises once their facts are quiet and no other evaluation is in progress."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        mode: AutomaticReevaluation,
        quiet_seconds: float,
        *,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to start evaluations; `crash_point` lets tests end the process at critical points."""
        self._database = database
        self._clock = clock
        self._mode = mode
        self._quiet_seconds = quiet_seconds
        self._crash_point = crash_point

    def step(self) -> bool:
        """Start what is due; returns whether anything was."""
        steps = [self._step(policy) for policy in POLICIES]
        return any(steps)

    def _step(self, policy: str) -> bool:
        with self._database.reading() as connection:
            if not repository.is_due(connection, policy, self._quiet_seconds):
                return False
        now = self._clock.now()
        with self._database.transaction() as connection:
            if not repository.try_lock(connection) or not repository.is_due(connection, policy, self._quiet_seconds):
                return False
            if self._mode is AutomaticReevaluation.RESTATE:
                repository.drop_pending_without_awards(connection, policy)
            scope = repository.pending(connection, policy, SCOPE)
            if not scope:
                return False
            task = EvaluationTask(
                policy=policy,
                award_years=list(load_policy(policy).possible_years),
                scope=scope,
                decided_on=calendar_date(now),
                occasion=Occasion.CORRECTION,
                proposes_new=self._mode is AutomaticReevaluation.PROPOSE,
            )
            started = queue(connection, task, by=AUTOMATIC_ACTOR, now=now)
            self._crash_point("automatic evaluation: not committed")
        self._crash_point("automatic evaluation: committed")
        log.info("corrections.evaluation_started", evaluation=str(started), policy=policy)
        return True


def clear_reevaluated(mode: AutomaticReevaluation) -> OnFinished:
    """Return a function that removes the marks of the enterprises that a finished evaluation has covered.

    Where new awards are proposed automatically, an evaluation of some years does not cover an enterprise.
    """

    def on_finished(connection: Connection, task: EvaluationTask, revision: int) -> None:
        repository.clear_reevaluated(
            connection,
            task.policy,
            task.scope,
            revision=revision,
            award_years=task.award_years,
            every_year=set(load_policy(task.policy).possible_years) <= set(task.award_years),
            proposes_new=mode is AutomaticReevaluation.PROPOSE,
        )

    return on_finished
