"""The audit log and the hash chains: every act is told, and what was sealed cannot change unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from services import cli
from services.databases import SCHEMAS
from services.payout.ledger.tables import postings
from shared.audit import log as audit
from shared.audit.sealing import Sealer
from shared.audit.sealing import verify as verify_chain
from shared.database.engine import Database
from shared.system_tables import audit_log
from tests.integration.payout.support import Payout, decision
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

FreshDatabase = Callable[[str], ServiceDatabase]


@pytest.fixture
def payout(fresh_database: FreshDatabase, tokens: Tokens) -> Iterator[Payout]:
    fresh = fresh_database("payout")
    payout = Payout(fresh.connect(), tokens, fresh.owner_url)
    yield payout
    payout.database.close()


def tell(database: Database, *acts: str) -> None:
    with database.transaction() as connection:
        for act in acts:
            audit.record(connection, actor="a", act=act, subjects=["s"])


def seal(database: Database, rows: int = 2) -> Sealer:
    sealer = Sealer(database, [audit_log], block_rows=rows)
    while sealer.step():
        pass
    return sealer


def broken(database: Database) -> tuple[int | None, int, int]:
    with database.reading() as connection:
        found = verify_chain(connection, audit_log)
    return found.broken_at, found.rows, found.unsealed


def tamper(url: str, table: str, statement: str) -> None:
    """Do what the owner of the tables can, with its triggers off."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        connection.execute(text(statement))


def test_every_command_is_told_once_with_who_what_why_and_figures(payout: Payout) -> None:
    body = {"unit": "city", "year": 2026, "amount_fen": 500, "document": "丽财〔2026〕1号"}
    headers = payout.tokens.headers("finance-maker", Idempotency_Key="k")
    for _ in range(2):
        made = payout.http.post("/v1/appropriations", json=body, headers=headers).json()
    payout.post(f"/v1/appropriations/{made['id']}/confirm", by="finance-checker", expect=200)
    assert payout.http.post("/v1/appropriations", json=body | {"amount_fen": 0}, headers=headers).status_code == 422
    payout.post("/v1/payees/91331100MA2E000007/hold", {"reason": "投诉，电话 138 0013 8000"}, by="finance-maker")
    payout.arrange()
    payout.account()
    payout.receive(decision(jurisdiction="city", instalments=((2025, 400),)))
    payout.post("/v1/payees/91331100MA2E000007/release", {"reason": "查清"}, by="finance-checker")
    payout.fund()
    payout.post("/v1/payment-orders/approvals", {"unit": "city"}, by="finance-checker")
    payout.work()
    acts = payout.get("/v1/audit")["items"]
    assert [(each["actor"], each["act"]) for each in acts] == [
        ("finance-maker", "draft_appropriation"),
        ("finance-checker", "confirm_appropriation"),
        ("finance-maker", "hold_payee"),
        ("finance-maker", "draft_arrangement"),
        ("finance-checker", "confirm_arrangement"),
        ("finance-checker", "release_payee"),
        ("payout", "fund_payment_orders"),
        ("finance-checker", "approve_payment_orders"),
        ("finance-checker", "order_approval succeeded"),
    ]
    given, _, held = acts[:3]
    assert given["subjects"] == [str(made["id"])]
    assert given["reason"] == "丽财〔2026〕1号"
    assert given["details"] == {"year": 2026, "amount_fen": 500}
    assert held["subjects"][0] == "91331100MA2E000007"
    assert held["reason"] == "投诉，电话 …"
    assert acts[-1]["details"]["approved"] == 1
    assert len(payout.get("/v1/audit?subject=91331100MA2E000007&act=hold_payee")["items"]) == 1
    others = payout.get("/v1/audit?without=hold_payee&without=draft_arrangement")["items"]
    assert others == [each for each in acts if each["act"] not in {"hold_payee", "draft_arrangement"}]
    first = payout.get("/v1/audit?limit=5")
    rest = payout.get(f"/v1/audit?limit=5&cursor={first['next_cursor']}")
    assert [*first["items"], *rest["items"]] == acts


