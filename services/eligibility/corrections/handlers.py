"""Following the registry and judging again what its changes touch: each step is one transaction, and may be repeated."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import structlog

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.corrections import repository
from services.eligibility.corrections.domain import EVERYONE, LISTED_ROWS, SCOPE, Debounce, Standing
from services.eligibility.decisions.proposals import STANDING_ACTOR
from services.eligibility.engine.dependencies import enterprises_behind, looked_up_by
from services.eligibility.evaluation_jobs.handlers import EVALUATION, queue
from services.eligibility.evaluation_jobs.schemas import EvaluationOrder, Occasion
from services.eligibility.rules.domain import Policy
from services.eligibility.rules.library import POLICIES, load_policy
from shared.clock import Clock, calendar_date
from shared.database.engine import Database

LOOK_EVERY_SECONDS = 15.0

log = structlog.get_logger(__name__)


class Following:
    """Marks what the registry changed since it was last looked at, for each policy.

    `GET /v1/changes` is read from the revision that was reached, in the order of revisions: whatever became of events, nothing is
    left out and nothing counts twice. It halts at each revision that an evaluation has judged, so that what swung back behind
    that is seen. Events only tell that there is more; once in a while it is looked without them, since
    facts that belong to nobody are told by no event.
    """

    def __init__(
        self, database: Database, registry: RegistryFacts, *, crash_point: Callable[[str], None] = lambda _: None
    ) -> None:
        """Prepare to follow `registry`; `crash_point` lets a fault campaign end the process where it hurts."""
        self._database = database
        self._registry = registry
        self._crash_point = crash_point

    def step(self) -> bool:
        """Mark what is new; tells whether anything was."""
        steps = [self._step(policy) for policy in POLICIES]
        return any(steps)

    def _step(self, policy: str) -> bool:
        with self._database.reading() as connection:
            reached = repository.followed(connection, policy, EVALUATION, LOOK_EVERY_SECONDS)
        if not reached.more:
            return False
        latest = self._registry.latest_revision()
        until = min(latest, reached.judged_next or latest)
        marks = self._marks(policy, reached.revision, until)
        with self._database.transaction() as connection:
            if not repository.follow(connection, policy, reached=reached, until=until, latest=latest):
                return True  # another one moved on meanwhile: look again from there
            repository.mark(connection, policy, marks)
            self._crash_point("following: not committed")
        self._crash_point("following: committed")
        if not marks.is_empty():
            log.info("corrections.marked", policy=policy, revision=until, enterprises=marks.height)
        return until > reached.revision

    def _marks(self, policy: str, after: int, until: int) -> pl.DataFrame:
        schema = {"uscc": pl.String, "revision": pl.Int64}
        if until <= after:
            return pl.DataFrame(schema=schema)
        if self._registry.rows_changed(after, until, at_most=LISTED_ROWS) is None:
            return pl.DataFrame([(EVERYONE, until)], schema=schema, orient="row")
        changed = self._registry.changes(after, until)
        named = pl.when(pl.col("enterprises").list.len() > 0).then("enterprises").otherwise(pl.lit([EVERYONE]))
        touched = changed.select("revision", uscc=named).explode("uscc")
        behind = pl.Series("uscc", sorted(self._behind(load_policy(policy), changed, until)), dtype=pl.String)
        marks = pl.concat([touched, behind.to_frame().select(pl.lit(until, pl.Int64).alias("revision"), "uscc")])
        return marks.group_by("uscc").agg(pl.col("revision").max()).sort("uscc").select("uscc", "revision")

    def _behind(self, book: Policy, changed: pl.DataFrame, until: int) -> set[str]:
        """Those whom changed rows concern without naming them, as far as the rows that were there tell."""
        gone = {}
        for dataset, columns in looked_up_by(book).items():
            rows = changed.filter((pl.col("dataset") == dataset) & pl.col("before").is_not_null())
            if rows.height:
                read = pl.col("before").str.json_decode(pl.Struct(dict.fromkeys(sorted(columns), pl.String)))
                gone[dataset] = rows.select(read).unnest("before")
        return enterprises_behind(self._registry.fetching(until), book, gone) if gone else set()


class StandingPass:
    """Starts an evaluation of those that are marked, once the marks have rested and no other evaluation is under way."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        standing: Standing,
        debounce: Debounce,
        *,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare the pass; `crash_point` lets a fault campaign end the process where it hurts."""
        self._database = database
        self._clock = clock
        self._standing = standing
        self._debounce = debounce
        self._crash_point = crash_point

    def step(self) -> bool:
        """Start what is due; tells whether anything was."""
        steps = [self._step(policy) for policy in POLICIES]
        return any(steps)

    def _step(self, policy: str) -> bool:
        with self._database.reading() as connection:
            if not repository.due(connection, policy, EVALUATION, self._debounce):
                return False
        now = self._clock.now()
        with self._database.transaction() as connection:
            if not repository.lock(connection) or not repository.due(connection, policy, EVALUATION, self._debounce):
                return False
            if self._standing is Standing.RESTATE:
                repository.forget_if_nothing_is_decided(connection, policy, EVALUATION)
            scope = repository.marked(connection, policy, SCOPE)
            if not scope:
                return False
            order = EvaluationOrder(
                policy=policy,
                award_years=list(load_policy(policy).possible_years),
                scope=scope,
                decided_on=calendar_date(now),
                occasion=Occasion.CORRECTION,
                proposes_new=self._standing is Standing.PROPOSE,
            )
            started = queue(connection, order, by=STANDING_ACTOR, now=now)
            self._crash_point("standing: not committed")
        self._crash_point("standing: committed")
        log.info("corrections.evaluation_started", evaluation=str(started), policy=policy)
        return True
