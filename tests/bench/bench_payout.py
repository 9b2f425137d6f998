"""Payout's throughput: decisions in the outbox → Kafka → split, posted, ordered, funded.

Beside it, on the same machine, in the same run: bare kafka-python produce and consume plus COPY of the same rows; a service that
handles one message in one transaction at a time; and for the funding pass a bare set-based UPDATE of the same orders.
`make bench ARGS=payout` runs it.
"""

from __future__ import annotations

import io
import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.synchronize import Event as Gate
from statistics import median
from threading import Event, Thread
from typing import Any
from uuid import UUID

import orjson
import psutil
from kafka import KafkaConsumer
from sqlalchemy import text

from deploy.local.broker import Broker
from services.payout.arrangements import handlers as arrangements
from services.payout.arrangements.schemas import ArrangementDraft
from services.payout.awards.handlers import receive
from services.payout.budgets import handlers as budgets
from services.payout.budgets.tables import MAX_APPROPRIATION_FEN
from services.payout.enums import UNITS
from services.payout.funding.passes import FundingPass
from services.payout.orders.transitions import fund
from services.payout.settings import Settings
from services.payout.worker import consumer_loops
from shared.clock import SystemClock, calendar_date
from shared.database.engine import Database
from shared.messaging import inbox, kafka, outbox, topics
from shared.messaging.envelope import Event as CloudEvent
from shared.messaging.envelope import Message, header_map
from shared.messaging.kafka import Cluster
from shared.messaging.signatures import Signer
from shared.runtime import reduce_garbage_collection
from tests.integration.payout.support import SHARED_HALF
from tests.support.databases import DatabaseServer
from tests.support.events import LENIENT, SIGNERS, VERIFIER, relay_of

DECISIONS = 100_000
NAIVE_DECISIONS = 1_000
ROUNDS = 3
ROWS = ("inbox", "award_versions", "awards", "award_shares", "payment_orders", "postings", "event_batches")
CLOCK = SystemClock()


@dataclass(frozen=True)
class Figure:
    """A measured duration: `done` things in `seconds`, and the CPU time of the processes that sign and verify, if measured."""

    name: str
    done: int
    seconds: float
    cpu_seconds: float = 0.0

    @property
    def per_second(self) -> float:
        """Things per second."""
        return self.done / self.seconds

    def __str__(self) -> str:
        return f"{self.name:<58} {self.seconds:8.2f} s {self.per_second:10.0f} /s"