def test_the_log_is_for_auditors_of_the_whole_city(payout: Payout) -> None:
    for path in ("/v1/audit", "/v1/audit/chains"):
        payout.get(path, by="liandu-officer", expect=403)
        payout.get(path, by="finance-checker", expect=403)
    assert [chain["chain"] for chain in payout.get("/v1/audit/chains")] == ["postings", "audit_log"]


@pytest.mark.parametrize("service", SCHEMAS)
def test_what_was_sealed_cannot_change_unseen(service: str, fresh_database: FreshDatabase) -> None:
    for place, (table, statement, at) in enumerate(
        [
            ("audit_log", "UPDATE audit_log SET actor = 'b' WHERE id = 3", 2),
            ("audit_log", "DELETE FROM audit_log WHERE id = 1", 1),
            ("audit_log", "UPDATE audit_log SET acted_at = acted_at + interval '1 microsecond' WHERE id = 5", 3),
            ("sealed_blocks", "DELETE FROM sealed_blocks WHERE number = 2", 2),
            ("sealed_blocks", "UPDATE sealed_blocks SET hash = repeat('0', 64) WHERE number = 1", 1),
        ]
    ):
        fresh = fresh_database(service)
        database = fresh.connect()
        tell(database, "one", "two", "three", "four", "five")
        seal(database)
        assert broken(database) == (None, 5, 0), place
        tamper(fresh.owner_url, table, statement)
        assert broken(database)[0] == at, place
        database.close()


def test_a_lower_id_that_commits_late_is_waited_for(fresh_database: FreshDatabase) -> None:
    database = fresh_database("registry").connect()
    tell(database, "one")
    sealer = seal(database)
    with database.transaction() as slow:
        audit.record(slow, actor="a", act="late", subjects=[])
        tell(database, "higher id, committed first")
        assert not sealer.step()
        assert not sealer.step()
        assert broken(database) == (None, 1, 1)
    while sealer.step():
        pass
    assert broken(database) == (None, 3, 0)
    database.close()


def test_a_writer_that_comes_later_is_not_waited_for(fresh_database: FreshDatabase) -> None:
    database = fresh_database("registry").connect()
    sealer = Sealer(database, [audit_log])
    with database.transaction() as first:
        audit.record(first, actor="a", act="one", subjects=[])
        tell(database, "two")
        assert not sealer.step()
    with database.transaction() as second:
        audit.record(second, actor="a", act="three", subjects=[])
        assert sealer.step()
    assert broken(database) == (None, 2, 1)
    database.close()


def test_one_command_walks_all_chains_and_names_the_first_broken_link(
    payout: Payout, fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    payout.appropriate("city", 500)
    payout.appropriate("city", 600)
    Sealer(payout.database, [audit_log, postings]).step()
    monkeypatch.setenv("PAYOUT_DATABASE_URL", payout.database.url)
    for service in ("registry", "eligibility"):
        monkeypatch.delenv(f"{service.upper()}_DATABASE_URL", raising=False)
    assert CliRunner().invoke(cli.app, ["verify"]).exit_code == 2
    for service in ("registry", "eligibility"):
        monkeypatch.setenv(f"{service.upper()}_DATABASE_URL", fresh_database(service).app_url)
    verified = CliRunner().invoke(cli.app, ["verify"])
    assert verified.exit_code == 0
    told = [orjson.loads(line) for line in verified.stdout.splitlines()]
    assert [(each["service"], each["chain"]) for each in told] == [
        ("registry", "audit_log"),
        ("eligibility", "decision_acts"),
        ("eligibility", "audit_log"),
        ("payout", "postings"),
        ("payout", "audit_log"),
    ]
    payout.tamper("UPDATE postings SET amount_fen = 501 WHERE id = 1")
    broken_now = CliRunner().invoke(cli.app, ["verify"])
    assert broken_now.exit_code == 1
    assert "First broken block: payout, postings, block 1" in broken_now.stderr
