"""The whole path from the registry's tables to proposals that are stored, beside the bare reading and writing of the same rows.

The registry serves its snapshots under uvicorn; the evaluation runs as a job, as a worker runs it. Beside it stand a bare ADBC
read of the same tables and a COPY of the rows that it stored into the same tables, with their indexes and constraints.
`make bench ARGS=proposals` runs it.
"""

from __future__ import annotations

import io
from contextlib import redirect_stderr
from typing import Any

import adbc_driver_postgresql.dbapi as adbc
import httpx
import psycopg

from deploy.local.broker import Broker
from services.eligibility.clients.registry import RegistryFacts
from services.eligibility.facts.catalogue import CATALOGUE
from shared.observability import logs
from tests.bench.bench_eligibility_corrections import populate
from tests.bench.bench_registry import Figure, timed
from tests.bench.bench_requests import Nowhere, served
from tests.integration.eligibility.harness import Harness, world
from tests.support.databases import DatabaseServer, ServiceDatabase
from tests.support.tokens import Tokens

ENTERPRISES = 1_000_000
STORED = {
    "documents": "hash, kind, content",
    "sealed_inputs": "*",
    "evaluation_outcomes": "*",
    "awards": "award_id, policy, award, subject, identity_year, version, first_decided_on",
    "decisions": "id, award_id, evaluation_id, state, policy, award, article, subject, award_year, payee_uscc, payee_name,"
    " jurisdiction, result, kind, entitlement_fen, instalments, flags, reason, decided_on, facts_revision, policy_hash,"
    " interpretations_hash, inputs_hash, inputs_number, engine_version, proposed_by, fact_authors",
    "decision_acts": "decision_id, act, state, actor",
    "event_batches": "topic, type, source, occurred_at, trace_parent, events, keys, event_ids, data",
}
"""What an evaluation stores: tables, in the order of their references, with the columns that it fills."""


def bare_read(registry: ServiceDatabase, count: int) -> Figure:
    """Read every dataset that the evaluation reads, whole, into Arrow."""

    def act() -> None:
        with adbc.connect(registry.app_url) as connection, connection.cursor() as cursor:
            for dataset, declared in CATALOGUE.items():
                cursor.execute(f"SELECT {', '.join(declared.schema.names())} FROM {dataset}")
                cursor.fetch_arrow_table()

    return timed("  bare ADBC read of the same tables", count, act)


def bare_copy(server: DatabaseServer, filled: ServiceDatabase) -> tuple[Figure, int]:
    """COPY what the evaluation stored into a fresh database; returns how many rows, too."""
    contents, rows = {}, 0
    with psycopg.connect(filled.owner_url) as connection:
        for table, columns in STORED.items():
            order = "hash" if table == "documents" else "1"
            written = io.BytesIO()
            with connection.cursor() as cursor:
                with cursor.copy(f"COPY (SELECT {columns} FROM {table} ORDER BY {order}) TO STDOUT") as copy:
                    for block in copy:
                        written.write(block)
                rows += cursor.rowcount
            contents[table] = written.getbuffer()
    empty = server.fresh("eligibility")

    def act() -> None:
        with psycopg.connect(empty.app_url) as connection, connection.cursor() as cursor:
            for table, columns in STORED.items():
                named = "" if columns == "*" else f" ({columns})"
                with cursor.copy(f"COPY {table}{named} FROM STDIN") as copy:
                    copy.write(contents[table])

    return timed("  bare COPY of the rows that it stored", rows, act), rows


def evaluated(opened: Harness) -> dict[str, Any]:
    """Run an evaluation of all against a registry that is served over HTTP."""
    with served(opened.transport._transport.app) as port:
        headers = opened.tokens.headers("eligibility")
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=600)
        opened.facts = RegistryFacts(client, ["data-platform"])
        return opened.evaluate(years=[2020, 2021, 2022])


def run(server: DatabaseServer, broker: Broker | None, count: int = ENTERPRISES) -> list[Any]:
    """Measure everything; returns figures and (name, ratio) pairs."""
    del broker
    registry, eligibility = server.fresh("registry"), server.fresh("eligibility")
    with (
        redirect_stderr(Nowhere()),
        world(registry, eligibility, Tokens()) as opened,
    ):
        logs.configure("eligibility", "worker")
        populate(opened, count)
        with psycopg.connect(registry.owner_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        found: list[dict[str, Any]] = []
        bare_read(registry, count)
        whole = timed("tables of the registry → proposals stored", count, lambda: found.append(evaluated(opened)))
        read = bare_read(registry, count)
        copied, rows = bare_copy(server, eligibility)
    return [
        whole,
        read,
        copied,
        (
            "whole path against bare read and COPY, times as long (goal ≤ 1.5)",
            whole.seconds / (read.seconds + copied.seconds),
        ),
        ("decisions proposed", float(found[0]["decisions"]["created"])),
        ("rows stored", float(rows)),
    ]
