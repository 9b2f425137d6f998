"""Fixtures of all tests. Servers are real, started once a session, and end with it."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from deploy.local.broker import Broker, local_broker
from deploy.local.postgres import LocalPostgres
from deploy.local.processes import Supervisor
from shared.cli import console
from shared.observability import logs
from tests.support import event_loop
from tests.support.databases import DatabaseServer, ServiceDatabase
from tests.support.folders import in_memory
from tests.support.routes import forget_routes, share_routes
from tests.support.tokens import Tokens

# A broker lives for minutes here: what compiles its code to run for days takes a third of its start.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
os.environ.setdefault("DEFAULT_LANGUAGE", "en")  # what is asserted is read in English; Chinese has tests of its own
logs.configure("tests", "pytest", "CRITICAL")  # what a command line prints is looked at: no line of a log between,
console.width = 250  # and no table folded
share_routes()


JOURNEYS = ("tests/journey/",)
ON_A_BROKER = (
    "tests/faults/test_crashes.py",
    "tests/faults/test_controls.py",
    "tests/integration/doctor/test_broker.py",
    "tests/integration/eligibility/test_partitions.py",
    "tests/integration/messaging/",
    "tests/integration/restoring/",
    "tests/integration/test_gauges.py",
)
"""What uses the session's broker: Apache Kafka takes more to start than these tests do, so one worker runs them."""


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """A file goes to one worker as a whole; so do the journeys, which share a running system, and what shares a broker."""

    def _split_scope(self, nodeid: str) -> str:
        for together in (JOURNEYS, ON_A_BROKER):
            if nodeid.startswith(together):
                return together[0]
        return str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Say how tests are spread over workers."""
    return ByFile(config, log)


def pytest_collection_finish() -> None:
    """Leave what lives as long as the session out of garbage collection, which otherwise takes a tenth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def pytest_sessionfinish() -> None:
    """End the loop that answered the tests' requests."""
    event_loop.close()


def pytest_runtest_teardown() -> None:
    """Keep nothing of an app that a test has built."""
    forget_routes()


FreshDatabase = Callable[[str], ServiceDatabase]


@pytest.fixture(scope="session")
def session_state() -> Iterator[Path]:
    """A folder for the session's servers, open to the user that PostgreSQL runs as: pytest closes its own to others."""
    with tempfile.TemporaryDirectory("", "subsidies-tests-", in_memory(), ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def supervisor(session_state: Path) -> Iterator[Supervisor]:
    """Ends the session's servers."""
    supervisor = Supervisor(session_state)
    yield supervisor
    supervisor.stop()


@pytest.fixture(scope="session")
def database_server(session_state: Path, supervisor: Supervisor) -> Iterator[DatabaseServer]:
    """A PostgreSQL 18 server for the session, not durable, since nothing survives it; or the one at DATABASE_URL."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        postgres = LocalPostgres(session_state / "postgres", session_state / "postgres.log", durable=False)
        supervisor.start(postgres.spawn())
        postgres.wait()
        url = postgres.url
    server = DatabaseServer(url)
    yield server
    server.close()


@pytest.fixture
def fresh_database(database_server: DatabaseServer) -> Iterator[FreshDatabase]:
    """Makes fresh databases, by service, that are dropped after the test."""
    made: list[ServiceDatabase] = []

    def make(service: str) -> ServiceDatabase:
        made.append(database_server.fresh(service))
        return made[-1]

    yield make
    for database in made:
        database_server.drop(database)


@pytest.fixture(scope="session")
def broker(session_state: Path, supervisor: Supervisor) -> Broker:
    """A broker for the session: Apache Kafka where it can be had (required where LOCAL_BROKER says so)."""
    broker = local_broker(session_state, session_state / "broker.log", os.environ.get("LOCAL_BROKER", "auto"))
    supervisor.start(broker.child)
    broker.wait()
    return broker


@pytest.fixture(scope="session")
def tokens() -> Tokens:
    """Access tokens of the demonstration's clients."""
    return Tokens()
