"""Evaluations in partitions: the same result whoever evaluates them, and whatever becomes of the workers and the work items."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import polars as pl
import pytest
from sqlalchemy import Connection, Row, text

from deploy.local.broker import Broker
from services.eligibility.evaluation_jobs import existing_decisions, partitions
from services.eligibility.evaluation_jobs.domain import EVALUATION
from services.eligibility.evaluation_jobs.partitions import EvaluatedPart, PartitionEvaluator
from services.eligibility.facts.catalogue import NOBODY, Authors
from services.eligibility.interpretations import handlers as policies
from services.eligibility.rules.library import load_policy
from shared.database.frames import frame_of
from shared.events.evaluation_shard import TYPE
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Message, RejectedMessageError
from tests.integration.eligibility.harness import POLICY, Harness
from tests.integration.registry.conftest import enterprise, uscc
from tests.support.events import LENIENT, relay_of

# kafka-python leaves a socket to the garbage collector when a consumer is closed in the middle of a rebalance.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CODES = [uscc(number) for number in range(6)]
PARTITION_OF = 2
PARTITIONS = len(CODES) // PARTITION_OF + 1
"""Ranges of enterprises, and one of all awards about others."""
WAN = 1_000_000


@pytest.fixture
def populated(world: Harness) -> Harness:
    world.record("enterprises", *(enterprise(code) for code in CODES))
    world.record("locations", *({"uscc": c, "since": "2015-03-01", "jurisdiction": "liandu"} for c in CODES))
    world.record("monitoring_inclusions", *({"uscc": c, "track": "retail", "included_on": "2019-01-01"} for c in CODES))
    for place, code in enumerate(CODES):
        figures = [
            {"uscc": code, "year": y, "online_retail_fen": (y - 2018) * place * 300 * WAN} for y in range(2019, 2025)
        ]
        world.record("annual_sales", *figures)
        world.record("statistics_sales", *figures)
        world.record("courier_years", {"uscc": code, "year": 2023, "parcels": 3_600_000 + place * 25_000,
                                       "operating_days": 365 if place else None, "rent_fen": 100 * place})  # fmt: skip
        for level in ("municipal", "provincial")[: place % 3]:
            world.record("demonstration_titles", {"uscc": code, "title": f"T{level}", "level": level,
                                                  "awarded_on": "2021-05-01"})  # fmt: skip
    world.partition_enterprises = PARTITION_OF
    return world


@contextmanager
def working(world: Harness, broker: Broker, workers: list[PartitionEvaluator]) -> Iterator[list[BaseException]]:
    """Run a relay and some workers of one consumer group, each in a thread; gives the errors that ended them."""
    stopping, group, errors = threading.Event(), f"shards-{uuid4().hex}", list[BaseException]()
    relay = relay_of("eligibility", world.database, broker.cluster, "test-relay")
    consumers = [
        Consumer(
            world.database, broker.cluster, topics.EVALUATION_SHARDS, group, each.receive, LENIENT, batch_messages=1
        )
        for each in workers
    ]

    def repeat(step: Callable[[], bool], close: Callable[[], None]) -> None:
        try:
            while not stopping.is_set():
                if not step():
                    stopping.wait(0.05)
        except BaseException as error:  # noqa: BLE001 - the test asks for them
            errors.append(error)
        finally:
            close()

    loops = [(relay.step, relay.close), *((each.step, each.close) for each in consumers)]
    threads = [threading.Thread(target=repeat, args=loop) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield errors
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
        gc.collect()


def found(world: Harness, evaluation: UUID) -> list[tuple[Any, ...]]:
    query = "SELECT outcomes FROM evaluation_outcomes WHERE evaluation_id = :id ORDER BY last_number"
    return [row for (stream,) in world.rows(query, id=evaluation) for row in frame_of(stream).iter_rows()]


def as_one(world: Harness) -> list[tuple[Any, ...]]:
    world.partition_enterprises = 1_000_000
    whole = world.evaluate()
    assert whole["decisions"]["created"] == 0
    assert whole["decisions"]["unchanged"] > 10
    return found(world, UUID(whole["id"]))


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_partitions_give_the_same_however_many_workers_evaluate_them(
    populated: Harness, broker: Broker, workers: int
) -> None:
    world = populated
    evaluation = world.start()
    with working(world, broker, [PartitionEvaluator(world.facts) for _ in range(workers)]) as errors:
        assert world.runner().step()
    assert errors == []
    result = world.result(evaluation)
    assert result["progress"]["total"] == PARTITIONS + 1
    assert result["decisions"]["created"] > 10
    assert [row[1:] for row in found(world, evaluation)] == [row[1:] for row in as_one(world)]
    assert world.rows("SELECT count(*) FROM evaluation_partitions") == [(0,)]


class KilledError(RuntimeError):
    """Stands for a process that dies."""


def test_a_worker_that_dies_in_the_middle_costs_time_alone(populated: Harness, broker: Broker) -> None:
    world, evaluated = populated, []

    def die_at_the_second(_: str) -> None:
        evaluated.append(1)
        if len(evaluated) == 2:
            raise KilledError

    evaluation = world.start()
    crashing = PartitionEvaluator(world.facts, crash_point=die_at_the_second)
    with working(world, broker, [crashing, PartitionEvaluator(world.facts)]) as errors:
        assert world.runner().step()
    assert [type(error) for error in errors] in ([KilledError], [])
    assert [row[1:] for row in found(world, evaluation)] == [row[1:] for row in as_one(world)]


def test_without_a_broker_the_worker_that_runs_it_does_it_all(populated: Harness) -> None:
    evaluation = populated.start()
    assert populated.runner().step()
    assert [row[1:] for row in found(populated, evaluation)] == [row[1:] for row in as_one(populated)]


def test_a_partition_that_is_held_for_too_long_is_evaluated_twice(
    populated: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever holds it may hang for ever; what it stores is not looked at any more."""
    world = populated
    monkeypatch.setattr(partitions, "PATIENCE_SECONDS", 0)
    evaluation, held = world.start(), list[Any]()

    class Hanging(PartitionEvaluator):
        def evaluate(self, connection: Connection, row: Row[Any], authors: Authors = NOBODY) -> EvaluatedPart:
            if not held:
                other = world.database.engine.connect()
                held.append(other)
                other.execute(
                    text("SELECT 1 FROM evaluation_partitions WHERE number = :n FOR UPDATE"), {"n": row.number + 1}
                )
            return super().evaluate(connection, row, authors)

    assert world.runner(Hanging(world.facts)).step()
    assert world.rows("SELECT number FROM evaluation_partitions") == [(2,)], "left for the next evaluation"
    held[0].close()
    assert [row[1:] for row in found(world, evaluation)] == [row[1:] for row in as_one(world)]
    assert world.rows("SELECT count(*) FROM evaluation_partitions") == [(1,)], "none were created"
    world.partition_enterprises = PARTITION_OF
    world.evaluate()
    assert world.rows("SELECT count(*) FROM evaluation_partitions") == [(0,)]


