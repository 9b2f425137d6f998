"""Payments in bulk: what a second payout worker adds, the file of a batch, and the books reconciled.

`make bench ARGS=payments` runs it; `ARGS=payments=20000` with fewer decisions. A second worker can only add where a core is free.
"""

from __future__ import annotations

import base64
import multiprocessing
import time
from collections.abc import Collection
from datetime import date
from multiprocessing.synchronize import Barrier
from typing import Any

import polars as pl
from sqlalchemy import text

from deploy.local.broker import Broker
from services.payout.awards.handlers import award_decisions
from services.payout.batches import handlers, repository
from services.payout.batches.formats import FORMATS
from services.payout.clients.eligibility import Decisions, InForce
from services.payout.clients.payee_facts import PayeeFacts
from services.payout.clients.payees import Payees
from services.payout.clients.registry import ACCOUNTS, AccountChange, Accounts
from services.payout.funding.passes import FundingPass
from services.payout.reconciliation import handlers as reconciliation
from services.payout.reconciliation.repository import all_entitlements
from services.payout.seals import Seals
from services.payout.settings import Payer
from shared.clock import calendar_date
from shared.database.engine import Database
from shared.messaging import kafka, topics
from shared.messaging.consumer import BATCH_MESSAGES, Consumer
from shared.messaging.kafka import Cluster
from shared.runtime import reduce_garbage_collection
from tests.bench.bench_payout import CLOCK, Figure, count_of, decided, prepare
from tests.integration.payout.support import as_payout_has
from tests.support.databases import DatabaseServer
from tests.support.events import VERIFIER, signed

TOPIC = topics.AWARD_DECISIONS_DEAD
"""Nothing else is on this topic here, so it holds the decisions alone."""
SEALS = Seals(base64.b64encode(bytes(64)).decode())
PAYERS = {"city": Payer(name="丽水市财政局", number="33050169000000000001", bank_code="105343000012")}


class _Accounts(Accounts):
    """A registry in which everybody has an account."""

    def __init__(self) -> None:
        pass

    def latest_revision(self) -> int:
        return 1

    def on(self, day: date, usccs: Collection[str], revision: int) -> pl.DataFrame:
        account = {"holder": "丽水合成企业", "bank_code": "102343000017", "number": "6222000011112222", "revision": 1}
        everybody = pl.DataFrame({"uscc": list(usccs)}).with_columns(**{n: pl.lit(v) for n, v in account.items()})
        return everybody.cast(ACCOUNTS)

    def changes(self, after: int, until: int) -> list[AccountChange]:
        return []


class _Payees(Payees):
    """Nothing speaks against anybody."""

    def __init__(self) -> None:
        pass

    def facts(self, day: date, usccs: Collection[str], subjects: Collection[str], revision: int) -> PayeeFacts:
        return PayeeFacts(revision, registered=usccs)


class _Decisions(Decisions):
    """Eligibility, which has what payout has."""

    def __init__(self, payout: Database) -> None:
        with payout.reading() as connection:
            self._known = as_payout_has(connection, [award_id for award_id, _ in all_entitlements(connection)])

    def in_force_of(self, award_ids: Collection[str]) -> dict[str, InForce]:
        return self._known


def _consume(url: str, cluster: Cluster, group: str, together: Barrier) -> None:
    consumer = Consumer(
        Database(url, prepared_statements=False), cluster, TOPIC, group, award_decisions(CLOCK), VERIFIER
    )
    subscription = kafka.consumer(cluster, group, TOPIC, max_poll_records=BATCH_MESSAGES)
    started = time.monotonic()
    while time.monotonic() < started + 10.0:  # long enough for all to be in the group, each with its partitions
        subscription.poll(timeout_ms=200, update_offsets=False, max_records=1)
    subscription.seek_to_beginning()
    consumer._subscription = subscription
    reduce_garbage_collection()
    together.wait()
    while True:
        consumer.step()


