"""PostgreSQL 15, as Debian has it: migrations, the main job, and the shape of what 18 has and 15 lacks.

It is Debian's package `postgresql-15`: `apt-get install --no-install-recommends postgresql-15`.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url

from deploy.checks.tools import ROOT, MissingToolError
from deploy.local.postgres import LocalPostgres
from deploy.local.processes import Supervisor
from deploy.local.system import LocalSystem
from services.databases import SCHEMAS
from shared.database.engine import Database
from shared.spelling import code_key
from tests.ecosystem.conftest import decide
from tests.support.running import demo_client, running

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory, session_state: Path) -> Iterator[LocalSystem]:
    """The whole system on Debian's PostgreSQL."""
    if not (PROGRAMS / "initdb").exists():
        raise MissingToolError("no PostgreSQL 15 found: install Debian's package postgresql-15")
    supervisor = Supervisor(session_state)
    server = LocalPostgres(session_state / "debian", session_state / "debian.log", durable=False, programs=PROGRAMS)
    supervisor.start(server.spawn())
    try:
        server.wait()
        with running(tmp_path_factory.mktemp("debian"), {"DATABASE_URL": server.url}) as system:
            yield system
    finally:
        supervisor.stop()


def test_the_main_job_runs(debian: LocalSystem) -> None:
    with demo_client(debian) as demo:
        decide(demo)
        decisions = demo.decisions(state="approved")
        assert decisions
        demo.wait_for_orders(decisions)
        assert {order["award_id"] for order in demo.orders()} == {each["award_id"] for each in decisions}


@pytest.mark.parametrize("service", SCHEMAS)
def test_its_tables_are_those_of_18(service: str, debian: LocalSystem) -> None:
    database = Database(debian.settings[f"{service.upper()}_OWNER_DATABASE_URL"], pool_size=1)
    with database.reading() as connection:
        assert connection.dialect.server_version_info is not None
        assert connection.dialect.server_version_info < (16,)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMAS[service].all_metadata) == []  # type: ignore[arg-type]
    database.close()


def test_the_doctor_finds_nothing_lacking(debian: LocalSystem) -> None:
    command = [sys.executable, "-m", "services.cli", "doctor", "payout", "--json"]
    done = subprocess.run(
        command,
        env=debian.environment("payout-relay"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, {each["state"] for each in found}) == (0, {"fine"}), done.stdout + done.stderr
    assert {each["part"] for each in found} == {"database", "broker", "identity_provider", "disk"}


def test_what_the_migrations_make_up_for_is_like_that_of_18(debian: LocalSystem) -> None:
    url = make_url(debian.settings["REGISTRY_DATABASE_URL"]).render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        made = connection.execute("SELECT uuidv7() FROM generate_series(1, 1000)").fetchall()
        letters = [chr(point) for point in range(0x21, 0x2FFFF) if not 0xD800 <= point < 0xE000]
        keys = connection.execute(
            "SELECT code_key(c), code_key(upper(c)) FROM unnest(%s::text[]) c", (letters,)
        ).fetchall()
        assert connection.execute("SELECT code_key('Straße'), code_key('ΟΔΟΣ')").fetchone() == ("strasse", "οδος")
    versions = {(each.version, each.variant) for (each,) in made}
    assert versions == {(7, uuid.RFC_4122)} and len({each for (each,) in made}) == 1000
    assert [letter for letter, (key, upper) in zip(letters, keys, strict=True) if key != upper] == []
    assert all(code_key(letter) == key for letter, (key, _) in zip(letters, keys, strict=True) if letter.isascii())
