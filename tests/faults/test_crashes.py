"""Processes that are really killed: whatever the moment, an award version has one effect and the sums hold."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import orjson
import pytest

from deploy.local.broker import Broker
from services.payout.worker import GROUP, award_decisions
from shared.clock import SystemClock
from shared.events import award_decided
from shared.identifiers import award_id, event_id
from shared.messaging import outbox, topics
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Event
from shared.messaging.relay import Relay
from tests.integration.payout.support import Payout
from tests.support.databases import ServiceDatabase
from tests.support.tokens import Tokens

NOW = datetime(2025, 3, 1, tzinfo=UTC)
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
    award = award_id("lishui-2020-1", "courier-rent", f"crash-{number}", 2024)
    instalments = [award_decided.Instalment(due_year=2025, amount_fen=fen)]
    data = award_decided.AwardDecided(
        award_id=award,
        version=version,
        policy="lishui-2020-1",
        award="courier-rent",
        article="4",
        subject=f"crash-{number}",
        award_year=2024,
        payee=award_decided.Payee(uscc="91331100MA2E000007", name="丽水测试快递有限公司"),
        jurisdiction="liandu",
        kind="cash",
        result="granted",
        entitlement_fen=fen,
        instalments=instalments,
        decided_on=date(2025, 3, 1),
        first_decided_on=date(2025, 3, 1),
        reason=award_decided.Reason.INITIAL if version == 1 else award_decided.Reason.CORRECTION,
        receipt=award_decided.Receipt(
            facts_revision=1, policy_hash="p" * 64, interpretations_hash="i" * 64, engine_version="1"
        ),
    )
    content = orjson.dumps(data.model_dump(mode="json"))
    identity = event_id(award_decided.TYPE, award, version)
    return Event(
        topics.AWARD_DECISIONS,
        str(award),
        award_decided.TYPE,
        identity,
        "/services/eligibility",
        str(award),
        NOW,
        content,
    )


def doomed(role: str, database: ServiceDatabase, broker: Broker, point: str) -> None:
    """Run a process until it kills itself at `point`."""
    command = [sys.executable, "-m", "tests.support.doomed", role, database.app_url, broker.bootstrap_servers, point]
    ended = subprocess.run(command, timeout=90, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()[-2000:]


def test_relay_and_payout_killed_at_their_worst_moments(
    eligibility: ServiceDatabase, payout_database: ServiceDatabase, payout: Payout, broker: Broker
) -> None:
    payout.arrange()
    publisher = eligibility.connect()
    with publisher.transaction() as connection:
        outbox.enqueue(connection, [decided(n, 1, 10_001 + n) for n in range(AWARDS)])
        outbox.enqueue(connection, [decided(n, 2, 20_003 + n) for n in range(0, AWARDS, 2)])

    doomed("relay", eligibility, broker, "relay: sent, not marked")
    relay = Relay(publisher, broker.bootstrap_servers, "heir")
    deadline = time.monotonic() + 60  # the dead leader's lock goes with its session
    while not relay.step():
        assert time.monotonic() < deadline
    relay.close()
    publisher.close()

    doomed("payout", payout_database, broker, "consumer: not committed")
    doomed("payout", payout_database, broker, "consumer: committed, offsets not")
    consumer = Consumer(
        payout.database, broker.bootstrap_servers, topics.AWARD_DECISIONS, GROUP, award_decisions(SystemClock())
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
        story = payout.story(f"crash-{number}")
        assert story["entitlement_fen"] == entitlement
        assert sum(share["entitlement_fen"] for share in story["shares"]) == entitlement
        assert sum(order["amount_fen"] for order in story["orders"] if order["live"]) == entitlement
