"""Each negative control breaks what its defence holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from deploy.local.broker import Broker
from services.payout.awards import handlers, repository
from services.payout.reconciliation.repository import differences
from shared.authorization import Scope
from shared.messaging import inbox, outbox, topics
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Event
from shared.messaging.kafka import Cluster
from shared.messaging.relay import Relay
from shared.messaging.signatures import Verifier
from shared.web import auth
from tests.faults.checks import EFFECTS
from tests.faults.controls import CONTROLS
from tests.integration.payout.support import SHARED_HALF, Payout, award, decision
from tests.support.crashing_database import Crashed
from tests.support.databases import ServiceDatabase
from tests.support.events import LENIENT, VERIFIER, relay_of
from tests.support.tokens import Tokens


@pytest.fixture(autouse=True)
def _defences_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, name in (
        (inbox, "take_new"),
        (repository, "known_versions"),
        (Relay, "_next"),
        (handlers, "_apply_versions"),
        (Consumer, "process"),
        (Verifier, "verify"),
        (auth, "actor_of"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))


@pytest.fixture
def payout(fresh_database: Callable[[str], ServiceDatabase], tokens: Tokens) -> Iterator[Payout]:
    """Payout around a fresh database, whose books are let stand as they are."""
    fresh = fresh_database("payout")
    database = fresh.connect()
    yield Payout(database, tokens, fresh.owner_url)
    database.close()


def broken(payout: Payout) -> set[str]:
    with payout.database.reading() as connection:
        found = {name for name, query in EFFECTS.items() if connection.execute(text(query)).scalar_one()}
        return found | {difference["check"] for difference in differences(connection, limit=1)}


def test_without_the_inbox_key_an_event_has_two_effects(payout: Payout) -> None:
    control = CONTROLS["no-inbox-key"]
    with psycopg.connect(payout.owner_url, autocommit=True) as connection:
        connection.execute(control.payout_ddl.encode())
    control.weaken()
    payout.arrange()
    event = decision()
    payout.receive(event)
    assert broken(payout) == set()
    payout.receive(event)
    assert broken(payout) >= {"a version has two effects", "an event is in the inbox twice"}


def test_without_signatures_an_invented_award_becomes_an_order(payout: Payout) -> None:
    payout.arrange()
    reading = Consumer(payout.database, Cluster(""), topics.AWARD_DECISIONS, uuid4().hex, payout.handler, VERIFIER)
    reading.process([decision("invented")])
    assert payout.execute("SELECT count(*) FROM payment_orders") == [(0,)]
    CONTROLS["no-signatures"].weaken()
    reading.process([decision("invented")])
    assert payout.execute("SELECT count(*) FROM payment_orders")[0][0] > 0


def test_without_second_persons_one_person_confirms_alone(payout: Payout) -> None:
    def confirm_alone() -> int:
        person = payout.tokens.bearer(sub="person", scope=" ".join(Scope), jti=uuid4().hex)
        body = SHARED_HALF | {"number": uuid4().hex, "effective_from": "2100-01-01"}
        drafted = payout.http.post("/v1/arrangements", json=body, headers=person | {"Idempotency-Key": uuid4().hex})
        path, key = f"/v1/arrangements/{drafted.json()['id']}/confirm", {"Idempotency-Key": uuid4().hex}
        return int(payout.http.post(path, headers=person | key).status_code)

    control = CONTROLS["no-second-persons"]
    assert confirm_alone() == 409
    with psycopg.connect(payout.owner_url, autocommit=True) as connection:
        connection.execute(control.payout_ddl.encode())
    control.weaken()
    assert confirm_alone() == 200


def test_without_filters_an_officer_reads_what_is_another_districts(payout: Payout) -> None:
    payout.arrange()
    payout.receive(decision(jurisdiction="city"))

    def read() -> int:
        officer = payout.tokens.bearer(sub="officer", scope="money:read", jurisdiction="liandu", jti=uuid4().hex)
        return int(payout.http.get(f"/v1/awards/{award()}", headers=officer).status_code)

    assert read() == 404
    CONTROLS["no-filters"].weaken()
    assert read() == 200


def test_a_naive_outbox_loses_a_low_id_that_commits_late(
    fresh_database: Callable[[str], ServiceDatabase], broker: Broker
) -> None:
    CONTROLS["naive-outbox"].weaken()
    database = fresh_database("eligibility").connect()
    relay = relay_of("payout", database, broker.cluster, "naive")
    at = datetime(2024, 3, 1, tzinfo=UTC)
    slow, quick = (
        Event(topics.PAYMENT_ORDERS, key, "test.happened", uuid4(), "/tests", key, at, b"{}") for key in ("a", "b")
    )
    with database.transaction() as late:
        outbox.enqueue(late, [slow])
        with database.transaction() as early:
            outbox.enqueue(early, [quick])
        assert relay.step()
    assert not relay.step(), "it is behind, and not looked at again"
    relay.close()
    with database.reading() as connection:
        assert connection.execute(text("SELECT key FROM outbox_events WHERE published_at IS NULL")).scalars().all() == [
            "a"
        ]
    database.close()


def test_a_split_outside_the_transaction_is_lost_when_the_worker_crashes(
    payout: Payout, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    CONTROLS["split-outside-transaction"].weaken()
    payout.arrange()

    def die(_: float) -> None:
        raise Crashed

    monkeypatch.setattr("tests.faults.controls.time.sleep", die)
    event = decision()
    crashing = Consumer(payout.database, broker.cluster, topics.AWARD_DECISIONS, uuid4().hex, payout.handler, LENIENT)
    with pytest.raises(Crashed):
        crashing.process([event])
    monkeypatch.undo()
    payout.receive(event)
    [(versions, awards)] = payout.execute("SELECT (SELECT count(*) FROM award_versions), (SELECT count(*) FROM awards)")
    assert (versions, awards) == (1, 0), "received for good, and without effect for good"