def decided(count: int, now: datetime) -> Iterator[CloudEvent]:
    """Yield `award.decided` events: a third each per jurisdiction, one in ten in two instalments."""
    where = ("city", "liandu", "development_zone")
    for number in range(count):
        award_id = UUID(int=(number * 0x9E3779B97F4A7C15 & 2**64 - 1) << 64 | number, version=5)
        fen = 100_001 + number
        parts = [fen] if number % 10 else [fen - fen // 2, fen // 2]
        data = {
            "award_id": str(award_id),
            "version": 1,
            "policy": "lishui-2020-1",
            "award": "courier-rent",
            "article": "4",
            "subject": f"subject-{number}",
            "award_year": 2024,
            "payee": {"uscc": f"91331100MA2{number % 10_000_000:07d}"[:18], "name": f"丽水合成企业{number}"},
            "jurisdiction": where[number % 3],
            "kind": "cash",
            "result": "granted",
            "entitlement_fen": fen,
            "instalments": [{"due_year": 2025, "amount_fen": part} for part in parts],
            "decided_on": "2025-03-28",
            "first_decided_on": f"2025-03-{1 + number % 28:02d}",
            "reason": "initial",
            "receipt": {
                "facts_revision": 7,
                "policy_hash": "0" * 64,
                "interpretations_hash": "1" * 64,
                "engine_version": "1",
            },
        }
        yield CloudEvent(
            topics.AWARD_DECISIONS,
            str(award_id),
            "award.decided",
            award_id,
            "/eligibility",
            str(award_id),
            now,
            orjson.dumps(data),
        )


def prepare(payout: Database) -> None:
    """Confirm an arrangement and appropriate enough."""
    now = CLOCK.now()
    document = ArrangementDraft.model_validate(SHARED_HALF).draft()
    with payout.transaction() as connection:
        drafted = arrangements.draft(connection, document, by="maker", now=now)
        arrangements.confirm(connection, drafted["id"], by="checker", now=now, samples_allowed=True)
        for unit in ("city", "liandu", "development_zone"):
            year = calendar_date(now).year
            for _ in range(10):
                draft = budgets.propose(
                    connection, unit=unit, year=year, amount_fen=MAX_APPROPRIATION_FEN, document="bench", by="maker"
                )
                budgets.confirm(connection, draft["id"], by="checker")


def _relay(url: str, cluster: Cluster, go: Gate, signed: bool) -> None:
    if not signed:
        Signer.sign = lambda *_: None  # type: ignore[method-assign]
    relay = relay_of("eligibility", Database(url, prepared_statements=False), cluster, "bench-relay")
    relay.step()
    reduce_garbage_collection()
    go.wait()
    while True:
        if not relay.step():
            time.sleep(0.02)


def _consume(url: str, cluster: Cluster, group: str, signed: bool) -> None:
    reduce_garbage_collection()
    for loop in consumer_loops(
        Database(url, prepared_statements=False),
        cluster,
        VERIFIER if signed else LENIENT,
        CLOCK,
        Settings.model_fields["consumers"].default,
        group,
    ):
        Thread(target=loop.run, args=(Event(),)).start()


def _fund(url: str) -> None:
    funding = FundingPass(Database(url, prepared_statements=False), CLOCK)
    while True:
        if not funding.step():
            time.sleep(0.2)


def whole_path(eligibility: Database, payout: Database, cluster: Cluster, count: int, *, signed: bool = True) -> Figure:
    """Run relay, consumer and funding pass as processes until all orders are issued; unless `signed`, without signatures."""
    spawn = multiprocessing.get_context("spawn")
    go = spawn.Event()
    targets: list[tuple[Callable[..., None], tuple[Any, ...]]] = [
        (_relay, (eligibility.url, cluster, go, signed)),
        (_consume, (payout.url, cluster, "bench", signed)),
        (_fund, (payout.url,)),
    ]
    processes = [spawn.Process(target=target, args=arguments, daemon=True) for target, arguments in targets]
    for process in processes:
        process.start()
    time.sleep(8.0)  # the group has formed and everything is imported: what is measured is the work
    fill(eligibility, count)
    signing = [psutil.Process(process.pid) for process in processes[:2]]
    before = sum(map(_cpu_seconds, signing))
    started = time.perf_counter()
    go.set()
    needed = sum(100_001 + number for number in range(count))
    while reserved_fen(payout) < needed:
        time.sleep(0.1)
    seconds = time.perf_counter() - started
    cpu_seconds = sum(map(_cpu_seconds, signing)) - before
    time.sleep(1.0)  # the last offsets are committed, so that the next round finds nothing of this one
    for process in processes:
        process.kill()
        process.join()
    name = "outbox → Kafka → split, posted, ordered, funded" if signed else "  the same without signatures"
    return Figure(name, count, seconds, cpu_seconds)


def _cpu_seconds(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return spent.user + spent.system


def reserved_fen(database: Database) -> int:
    """Return what the budgets have reserved: three rows, so that looking on costs nothing."""
    with database.reading() as connection:
        return int(connection.execute(text("SELECT coalesce(sum(committed_fen), 0) FROM budgets")).scalar_one())


def count_of(database: Database, what: str) -> int:
    """Count rows."""
    with database.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def fill(eligibility: Database, count: int) -> None:
    """Put decisions into eligibility's outbox."""
    with eligibility.transaction() as connection:
        outbox.enqueue(connection, list(decided(count, CLOCK.now())))


def bare(payout: Database, cluster: Cluster, count: int) -> list[Figure]:
    """Produce and consume the same messages with their signatures, and COPY the rows that payout made of them into tables without
    anything.
    """
    events = list(decided(count, CLOCK.now()))
    messages = [(event.key.encode(), event.data, event.headers()) for event in events]
    SIGNERS["eligibility"].sign(messages)  # the bytes are the relay's; the work is not timed
    topic = topics.REGISTRY_FACTS  # nothing else uses it here
    producer = kafka.producer(cluster, "bare")
    started = time.perf_counter()
    for key, value, headers in messages:
        producer.send(topic, key=key, value=value, headers=headers)
    producer.flush()
    produced = time.perf_counter() - started
    producer.close()
    subscription = kafka.consumer(cluster, "bare", topic, max_poll_records=2_000)
    while not subscription.assignment():
        subscription.poll(timeout_ms=200, update_offsets=False)
    subscription.seek_to_beginning()
    started = time.perf_counter()
    _receive(subscription, count)
    consumed = time.perf_counter() - started
    subscription.close()
    copied = _copy(payout)
    return [
        Figure("  bare produce", count, produced),
        Figure("  bare consume", count, consumed),
        Figure("  bare COPY of the same rows", count, copied),
        Figure("bare produce + consume + COPY", count, produced + consumed + copied),
    ]


def _receive(subscription: KafkaConsumer, count: int) -> None:
    seen = 0
    while seen < count:
        seen += sum(len(records) for records in subscription.poll(timeout_ms=500).values())


def _copy(payout: Database) -> float:
    seconds = 0.0
    for table in ROWS:
        with payout.transaction() as connection:
            cursor = connection.connection.cursor()
            buffer = io.BytesIO()
            with cursor.copy(f"COPY {table} TO STDOUT") as out:
                for block in out:
                    buffer.write(block)
            cursor.execute(f"CREATE TEMP TABLE bare_{table} ON COMMIT DROP AS SELECT * FROM {table} WITH NO DATA")
            started = time.perf_counter()
            with cursor.copy(f"COPY bare_{table} FROM STDIN") as into:
                into.write(buffer.getvalue())
            seconds += time.perf_counter() - started
    return seconds


def stages(payout: Database, count: int) -> list[Figure]:
    """Time the stages of payout alone, in this process: giving effect in batches of 2,000, and one funding pass."""
    messages = [
        Message(e.topic, 0, n, e.key.encode(), e.data, header_map(e.headers()))
        for n, e in enumerate(decided(count, CLOCK.now()))
    ]
    started = time.perf_counter()
    for place in range(0, count, 2_000):
        with payout.transaction() as connection:
            receive(connection, inbox.take_new(connection, messages[place : place + 2_000]), CLOCK.now())
    effect = time.perf_counter() - started
    with payout.transaction() as connection:
        connection.execute(text("CREATE TEMP TABLE queue ON COMMIT DROP AS SELECT id FROM payment_orders"))
        started = time.perf_counter()
        connection.execute(
            text(
                "UPDATE payment_orders o SET state = 'cancelled', waiting_for = NULL, live = false, changed_at = now()"
                " FROM queue q WHERE q.id = o.id"
            )
        )
        update = time.perf_counter() - started
        connection.rollback()
    with payout.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM payment_orders"))
    started = time.perf_counter()
    issued = FundingPass(payout, CLOCK).run(CLOCK.now(), calendar_date(CLOCK.now()).year)
    funding = time.perf_counter() - started
    return [
        Figure("  consumer's effect alone", count, effect),
        Figure("  funding pass alone (orders)", issued, funding),
        Figure("  bare UPDATE of the same orders", issued, update),
    ]


def one_at_a_time(payout: Database, cluster: Cluster, count: int) -> Figure:
    """Do what a first service does: send and wait; receive, split, order and fund one message in one transaction."""
    producer = kafka.producer(cluster, "naive")
    events = list(decided(count, CLOCK.now()))
    started = time.perf_counter()
    for event in events:
        producer.send("payment-orders.v1", key=event.key.encode(), value=event.data, headers=event.headers()).get(10)
    subscription = kafka.consumer(cluster, f"naive-{count}", "payment-orders.v1", max_poll_records=500)
    done = 0
    year = calendar_date(CLOCK.now()).year
    while done < count:
        for records in subscription.poll(timeout_ms=500).values():
            for record in records:
                headers = header_map(record.headers)
                message = Message(record.topic, 0, record.offset, record.key, record.value, headers)
                with payout.transaction() as connection:
                    receive(connection, inbox.take_new(connection, [message]), CLOCK.now())
                    waiting = connection.execute(
                        text("SELECT id::text FROM payment_orders WHERE award_id = CAST(:id AS uuid)"),
                        {"id": headers["ce_id"].decode()},
                    ).scalars()
                    fund(connection, year, CLOCK.now(), dict.fromkeys(UNITS), order_ids=list(waiting))
                subscription.commit()
                done += 1
    seconds = time.perf_counter() - started
    subscription.close()
    producer.close()
    return Figure("one message, one transaction at a time", count, seconds)


def beside_each_other(server: DatabaseServer, broker: Broker, count: int, *, signed_first: bool) -> list[Figure]:
    """Measure one round: the whole path on fresh databases, signed and not, and the bare steps. Nothing of it runs on beside the
    next.
    """
    paths: dict[bool, Figure] = {}
    beside: list[Figure] = []
    for signed in (signed_first, not signed_first):
        databases = [server.fresh("payout"), server.fresh("eligibility")]
        payout, eligibility = (database.connect() for database in databases)
        prepare(payout)
        paths[signed] = whole_path(eligibility, payout, broker.cluster, count, signed=signed)
        if signed:
            beside = bare(payout, broker.cluster, count)
        for database in databases:
            server.drop(database)  # or its autovacuum takes a core from the next round
    return [paths[True], paths[False], *beside]


def against_bare(figures: Sequence[Figure]) -> float:
    """Return the throughput of a round's first figure as a part of its last."""
    return figures[0].per_second / figures[-1].per_second


def against_unsigned(figures: Sequence[Figure]) -> float:
    """Return the throughput of a round's first figure as a part of its second."""
    return figures[0].per_second / figures[1].per_second


def cpu_against_unsigned(figures: Sequence[Figure]) -> float:
    """Return the CPU time of relay and consumer with signatures as a multiple of that without; other load does not change it."""
    return figures[0].cpu_seconds / figures[1].cpu_seconds


def run(server: DatabaseServer, broker: Broker, count: int = DECISIONS) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    measured = (beside_each_other(server, broker, count, signed_first=bool(number % 2)) for number in range(ROUNDS))
    rounds = sorted(measured, key=against_bare)
    ours, *beside = rounds[ROUNDS // 2]
    stage_payout, naive_payout = server.fresh("payout").connect(), server.fresh("payout").connect()
    prepare(stage_payout)
    alone = stages(stage_payout, count)
    prepare(naive_payout)
    naive = one_at_a_time(naive_payout, broker.cluster, min(count, NAIVE_DECISIONS))
    return [
        ours,
        *beside,
        *alone,
        naive,
        (f"throughput against bare I/O, median of {ROUNDS} rounds (goal ≥ 0.75)", against_bare([ours, *beside])),
        (
            f"events signed and verified against not, median of {ROUNDS} rounds (goal ≥ 0.9)",
            median(map(against_unsigned, rounds)),
        ),
        (
            f"CPU time of relay and consumer, signed against not, median of {ROUNDS} rounds",
            median(map(cpu_against_unsigned, rounds)),
        ),
        ("throughput against one at a time (goal ≥ 5)", ours.per_second / naive.per_second),
        ("funding pass against bare UPDATE, times as long (goal ≤ 3)", alone[1].seconds / alone[2].seconds),
    ]