class DyingAtTheSecond(PartitionEvaluator):
    """Stands for a process that dies while it evaluates the second partition."""

    def evaluate(self, connection: Connection, row: Row[Any], authors: Authors = NOBODY) -> EvaluatedPart:
        if row.number == 2:
            raise KilledError
        return super().evaluate(connection, row, authors)


def lease_ends(world: Harness) -> None:
    with world.database.transaction() as connection:
        connection.execute(text("UPDATE jobs SET lease_until = now() - interval '1 second'"))


def test_a_worker_that_takes_over_continues_with_the_partitions_there_are(populated: Harness) -> None:
    world = populated
    evaluation = world.start()
    assert world.runner(DyingAtTheSecond(world.facts)).step()
    [(state, created)] = world.rows(
        "SELECT state, (SELECT count(*) FROM evaluation_partitions) FROM jobs WHERE id = :id", id=evaluation
    )
    assert (state, created) == ("running", PARTITIONS)
    world.record("courier_years", {"uscc": CODES[5], "year": 2022, "parcels": 4_000_000, "operating_days": 365,
                                   "rent_fen": 700})  # fmt: skip
    evaluated = list[int]()

    class Counting(PartitionEvaluator):
        def evaluate(self, connection: Connection, row: Row[Any], authors: Authors = NOBODY) -> EvaluatedPart:
            evaluated.append(row.number)
            return super().evaluate(connection, row, authors)

    lease_ends(world)
    assert world.runner(Counting(world.facts)).step()
    assert evaluated == list(range(2, PARTITIONS + 1)), "the first is evaluated already"
    revision = world.result(evaluation)["facts_revision"]
    assert revision == world.facts.latest_revision() - 1, "the revision that the partitions were created at"
    assert world.rows("SELECT sum(events) FROM event_batches WHERE topic = 'evaluation-shards.v1'") == [(created,)]


