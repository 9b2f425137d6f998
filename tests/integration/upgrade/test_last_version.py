"""What version 0.1.0 made goes on: its databases are migrated as they were, its receipts replay, its orders are paid.

`0.1.0/` holds dumps of the three databases after a small demonstration with every kind of act in it (an import that failed, a
suspension, a rejection, a notice with an objection, a restatement after payment with its recovery, holds, a partial answer of the
bank, a simulation, a proposed interpretation), and `facts.json` what that version's API said of them.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from services.databases import SCHEMAS
from services.eligibility.interpretations.repository import official_interpretations
from services.eligibility.rules.library import load_policy
from shared import migrations
from shared.clock import SystemClock, calendar_date, isoformat
from shared.database.engine import Database
from shared.messaging.asyncapi import EVENTS
from shared.messaging.envelope import Message, header_map, headers
from shared.system_tables import outbox
from tests.integration.eligibility.support import answer, app_of
from tests.integration.payout.support import Payout
from tests.support.databases import DatabaseServer, ServiceDatabase
from tests.support.events import LENIENT
from tests.support.tokens import Tokens

FOLDER = Path(__file__).with_name("0.1.0")

Upgraded = Callable[[str], ServiceDatabase]

TODAY = calendar_date(SystemClock().now()).isoformat()
"""A bank answers between the day of the batch and today."""


@pytest.fixture(scope="module")
def upgraded(database_server: DatabaseServer) -> Iterator[Upgraded]:
    """Gives the database of a service as version 0.1.0 left it, migrated to this version."""
    made: dict[str, ServiceDatabase] = {}

    def restore(service: str) -> ServiceDatabase:
        if service not in made:
            dump = lzma.decompress((FOLDER / f"{service}.sql.xz").read_bytes())
            made[service] = database_server.restore(service, dump)
            migrations.upgrade(SCHEMAS[service], made[service].owner_url, f"{service}_app")
        return made[service]

    yield restore
    for database in made.values():
        database_server.drop(database)


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """What version 0.1.0 said of what it had made."""
    return dict(orjson.loads(lzma.decompress((FOLDER / "facts.json.xz").read_bytes())))


@pytest.fixture
def eligibility(upgraded: Upgraded) -> Iterator[Database]:
    database = upgraded("eligibility").connect()
    yield database
    database.close()


@pytest.mark.parametrize("service", SCHEMAS)
def test_its_databases_become_those_of_this_version(service: str, upgraded: Upgraded) -> None:
    database = Database(upgraded(service).owner_url, pool_size=1)
    with database.reading() as connection:
        assert migrations.is_migrated(SCHEMAS[service], connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMAS[service].all_metadata) == []  # type: ignore[arg-type]
    database.close()


def test_its_decisions_are_read_as_they_were(eligibility: Database, tokens: Tokens, said: dict[str, Any]) -> None:
    app = app_of(eligibility, tokens, working_days=0)
    assert len(said["decisions"]) > 40
    assert {each["state"] for each in said["decisions"]} >= {"approved", "suspended", "rejected", "superseded"}
    for each in said["decisions"]:
        shown = answer(app, "GET", f"/v1/decisions/{each['id']}", headers=tokens.headers("auditor")).json()
        assert {name: shown[name] for name in each} == each


def test_its_readings_of_the_last_day_are_migrated(database_server: DatabaseServer) -> None:
    """Official readings and waiting simulations name a value by its new name; the document of a decision keeps the old one."""
    dump = lzma.decompress((FOLDER / "eligibility.sql.xz").read_bytes())
    made = database_server.restore("eligibility", dump)
    owner = Database(made.owner_url, pool_size=1)
    change = (
        "INSERT INTO reading_changes (policy, interpretations, reason, proposed_by, confirmed_by, confirmed_at)"
        " VALUES ('lishui-2020-1', %s, '-', 'a', 'b', now())"
    )
    with owner.transaction() as connection:
        connection.exec_driver_sql(change, ('{"validity_last_day": "2025-01-01", "tier_jump": "every_tier"}',))
    owner.close()
    migrations.upgrade(SCHEMAS["eligibility"], made.owner_url, "eligibility_app")
    database = made.connect()
    with database.reading() as connection:
        official = official_interpretations(connection, load_policy("lishui-2020-1"))
    database.close()
    database_server.drop(made)
    assert (official["validity_last_day"], official["tier_jump"]) == ("day_before", "every_tier")
    assert official["monitored_on"] == "year_end", "what is new has its default"


def test_a_later_version_replays_its_receipts_and_says_what_differs(
    eligibility: Database, tokens: Tokens, said: dict[str, Any]
) -> None:
    app = app_of(eligibility, tokens, working_days=0)
    for each in said["decisions"]:
        replayed = answer(app, "POST", f"/v1/decisions/{each['id']}/replay", headers=tokens.headers("auditor")).json()
        assert replayed["engine_version"] != replayed["decided_with"], "a later engine says so"
        assert replayed["differences"] == ["policy_hash"], (each["award"], each["subject"], replayed)


def test_its_explanations_keep_results_and_amounts(eligibility: Database, tokens: Tokens, said: dict[str, Any]) -> None:
    app = app_of(eligibility, tokens, working_days=0)
    assert said["explanations"]
    for decision_id, before in said["explanations"].items():
        headers = tokens.headers("auditor", **{"Accept-Language": "en"})
        now = answer(app, "GET", f"/v1/decisions/{decision_id}/explanation", headers=headers).json()
        outcome = ("result", "entitlement_fen", "payee", "jurisdiction", "award_year", "steps", "missing", "flags")
        assert {name: now[name] for name in outcome if name in before} == {
            name: before[name] for name in outcome if name in before
        }
        assert [each["name"] for each in now["conditions"]] == [each["name"] for each in before["conditions"]]
        applied = {each["name"]: each["value"] for each in now["readings"]}
        assert {each["name"]: each["value"] for each in before["readings"]}.items() <= applied.items()


def test_its_orders_are_as_they_were_and_are_paid(upgraded: Upgraded, tokens: Tokens, said: dict[str, Any]) -> None:
    made = upgraded("payout")
    payout = Payout(made.connect(), tokens, made.owner_url)
    payout.clock.instant = SystemClock().now()  # the batch bears the day of the dump
    found = payout.get("/v1/payment-orders?limit=1000")["items"]
    for order in said["orders"]:
        assert {name: next(o for o in found if o["id"] == order["id"])[name] for name in order} == order
    payout.reconcile()
    open_batch = next(b for b in payout.get("/v1/payment-batches")["items"] if b["unit"] == "city")
    rows = [
        {
            "order_id": order["id"],
            "outcome": "settled",
            "occurred_on": TODAY,
            "bank_reference": f"N{number}",
        }
        for number, order in enumerate(payout.get(f"/v1/payment-orders?batch_id={open_batch['id']}")["items"])
        if order["state"] == "batched"
    ]
    assert rows
    listed = payout.get("/v1/appropriations?limit=1000")["items"]
    assert listed and {each["state"] for each in listed} == {"confirmed"}, "what it had recorded counts"
    report = payout.post(f"/v1/payment-batches/{open_batch['id']}/results", {"rows": rows}, by="bank")
    assert report["rows"]["accepted"] == len(rows)
    payout.reconcile()
    payout.database.close()


def test_what_stopped_a_job_of_its_is_still_told(upgraded: Upgraded, said: dict[str, Any]) -> None:
    database = upgraded("registry").connect()
    with database.reading() as connection:
        problem = connection.exec_driver_sql(
            "SELECT problem FROM jobs WHERE id = %s", (said["failed_import"],)
        ).scalar_one()
    database.close()
    assert problem["type"] == "urn:ecommerce-subsidies:problem:rows-refused"


def events_of(database: ServiceDatabase) -> list[Message]:
    """What version 0.1.0 published, as its topics still have it: unsigned."""
    opened = database.connect()
    with opened.reading() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.id)).mappings().all()
    opened.close()
    return [
        Message(
            row["topic"],
            0,
            row["id"],
            row["key"].encode(),
            row["data"].encode(),
            header_map(
                headers(
                    row["type"],
                    str(row["event_id"]),
                    row["source"],
                    row["subject"],
                    isoformat(row["occurred_at"]),
                    None,
                )
            ),
        )
        for row in rows
    ]


@pytest.mark.parametrize("service", SCHEMAS)
def test_its_events_are_what_this_version_reads(service: str, upgraded: Upgraded) -> None:
    messages = events_of(upgraded(service))
    assert messages
    for message in messages:
        LENIENT.verify(message)
        message.read(EVENTS[message.type][1])  # type: ignore[type-var]


def test_a_new_payout_reads_its_topic_from_the_beginning(
    upgraded: Upgraded, fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens
) -> None:
    made = fresh_database("payout")
    payout = Payout(made.connect(), tokens, made.owner_url)
    messages = events_of(upgraded("eligibility"))
    published: dict[str, int] = {}
    for message in messages:
        version = orjson.loads(message.value or b"")["version"]
        published[str(message.headers["ce_subject"], "utf-8")] = version
    for _ in range(2):
        for start in range(0, len(messages), 10):
            payout.receive(*messages[start : start + 10])
        with payout.database.reading() as connection:
            found = connection.exec_driver_sql(
                "SELECT award_id::text, max(version) FROM award_versions GROUP BY award_id"
            )
            assert {each[0]: each[1] for each in found} == published
    payout.database.close()


@pytest.mark.parametrize("service", SCHEMAS)
def test_its_processes_may_go_on_beside_this_version(service: str) -> None:
    """What this version notes in a migrated database, and what the last one would read there."""
    dump = lzma.decompress((FOLDER / f"{service}.sql.xz").read_bytes()).decode()
    _, _, kept = dump.partition("COPY public.alembic_version (version_num) FROM stdin;\n")
    assert SCHEMAS[service].released == kept.split("\n", 1)[0]
