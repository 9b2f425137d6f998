"""Processes killed at critical moments: an award version has one effect and the sums are correct."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from deploy.local.broker import Broker
from services.payout.awards.handlers import award_decisions
from services.payout.worker import GROUP
from shared.clock import SystemClock
from shared.messaging import outbox, topics
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Event
from tests.faults.decisions import Version
from tests.integration.payout.support import Payout
from tests.support.databases import ServiceDatabase
from tests.support.events import VERIFIER, as_argument, relay_of
from tests.support.tokens import Tokens

AWARDS = 40


@pytest.fixture
def eligibility(fresh_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return fresh_database("eligibility")


@pytest.fixture
def payout_database(fresh_database: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return fresh_database("payout")


@pytest.fixture
def payout(payout_database: ServiceDatabase, tokens: Tokens) -> Iterator[Payout]:
    database = payout_database.connect()
    yield Payout(database, tokens)
    database.close()


def decided(number: int, version: int, fen: int) -> Event:
    return Version(f"crash-{number}", version, ((2025, fen),)).event()


def run_until_killed(role: str, database: ServiceDatabase, broker: Broker, point: str) -> None:
    """Run a process until it kills itself at `point`."""
    command = [
        sys.executable,
        "-m",
        "tests.support.crash_process",
        role,
        database.app_url,
        as_argument(broker.cluster),
        point,
    ]
    ended = subprocess.run(command, timeout=90, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]


def test_relay_and_payout_killed_at_critical_moments(
    eligibility: ServiceDatabase, payout_database: ServiceDatabase, payout: Payout, broker: Broker
) -> None:
    payout.arrange()
    publisher = eligibility.connect()
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [decided(n, 1, 10_001 + n) for n in range(AWARDS)])
        outbox.enqueue(connection, [decided(n, 2, 20_003 + n) for n in range(0, AWARDS, 2)])

    run_until_killed("relay", eligibility, broker, "relay: sent, not marked")
    relay = relay_of("eligibility", publisher, broker.cluster, "heir")
    deadline = time.monotonic() + 60  # the dead leader's lock goes with its session
    while not relay.step():
        assert time.monotonic() < deadline
    relay.close()
    publisher.close()

    run_until_killed("payout", payout_database, broker, "consumer: not committed")
    run_until_killed("payout", payout_database, broker, "consumer: committed, offsets not")
    consumer = Consumer(
        payout.database, broker.cluster, topics.AWARD_DECISIONS, GROUP, award_decisions(SystemClock()), VERIFIER
    )
    while payout.execute("SELECT count(*) FROM award_versions")[0][0] < AWARDS + AWARDS // 2:
        assert time.monotonic() < deadline + 120
        consumer.step()
    for _ in range(5):
        consumer.step()
    consumer.close()

    versions = payout.execute(
        "SELECT award_id, version, count(*) FROM award_versions GROUP BY 1, 2 HAVING count(*) > 1"
    )
    assert versions == []
    for number in range(AWARDS):
        entitlement = 20_003 + number if number % 2 == 0 else 10_001 + number
        award = payout.story(f"crash-{number}")
        assert award["entitlement_fen"] == entitlement
        assert sum(share["entitlement_fen"] for share in award["shares"]) == entitlement
        assert sum(order["amount_fen"] for order in award["orders"] if order["live"]) == entitlement
