"""Approval in bulk and the relay: 100,000 proposals approved, and what they tell published.

Beside the approval stands a bare set-based UPDATE of the same rows and a COPY of the same outbox rows, into the same tables with
their indexes and constraints; beside the relay a bare kafka-python producer with the relay's settings and the same bytes.
`make bench ARGS=approvals` runs it.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from deploy.local.broker import Broker
from services.eligibility.approvals.handlers import APPROVAL, run_bulk_approval, start_bulk_approval
from shared.authorization import Actor
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from shared.messaging import kafka, topics
from shared.messaging.kafka import Cluster
from shared.runtime import reduce_garbage_collection
from tests.bench.bench_registry import Figure, timed
from tests.support.databases import DatabaseServer
from tests.support.events import SIGNERS, relay_of

DECISIONS = 100_000
EVALUATION = UUID("019bd1a0-0000-7000-8000-000000000001")
MAKER, CHECKER = "commerce-maker", Actor("commerce-checker", frozenset())
Message = tuple[bytes, bytes, list[tuple[str, bytes]]]
OUTBOX = "topic, type, source, occurred_at, events, keys, event_ids, data"

_PROPOSED = """
INSERT INTO jobs (id, kind, input, created_by) VALUES (:evaluation_id, 'evaluation', '{}', :maker);
INSERT INTO documents (hash, kind, content) VALUES ('book', 'book', '{}'), ('readings', 'readings', '{}');
INSERT INTO documents (hash, kind, content)
SELECT 'inputs-' || n, 'inputs', '{"courier_years": []}' FROM generate_series(1, :count) n;
INSERT INTO awards (award_id, policy, award, subject, identity_year)
SELECT gen_random_uuid(), 'lishui-2020-1', 'courier-rent', 'E' || n, 2023 FROM generate_series(1, :count) n;
INSERT INTO decisions (award_id, evaluation_id, state, policy, award, article, subject, award_year, payee_uscc, payee_name,
    jurisdiction, result, kind, entitlement_fen, instalments, flags, reason, decided_on, facts_revision, policy_hash,
    interpretations_hash, inputs_hash, engine_version, proposed_by, procedure_hash)
SELECT award_id, :evaluation_id, 'proposed', policy, award, '4', subject, 2023, subject, '丽水样例' || subject || '有限公司',
    'liandu', 'granted', 'cash', 6000000, '[{"due_year": 2024, "amount_fen": 6000000}]', '{}', 'initial', '2024-03-01', 7,
    'book', 'readings', 'inputs-' || substr(subject, 2), '1.0.0', :maker, (SELECT hash FROM documents WHERE kind = 'procedure')
FROM awards ORDER BY subject;
INSERT INTO decision_acts (decision_id, act, state, actor) SELECT id, 'propose', 'proposed', :maker FROM decisions
"""

_BARE_UPDATE = """
UPDATE decisions SET state = 'approved', version = 1, approved_by = 'commerce-checker', approved_at = now(),
    revision = revision + 1, changed_at = now() WHERE evaluation_id = :evaluation_id
"""


def proposed(server: DatabaseServer, count: int, more: str = "", before: str = "") -> Database:
    """Return a fresh database of eligibility with `count` proposals of one evaluation, vacuumed and analysed.

    `before` are statements that go before, and may store the procedure that holds; `more` go on from there.
    """
    made = server.fresh("eligibility")
    owner = Database(made.owner_url)
    values = {"count": count, "evaluation_id": EVALUATION, "maker": MAKER}
    with owner.transaction() as connection:
        for statement in filter(str.strip, f"{before};\n{_PROPOSED};\n{more}".split(";\n")):
            connection.execute(text(statement), {name: values[name] for name in values if f":{name}" in statement})
    with owner.reading() as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.close()
    return made.connect()


def approve(database: Database) -> None:
    """Approve the whole evaluation as an officer asks for it: a job, in chunks."""
    with database.transaction() as connection:
        start_bulk_approval(connection, CHECKER, evaluation_id=EVALUATION, reason=None, now=SystemClock().now())
    assert JobRunner(database, {APPROVAL: lambda job: run_bulk_approval(database, job, notice_days=0)}).step()


def bare_approval(database: Database, events: Sequence[bytes]) -> None:
    """Update all rows by one statement and COPY the outbox's rows, in one transaction."""
    with database.transaction() as connection:
        connection.execute(text(_BARE_UPDATE), {"evaluation_id": EVALUATION})
        with connection.connection.cursor().copy(f"COPY event_batches ({OUTBOX}) FROM STDIN") as copy:
            for block in events:
                copy.write(block)


def events_of(database: Database) -> list[bytes]:
    """Return the outbox's rows as COPY writes them."""
    with (
        database.reading() as connection,
        connection.connection.cursor().copy(f"COPY (SELECT {OUTBOX} FROM event_batches ORDER BY id) TO STDOUT") as copy,
    ):
        return [bytes(block) for block in copy]


def count_of(database: Database, what: str) -> int:
    """Count rows."""
    with database.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


def relayed(database: Database, cluster: Cluster, count: int) -> Figure:
    """Publish the outbox, from a relay that leads already."""
    relay = relay_of("eligibility", database, cluster, "bench-relay")
    gc.collect()
    assert relay._lead()

    def act() -> None:
        while relay.step():
            pass

    figure = timed("outbox → Kafka, relay", count, act)
    assert count_of(database, "outbox_events WHERE published_at IS NULL") == 0
    relay.close()
    return figure


def messages_of(database: Database) -> list[Message]:
    """Return key, value and headers of all that the outbox has to publish, signed as the relay signs them."""
    messages: list[Message] = []
    relay, last = relay_of("eligibility", database, Cluster(""), "bench-reading"), 0
    while batches := relay._next(last):
        messages += [message for batch in batches for message in batch.messages()]
        last = batches[-1].id
    SIGNERS["eligibility"].sign(messages)
    return messages


def produced(messages: Sequence[Message], cluster: Cluster) -> Figure:
    """Produce the same messages from memory, to the same topic, with the same settings; all acknowledged."""
    producer = kafka.producer(cluster, "bare")

    def act() -> None:
        for key, value, headers in messages:
            producer.send(topics.AWARD_DECISIONS, key=key, value=value, headers=headers)
        producer.flush()

    figure = timed("bare kafka-python produce of the same bytes", len(messages), act)
    producer.close()
    return figure


def run(server: DatabaseServer, broker: Broker, count: int = DECISIONS) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    reduce_garbage_collection()  # as in the processes that do this
    ours, bare = proposed(server, count), proposed(server, count)
    approved = timed("approved in bulk, events in the outbox", count, lambda: approve(ours))
    written = count_of(ours, "outbox_events")  # each approval is decided and announced
    assert 2 * count_of(ours, "decisions WHERE state = 'approved'") == written == 2 * count
    events = events_of(ours)
    updated = timed("bare UPDATE and COPY of the outbox's rows", count, lambda: bare_approval(bare, events))
    messages, rounds = messages_of(ours), []
    for _ in range(2):  # the first warms the broker
        with ours.transaction() as connection:
            connection.execute(text("UPDATE event_batches SET published_at = NULL"))
        rounds.append((relayed(ours, broker.cluster, written), produced(messages, broker.cluster)))
    relay, producer = rounds[-1]
    ours.close()
    bare.close()
    return [
        approved,
        updated,
        relay,
        producer,
        ("approval against bare UPDATE and COPY, times as long (goal ≤ 2)", approved.seconds / updated.seconds),
        ("relay's throughput against bare produce (goal ≥ 0.7)", producer.seconds / relay.seconds),
    ]