def workers(payout: Database, cluster: Cluster, number: int, count: int) -> Figure:
    """Let `number` consumers share the partitions of a topic that is full already."""
    spawn = multiprocessing.get_context("spawn")
    together = spawn.Barrier(number + 1)
    arguments = (payout.url, cluster, f"workers-{number}", together)
    processes = [spawn.Process(target=_consume, args=arguments, daemon=True) for _ in range(number)]
    for process in processes:
        process.start()
    together.wait()
    started = time.perf_counter()
    while count_of(payout, "awards") < count:
        time.sleep(0.1)
    seconds = time.perf_counter() - started
    for process in processes:
        process.kill()
        process.join()
    who = "1 worker of one consumer" if number == 1 else f"{number} workers of one consumer each"
    return Figure(f"{who}: split, posted, ordered", count, seconds)


def fill(cluster: Cluster, count: int) -> None:
    """Put decisions on the topic."""
    producer = kafka.producer(cluster, "fill")
    for message in signed(list(decided(count, CLOCK.now())), topics.PUBLISHERS[TOPIC]):
        producer.send(TOPIC, key=message.key, value=message.value, headers=list(message.headers.items()))
    producer.flush()
    producer.close()


def batch_file(payout: Database) -> list[Figure]:
    """Build a batch of all orders of the city, make its file, and COPY the same rows out bare."""
    accounts, decisions = _Accounts(), _Decisions(payout)
    FundingPass(payout, CLOCK).run(CLOCK.now(), calendar_date(CLOCK.now()).year)
    with payout.transaction() as connection:
        connection.execute(
            text(
                "UPDATE payment_orders SET state = 'approved', approved_by = 'checker', approved_at = now(),"
                " account_revision = 1 WHERE state = 'issued' AND unit = 'city'"
            )
        )
    started = time.perf_counter()
    with payout.transaction() as connection:
        batch = handlers.build(
            connection,
            accounts,
            decisions,
            unit="city",
            order_ids=None,
            payees=_Payees(),
            sample_percent=0,
            by="maker",
            now=CLOCK.now(),
        )
    built = time.perf_counter() - started
    started = time.perf_counter()
    with payout.reading_at_one_instant() as connection:
        file = handlers.file_of(connection, batch, accounts, SEALS, PAYERS)
    content = FORMATS["csv"].write(file)
    written = time.perf_counter() - started
    started = time.perf_counter()
    with payout.reading_at_one_instant() as connection:
        file = handlers.file_of(connection, batch, accounts, SEALS, PAYERS)
    message = FORMATS["pain.001"].write(file)
    as_message = time.perf_counter() - started
    assert message.count(b"<CdtTrfTxInf>") == batch["orders"]
    started = time.perf_counter()
    bare = bytearray()
    with payout.reading_at_one_instant() as connection:
        statement = f"COPY ({repository.queries.lines.compile(connection)}) TO STDOUT (FORMAT csv)"
        with connection.connection.cursor().copy(statement, {"id": batch["id"]}) as copy:
            for block in copy:
                bare += block
    copied = time.perf_counter() - started
    assert content.count(b"\n") == bare.count(b"\n") + 4  # heading, totals, checksum, seal
    return [
        Figure("batch built of approved orders", batch["orders"], built),
        Figure("batch file with accounts, checksum and seal", batch["orders"], written),
        Figure("batch file as ISO 20022 pain.001", batch["orders"], as_message),
        Figure("  bare COPY out of its rows", batch["orders"], copied),
    ]


def reconciled(payout: Database) -> Figure:
    """Reconcile payout's own books."""
    with payout.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    started = time.perf_counter()
    with payout.reading_at_one_instant() as connection:
        found = reconciliation.reconcile(connection, None, CLOCK.now(), 10)
    assert found["differences"] == []
    return Figure(
        "reconciliation of payout's books (awards)", found["looked_at"]["awards"], time.perf_counter() - started
    )


def run(server: DatabaseServer, broker: Broker, count: int = 100_000) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    fill(broker.cluster, count)
    measured = []
    for number in (1, 2):
        payout = server.fresh("payout").connect()
        prepare(payout)
        measured.append(workers(payout, broker.cluster, number, count))
    file = batch_file(payout)
    return [
        *measured,
        *file,
        reconciled(payout),
        (
            "throughput of two workers against one (goal ≥ 1.7 where a core is free)",
            measured[0].seconds / measured[1].seconds,
        ),
        ("batch file against bare COPY out (goal ≥ 0.5)", file[3].seconds / file[1].seconds),
        ("pain.001 against bare COPY out (goal ≥ 0.4)", file[3].seconds / file[2].seconds),
    ]
