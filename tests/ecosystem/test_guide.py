"""The commands of the operations guide, as they stand there: a backup and a restore to a point in time, and everyday ones."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.checks.tools import ROOT
from deploy.local.broker import ADMIN
from deploy.local.demo_client import DemoClient
from deploy.local.postgres import PROGRAMS, ROOT_RUNS_AS, create_databases, make_user
from deploy.local.processes import free_port
from deploy.local.system import LocalSystem
from services.databases import SCHEMAS
from shared.messaging import kafka, topics
from tests.support.guide import run

SUPERUSER = ROOT_RUNS_AS if os.geteuid() == 0 else None


@pytest.fixture
def server(session_state: Path) -> Iterator[dict[str, str]]:
    """The variables of the guide, for a PostgreSQL that was set up as a distribution does."""
    folder = session_state / "guide"
    folder.mkdir()
    if SUPERUSER:
        make_user(SUPERUSER)
        shutil.chown(folder, SUPERUSER)
    port, data = str(free_port()), folder / "data"
    subprocess.run(
        [PROGRAMS / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"],
        user=SUPERUSER,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    with (data / "postgresql.conf").open("a") as file:
        file.write(f"port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n")
    pg_ctl = [str(PROGRAMS / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run([*pg_ctl, "-l", str(folder / "log"), "start"], user=SUPERUSER, cwd=folder, check=True)
    yield {
        "DATA": str(data),
        "ARCHIVE": str(folder / "archive"),
        "BACKUP": str(folder / "backup"),
        "PGHOST": "127.0.0.1",
        "PGPORT": port,
        "PGUSER": "postgres",
    }
    subprocess.run([*pg_ctl, "-m", "immediate", "stop"], user=SUPERUSER, cwd=folder, check=True)


def act(url: str, name: str) -> str:
    """Record an act, and return an instant after it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO audit_log (actor, act, subjects, details) VALUES ('guide', %s, '{}', '{}')", (name,)
        )
        found = connection.execute("SELECT clock_timestamp()::text").fetchone()
    assert found is not None
    return str(found[0])


def test_a_backup_is_restored_to_a_point_in_time(server: dict[str, str], system: LocalSystem) -> None:
    passwords = {f"{service}_{role}": secrets.token_hex(16) for service in SCHEMAS for role in ("owner", "app")}
    address = f"127.0.0.1:{server['PGPORT']}"
    folder = Path(server["DATA"]).parent
    create_databases(f"postgresql://postgres@{address}/postgres", tuple(SCHEMAS), passwords)
    urls = {
        f"{service.upper()}_{name}": f"postgresql://{service}_{role}:{passwords[f'{service}_{role}']}@{address}/{service}"
        for service in SCHEMAS
        for role, name in (("owner", "OWNER_DATABASE_URL"), ("app", "DATABASE_URL"))
    }
    environment = system.environment("payout-relay") | urls
    # An installation that is a day old: migrated, with what was done before the backup.
    subprocess.run(
        ["bash", "-c", "subsidies migrate"],
        env={**os.environ, "PATH": f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        | environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    act(urls["PAYOUT_DATABASE_URL"], "before_backup")
    run("archive", server, SUPERUSER, folder)
    backed_up = run("backup", server, SUPERUSER, folder)
    assert "successfully verified" in backed_up and backed_up.splitlines()[-1].split("|")[1] == "0"
    point = act(urls["PAYOUT_DATABASE_URL"], "after_backup")
    act(urls["PAYOUT_DATABASE_URL"], "by_mistake")
    run("restore", server | {"POINT": point}, SUPERUSER, folder)
    with psycopg.connect(urls["PAYOUT_DATABASE_URL"]) as connection:
        acts = [row for (row,) in connection.execute("SELECT act FROM audit_log ORDER BY id")]
    assert acts == ["before_backup", "after_backup"]
    assert "broken_at" in run("restored", environment)


def test_hash_chains_are_verified(system: LocalSystem) -> None:
    printed = run("verify", system.environment("payout-app"))
    assert {f'"service":"{service}"' in printed for service in SCHEMAS} == {True}


def test_reconciliation(system: LocalSystem) -> None:
    keys = {f"{client.upper()}_SECRET": system.clients[client] for client in ("auditor", "ops")}
    assert "0 published again" in run("reconcile", system.environment("payout-app") | keys)


def test_dead_letters(system: LocalSystem, demo: DemoClient) -> None:
    producer = kafka.producer(system.cluster_of(ADMIN), "guide")
    producer.send(topics.AWARD_DECISIONS, key=b"guide", value=b"{}").get(60)
    kafka.close_producer(producer)

    def opened() -> list[dict[str, object]]:
        found: list[dict[str, object]] = demo.get("ops", "payout:/v1/dead-letters", state="open")["items"]
        return found

    demo.wait_until(lambda: bool(opened()), "dead letter")
    [letter] = opened()
    printed = run(
        "dead-letters",
        {
            "S": str(system.state),
            "I": system.url("issuer"),
            "P": system.url("payout"),
            "ID": str(letter["id"]),
        },
    )
    assert '"discarded"' in printed
    assert opened() == [], printed
