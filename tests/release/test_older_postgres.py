"""PostgreSQL 15, 16 and 17: migrations, the main job, and the shape of what 18 has and they lack.

15 is Debian's package `postgresql-15`: `apt-get install --no-install-recommends postgresql-15`. The others are npm's.
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

from deploy.checks.tools import ROOT, postgres
from deploy.local.postgres import LocalPostgres
from deploy.local.processes import Supervisor
from deploy.local.system import LocalSystem
from services.databases import SCHEMAS
from shared.database.engine import Database
from shared.spelling import code_key
from tests.ecosystem.conftest import decide
from tests.support.running import demo_client, running

VERSIONS = (15, 16, 17)


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def older(version: int, tmp_path_factory: pytest.TempPathFactory, session_state: Path) -> Iterator[LocalSystem]:
    """The whole system on an older PostgreSQL."""
    programs, state = postgres(version), session_state / f"postgres-{version}"
    supervisor = Supervisor(session_state)
    server = LocalPostgres(state, state.with_suffix(".log"), durable=False, programs=programs)
    supervisor.start(server.spawn())
    try:
        server.wait()
        with running(tmp_path_factory.mktemp("older"), {"DATABASE_URL": server.url}) as system:
            yield system
    finally:
        supervisor.stop()


def test_the_main_job_runs(older: LocalSystem) -> None:
    with demo_client(older) as demo:
        decide(demo)
        decisions = demo.decisions(state="approved")
        assert decisions
        demo.wait_for_orders(decisions)
        assert {order["award_id"] for order in demo.orders()} == {each["award_id"] for each in decisions}


@pytest.mark.parametrize("service", SCHEMAS)
def test_its_tables_are_those_of_18(service: str, version: int, older: LocalSystem) -> None:
    database = Database(older.settings[f"{service.upper()}_OWNER_DATABASE_URL"], pool_size=1)
    with database.reading() as connection:
        assert (connection.dialect.server_version_info or ())[:1] == (version,)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SCHEMAS[service].all_metadata) == []  # type: ignore[arg-type]
    database.close()


def test_the_doctor_finds_nothing_lacking(older: LocalSystem) -> None:
    command = [sys.executable, "-m", "services.cli", "doctor", "payout", "--json"]
    done = subprocess.run(
        command,
        env=older.environment("payout-relay"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    found = [orjson.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, {each["state"] for each in found}) == (0, {"fine"}), done.stdout + done.stderr
    assert {each["part"] for each in found} == {"database", "broker", "identity_provider", "disk"}


def test_what_the_migrations_make_up_for_is_like_that_of_18(older: LocalSystem) -> None:
    url = make_url(older.settings["REGISTRY_DATABASE_URL"]).render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        made = connection.execute("SELECT uuidv7() FROM generate_series(1, 1000)").fetchall()
        letters = [chr(point) for point in range(0x21, 0x2FFFF) if not 0xD800 <= point < 0xE000]
        keys = connection.execute(
            # Not of letters that are younger than its ICU: the system's library has capitals for them.
            """SELECT c, code_key(c), code_key(upper(c)) FROM unnest(%s::text[]) c
               WHERE upper(c) = c OR upper(c COLLATE "und-x-icu") <> c""",
            (letters,),
        ).fetchall()
        assert connection.execute("SELECT code_key('Straße'), code_key('ΟΔΟΣ')").fetchone() == ("strasse", "οδος")
    versions = {(each.version, each.variant) for (each,) in made}
    assert versions == {(7, uuid.RFC_4122)} and len({each for (each,) in made}) == 1000
    assert len(keys) > 0.99 * len(letters)
    assert [letter for letter, key, upper in keys if key != upper] == []
    assert all(code_key(letter) == key for letter, key, _ in keys if letter.isascii())
