"""Processes that die at a commit, any one, before it or after it: another goes on, and it is as if none had died."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.eligibility.approvals import handlers
from services.eligibility.approvals.handlers import APPROVAL, run_bulk_approval
from services.eligibility.evaluation_jobs.partitions import PartitionEvaluator
from shared.clock import FixedClock
from shared.database.engine import Database
from shared.jobs.runner import JobRunner
from tests.integration.eligibility.harness import Harness
from tests.integration.eligibility.support import CHECKER, app_of, evaluate, rent
from tests.integration.registry.conftest import enterprise, uscc
from tests.support.crashing_database import Crashed, CrashingDatabase, crash_at_every_commit
from tests.support.tokens import Tokens

A, B, C = uscc(1), uscc(2), uscc(3)
PAYEES = [uscc(number) for number in range(3)]


def lease_ends(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'"))


@pytest.mark.parametrize(("enterprises_per_partition", "step"), [(1_000, 1), (2, 1)], ids=["whole", "in pieces"])
def test_an_evaluation(world: Harness, enterprises_per_partition: int, step: int) -> None:
    codes = [A, B, C]
    world.record("enterprises", *(enterprise(code) for code in codes))
    world.record("locations", *({"uscc": c, "since": "2015-03-01", "jurisdiction": "liandu"} for c in codes))
    world.partition_enterprises = enterprises_per_partition
    partitions, paid, evaluation = PartitionEvaluator(world.facts), 0, UUID(int=0)

    def start_and_crash(database: Database) -> None:
        nonlocal paid, evaluation
        paid += 1_000
        row = {"year": 2023, "parcels": 4_000_000, "operating_days": 365, "rent_fen": 10 * paid}
        world.record("courier_years", *(row | {"uscc": code} for code in codes))
        evaluation = world.start(years=[2023])
        world.runner(partitions, database).step()

    def as_if_none_had_died() -> None:
        lease_ends(world.database)
        while world.runner(partitions).step():
            pass
        done = world.result(evaluation)
        assert done["decisions"] == {
            "created": 3 if paid == 1_000 else 0,
            "restated": 0 if paid == 1_000 else 3,
            "withdrawn": 0,
            "unchanged": 0,
        }
        assert world.rows(
            "SELECT subject, entitlement_fen FROM decisions WHERE state = 'proposed' ORDER BY subject"
        ) == [(code, 3 * paid) for code in sorted(codes)]
        stored = "SELECT max(last_number) FROM evaluation_outcomes WHERE evaluation_id = :id"
        assert world.rows(stored, id=evaluation) == [(3,)]
        assert world.rows("SELECT count(*) FROM evaluation_partitions") == [(0,)]
        told = "SELECT count(*) FROM audit_log WHERE act = 'evaluation succeeded' AND :id = ANY(subjects)"
        assert world.rows(told, id=str(evaluation)) == [(1,)]

    commits = crash_at_every_commit(world.database.url, start_and_crash, as_if_none_had_died, step=step)
    assert commits >= 4, "claimed, progress told, concluded"


def test_a_bulk_approval(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers, "CHUNK", 1)
    amount, job_id, evaluation = 0, UUID(int=0), UUID(int=0)

    def runner(its: Database) -> JobRunner:
        return JobRunner(its, {APPROVAL: lambda job: run_bulk_approval(its, job, notice_days=0)})

    def start_and_crash(crashing: Database) -> None:
        nonlocal amount, job_id, evaluation
        amount += 100
        evaluation, _ = evaluate(database, *(rent(code, amount) for code in PAYEES))
        with database.transaction() as connection:
            job_id = handlers.start_bulk_approval(
                connection, CHECKER, evaluation_id=evaluation, reason="seen", now=datetime(2026, 3, 2, tzinfo=UTC)
            )
        runner(crashing).step()

    def as_if_none_had_died() -> None:
        lease_ends(database)
        while runner(database).step():
            pass
        with database.reading() as connection:
            shown = handlers.bulk_approval_view(connection, job_id, CHECKER)
            assert (shown["state"], shown["approved"], set(shown["skipped"].values())) == ("succeeded", 3, {0})
            states = "SELECT state, version, entitlement_fen FROM decisions WHERE evaluation_id = :id"
            assert (
                connection.execute(text(states), {"id": evaluation}).all() == [("approved", amount // 100, amount)] * 3
            )
            keys = connection.execute(
                text("SELECT key, count(*) FROM outbox_events WHERE type = 'award.decided' GROUP BY key")
            ).all()
            assert [times for _, times in keys] == [amount // 100] * 3, "each version told once"

    assert crash_at_every_commit(database.url, start_and_crash, as_if_none_had_died) >= 8


def test_requests(database: Database, tokens: Tokens) -> None:
    """From notice to approval: each request is answered by nobody, before and after its commit, and then sent again."""
    clock = FixedClock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    sent = Counter[str]()

    def asked(its: Database, client: str, path: str, body: dict[str, Any]) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=app_of(its, tokens, working_days=5, clock=clock))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                headers = tokens.headers(client, **{"Idempotency-Key": path})
                return await http.post(path, json=body, headers=headers)

        sent[path] += 1
        return asyncio.run(ask())

    def done(client: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        for after in (False, True):
            crashing = CrashingDatabase(database.url, nth=1, after=after)
            with pytest.raises(Crashed):
                asked(crashing, client, path, body)
            crashing.close()
        given = asked(database, client, path, body)
        assert given.is_success, given.text
        assert given.headers["Idempotency-Replayed"] == "true", "it was done before its process died"
        shown: dict[str, Any] = given.json()
        return shown

    evaluate(database, *(rent(code, 100) for code in PAYEES))
    with database.reading() as connection:
        ids = [str(each) for each in connection.execute(text("SELECT id FROM decisions ORDER BY subject")).scalars()]
    notice = done("commerce-maker", "/v1/notices", {"decision_ids": ids})
    objection = {"decision_id": ids[0], "objector": "王五 13800000000", "reason": "not their rent"}
    objection = done("commerce-maker", f"/v1/notices/{notice['id']}/objections", objection)
    clock.instant += timedelta(days=8)
    closed = done("commerce-maker", f"/v1/notices/{notice['id']}/close", {})
    assert closed["closed_on"] == "2026-03-10"
    done("commerce-checker", f"/v1/objections/{objection['id']}/decide", {"outcome": "rejected", "reason": "it is"})
    for each in ids:
        done("commerce-checker", f"/v1/decisions/{each}/approve", {"reason": "seen"})

    with database.reading() as connection:
        acts = connection.execute(
            text("SELECT decision_id::text, act FROM decision_acts ORDER BY decision_id, id")
        ).all()
        assert Counter(act for _, act in acts) == {
            "propose": 3, "publish": 3, "object": 1, "conclude": 3, "dismiss": 1, "approve": 3,
        }  # fmt: skip
        for table, rows in (("notices", 1), ("objections", 1), ("outbox_events", 3 + len(acts))):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == rows
        logged = "SELECT count(*) FROM audit_log WHERE actor IN ('commerce-maker', 'commerce-checker')"
        assert connection.execute(text(logged)).scalar_one() == len(sent)
