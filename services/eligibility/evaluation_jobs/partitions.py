"""Evaluations in pieces: an award and a part of its subjects each, judged by whichever worker takes it, proposed as one.

A piece's outcomes are kept in its row; judged twice they are the same, and the first stay. The worker that runs the evaluation
waits for the pieces and judges one itself whenever none has come in for a while: lost work items and dead workers cost time, not
results.
"""

from __future__ import annotations

import io
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy import Connection, Row, text

from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.decisions import repository as decisions
from services.eligibility.decisions.proposals import keep_documents
from services.eligibility.engine.dependencies import subjects_about
from services.eligibility.evaluation_jobs import existing_decisions
from services.eligibility.evaluation_jobs.judging import PAIRS, as_decided, in_order
from services.eligibility.evaluation_jobs.schemas import EvaluationOrder
from services.eligibility.facts.catalogue import Facts
from services.eligibility.interpretations.handlers import official_readings, policy_book, readings_of
from services.eligibility.rules.domain import Policy
from shared.clock import Clock
from shared.database.bulk import copy_rows
from shared.database.engine import Database
from shared.events.evaluation_shard import TYPE, EvaluationShardCut
from shared.identifiers import event_id
from shared.jobs.runner import RunningJob
from shared.messaging import outbox, topics
from shared.messaging.envelope import Event, Message

PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the pieces found, sorted, and what they found it from."""

    revision: int
    interpretations_hash: str
    cut_at: datetime
    outcomes: pl.DataFrame


class Shards:
    """Judges pieces of evaluations from the registry's facts, reading the datasets that an award needs and no others."""

    def __init__(
        self,
        registry: RegistryFacts,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        crash_point: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to judge; `crash_point` lets a fault campaign end the process where it hurts."""
        self._registry = registry
        self._patience_seconds = patience_seconds
        self._crash_point = crash_point
        self._at_hand: tuple[int, Facts] | None = None

    def receive(self, connection: Connection, messages: Sequence[Message]) -> None:
        """Judge the pieces that `messages` name, as a consumer's handler; raises RejectedMessageError for what names none."""
        for message in messages:
            event = message.read(EvaluationShardCut)
            self._judge(connection, event.evaluation_id, event.number)
            self._crash_point("shard: judged, not committed")

    def gather(self, database: Database, job: RunningJob, total: int) -> Gathered:
        """Wait until all pieces are judged; returns what they found together."""
        judged, since = -1, time.monotonic()
        while True:
            with database.reading() as connection:
                waiting = _waiting(connection, job.id)
            # Told though all are judged already: by others, before this worker took over.
            if total - len(waiting) > judged:
                judged, since = total - len(waiting), time.monotonic()
                job.progress(judged, total + 2)
            if not waiting:
                break
            if time.monotonic() - since > self._patience_seconds:
                with database.transaction() as connection:
                    self._judge(connection, job.id, waiting[0])
            else:
                time.sleep(_POLL_SECONDS)
        with database.reading() as connection:
            return _gathered(connection, job.id)

    def _judge(self, connection: Connection, evaluation_id: UUID, number: int) -> None:
        row = connection.execute(text(_SHARD), {"evaluation_id": evaluation_id, "number": number}).one_or_none()
        if row is None:
            return  # judged already, or its evaluation has ended
        order = EvaluationOrder.model_validate(row.input)
        book = policy_book(order.policy)
        readings = readings_of(book, decisions.document(connection, row.interpretations_hash))
        facts = self._facts(row.facts_revision)
        found = as_decided(
            facts, book, readings, order.award_years, order.decided_on,
            existing_decisions.first_days(connection, order.policy, award=row.award),
            awards=[row.award], subjects=subjects_of(facts, book, row),
            open_days=existing_decisions.open_days(connection, order, award=row.award), undecided=order.proposes_new,
        )  # fmt: skip
        written = io.BytesIO()
        found.write_ipc_stream(written, compression="zstd")
        connection.execute(
            text(
                "UPDATE evaluation_shards SET outcomes = :outcomes"
                " WHERE evaluation_id = :evaluation_id AND number = :number AND outcomes IS NULL"
            ),
            {"evaluation_id": evaluation_id, "number": number, "outcomes": written.getvalue()},
        )

    def _facts(self, revision: int) -> Facts:
        if self._at_hand is None or self._at_hand[0] != revision:
            self._at_hand = (revision, self._registry.lazy(revision))
        return self._at_hand[1]


def subjects_of(facts: Facts, book: Policy, shard: Row[Any]) -> pl.DataFrame | None:
    """Return the (award, subject) that belong to the part of `shard`; None where it is all there is of the award."""
    if shard.parts == 1:
        return None
    subjects = subjects_about(facts, book.award(shard.award))
    mine = [subject for subject in subjects if zlib.crc32(subject.encode()) % shard.parts == shard.part]
    return pl.DataFrame({"award": [shard.award] * len(mine), "subject": mine}, schema=PAIRS)


def cut(database: Database, job: RunningJob, order: EvaluationOrder, revision: int, parts: int, clock: Clock) -> int:
    """Cut an evaluation into pieces and send them on their way, once; returns how many there are."""
    book = policy_book(order.policy)
    with database.transaction() as connection:
        connection.execute(text(_DROP_ENDED))
        already = connection.execute(text(_COUNT), {"evaluation_id": job.id}).scalar_one()
        if already:
            return int(already)
        readings = official_readings(connection, book)
        document = pl.DataFrame({"hash": [readings.hash], "content": [readings.document.decode()]})
        keep_documents(connection, "readings", document)
        pieces = [
            (str(job.id), number, award.code, part, parts, revision, readings.hash)
            for number, (award, part) in enumerate(((a, p) for a in book.awards for p in range(parts)), 1)
        ]
        columns = ("evaluation_id", "number", "award", "part", "parts", "facts_revision", "interpretations_hash")
        copy_rows(connection, "evaluation_shards", columns, pieces)
        outbox.enqueue(connection, [_event(job.id, number, clock) for _, number, *_ in pieces])
    return len(pieces)


def drop(connection: Connection, evaluation_id: UUID) -> None:
    """Drop the pieces of an evaluation that ends."""
    connection.execute(text("DELETE FROM evaluation_shards WHERE evaluation_id = :id"), {"id": evaluation_id})


def _event(evaluation_id: UUID, number: int, clock: Clock) -> Event:
    shard = f"{evaluation_id}:{number}"
    data = EvaluationShardCut(evaluation_id=evaluation_id, number=number).model_dump_json().encode()
    identity = event_id(TYPE, evaluation_id, number)
    return Event(topics.EVALUATION_SHARDS, shard, TYPE, identity, topics.ELIGIBILITY_SOURCE, shard, clock.now(), data)


_SHARD = """
SELECT s.*, j.input FROM evaluation_shards s JOIN jobs j ON j.id = s.evaluation_id
WHERE s.evaluation_id = :evaluation_id AND s.number = :number AND s.outcomes IS NULL AND j.state IN ('queued', 'running')
"""

_COUNT = "SELECT count(*) FROM evaluation_shards WHERE evaluation_id = :evaluation_id"

_DROP_ENDED = """
DELETE FROM evaluation_shards s USING jobs j WHERE j.id = s.evaluation_id AND j.state NOT IN ('queued', 'running')
"""


def _waiting(connection: Connection, evaluation_id: UUID) -> list[int]:
    found = connection.execute(
        text("SELECT number FROM evaluation_shards WHERE evaluation_id = :id AND outcomes IS NULL ORDER BY number"),
        {"id": evaluation_id},
    )
    return list(found.scalars())


def _gathered(connection: Connection, evaluation_id: UUID) -> Gathered:
    rows = connection.execute(
        text("SELECT * FROM evaluation_shards WHERE evaluation_id = :id ORDER BY number"), {"id": evaluation_id}
    ).all()
    outcomes = pl.concat([pl.read_ipc_stream(io.BytesIO(row.outcomes)) for row in rows])
    return Gathered(rows[0].facts_revision, rows[0].interpretations_hash, rows[0].cut_at, in_order(outcomes))