@pytest.mark.parametrize("changed", ["another evaluation has used newer facts", "the interpretations have changed"])
def test_partitions_that_hold_no_more_are_created_anew(populated: Harness, changed: str) -> None:
    world = populated
    evaluation = world.start()
    assert world.runner(DyingAtTheSecond(world.facts)).step()
    if changed == "the interpretations have changed":
        exclude_dishonest(world)
    world.record("courier_years", {"uscc": CODES[5], "year": 2022, "parcels": 4_000_000, "operating_days": 365,
                                   "rent_fen": 700})  # fmt: skip
    if changed == "another evaluation has used newer facts":
        with world.database.transaction() as connection:
            connection.execute(text("UPDATE jobs SET state = 'failed', finished_at = now()"))
        world.evaluate(scope=CODES[5:])
        with world.database.transaction() as connection:
            query = "UPDATE jobs SET state = 'queued', finished_at = NULL WHERE id = :id"
            connection.execute(text(query), {"id": evaluation})
    lease_ends(world)
    assert world.runner().step()
    assert world.result(evaluation)["facts_revision"] == world.facts.latest_revision()
    assert [row[1:] for row in found(world, evaluation)] == [row[1:] for row in as_one(world)]


def exclude_dishonest(world: Harness) -> None:
    policy = load_policy(POLICY)
    with world.database.transaction() as connection:
        change = policies.propose_change(connection, policy, {"integrity_screen": "exclude"}, "r", by="commerce-maker")
        policies.confirm_change(connection, policy, UUID(change["id"]), by="commerce-checker")


def test_what_came_into_force_meanwhile_keeps_its_own_day(populated: Harness) -> None:
    world = populated
    exclude_dishonest(world)
    first = world.evaluate(on=date(2024, 3, 1))
    dishonest = next(code for code in sorted(CODES) if code != CODES[0])  # of the first partition, with awards
    world.record("sanctions", {"uscc": dishonest, "kind": "serious_dishonesty", "since": "2024-06-01"})

    class Meanwhile(PartitionEvaluator):
        def evaluate(self, connection: Connection, row: Row[Any], authors: Authors = NOBODY) -> EvaluatedPart:
            evaluated = super().evaluate(connection, row, authors)
            if row.number == 1:
                world.approve(first)
            return evaluated

    evaluation = world.start(on=date(2025, 3, 1))
    assert world.runner(Meanwhile(world.facts)).step()
    counts = world.result(evaluation)["decisions"]
    assert (counts["withdrawn"], counts["restated"]) == (0, 0), "dishonest since, but not on the first version's day"


def test_what_was_being_approved_as_it_began_keeps_its_own_day(populated: Harness) -> None:
    """The approval began before the evaluation, which cannot see it, and ends when that has evaluated the awards as new."""
    world = populated
    exclude_dishonest(world)
    first = world.evaluate(on=date(2024, 3, 1))
    dishonest = next(code for code in sorted(CODES) if code != CODES[0])
    world.record("sanctions", {"uscc": dishonest, "kind": "serious_dishonesty", "since": "2024-06-01"})
    approval = ExitStack()
    approval.enter_context(world.approving(first))

    class Meanwhile(PartitionEvaluator):
        def evaluate(self, connection: Connection, row: Row[Any], authors: Authors = NOBODY) -> EvaluatedPart:
            evaluated = super().evaluate(connection, row, authors)
            if row.number == 1:
                approval.close()
            return evaluated

    evaluation = world.start(on=date(2025, 3, 1))
    assert world.runner(Meanwhile(world.facts)).step()
    counts = world.result(evaluation)["decisions"]
    assert (counts["withdrawn"], counts["restated"]) == (0, 0)


@pytest.mark.parametrize("partition_of", [PARTITION_OF, 1_000_000], ids=["in partitions", "in one piece"])
@pytest.mark.parametrize("some", [False, True], ids=["all", "some"])
def test_what_is_approved_while_it_is_compared_keeps_its_own_day(
    populated: Harness, monkeypatch: pytest.MonkeyPatch, partition_of: int, some: bool
) -> None:
    """It is approved when the evaluation has just seen that nothing was."""
    world = populated
    world.partition_enterprises = partition_of
    exclude_dishonest(world)
    first = world.evaluate(on=date(2024, 3, 1))
    dishonest = next(code for code in sorted(CODES) if code != CODES[0])
    world.record("sanctions", {"uscc": dishonest, "kind": "serious_dishonesty", "since": "2024-06-01"})
    look, looks = existing_decisions.first_approved_since, list[int]()

    def look_too_early(connection: Connection, policy: str, instant: datetime) -> pl.DataFrame:
        found = look(connection, policy, instant)
        if not looks:
            world.approve(first)
        looks.append(found.height)
        return found

    monkeypatch.setattr(existing_decisions, "first_approved_since", look_too_early)
    result = world.evaluate(on=date(2025, 3, 1), scope=[dishonest] if some else "all")
    assert (result["decisions"]["withdrawn"], result["decisions"]["restated"]) == (0, 0)
    assert looks[0] == 0
    assert looks[1] > 0


def test_partitions_of_an_evaluation_that_has_ended_are_not_evaluated(populated: Harness) -> None:
    world = populated
    evaluation = world.evaluate()
    headers = {"ce_type": TYPE.encode()}
    data = orjson.dumps({"evaluation_id": evaluation["id"], "number": 1})
    message = Message(topics.EVALUATION_SHARDS, 0, 1, b"k", data, headers)
    world.transport.requests.clear()
    with world.database.transaction() as connection:
        PartitionEvaluator(world.facts).receive(connection, [message])
    assert world.transport.requests == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [("test.other", b"{}"), (TYPE, b"{}"), (TYPE, b"\xff"), (TYPE, b'{"evaluation_id": 7, "number": 0}')],
)
def test_what_is_no_work_item_is_refused(world: Harness, kind: str, data: bytes) -> None:
    message = Message(topics.EVALUATION_SHARDS, 0, 1, b"k", data, {"ce_type": kind.encode()})
    with pytest.raises(RejectedMessageError), world.database.transaction() as connection:
        PartitionEvaluator(world.facts).receive(connection, [message])


def test_partitions_of_failed_evaluations_are_dropped_by_the_next(populated: Harness) -> None:
    world = populated
    with world.database.transaction() as connection:
        connection.execute(text("INSERT INTO documents (hash, kind, content) VALUES ('h', 'readings', '{}')"))
        job = uuid4()
        connection.execute(
            text(
                "INSERT INTO jobs (id, kind, state, input, created_by, finished_at) "
                " VALUES (:id, :kind, 'failed', '{}', 'x', now())"
            ),
            {"id": job, "kind": EVALUATION},
        )
        connection.execute(
            text("INSERT INTO evaluation_partitions"
                 " (evaluation_id, number, awards, is_range, facts_revision, interpretations_hash)"
                 " VALUES (:id, 1, '{courier-rent}', false, 1, 'h')"),
            {"id": job},
        )  # fmt: skip
    world.evaluate()
    assert world.rows("SELECT count(*) FROM evaluation_partitions") == [(0,)]
    assert partitions.PATIENCE_SECONDS > 0
