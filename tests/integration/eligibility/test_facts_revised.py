"""`registry-facts.v1` in eligibility: what it tells is heard once, what is no such event is set aside."""

from __future__ import annotations

from uuid import uuid4

import orjson
import pytest

from services.eligibility.corrections import handlers
from services.eligibility.corrections.handlers import RegistryFollower
from shared.events.facts_revised import TYPE
from shared.messaging import topics
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Message
from shared.messaging.kafka import Cluster
from tests.integration.eligibility.harness import Harness
from tests.integration.registry.conftest import enterprise, uscc
from tests.support.events import LENIENT

A = uscc(1)
GOOD = {"revision": 1, "dataset": "enterprises", "uscc": A, "keys": [[A]]}


def told(data: object, key: str = A, kind: str = TYPE) -> Message:
    headers = {
        "ce_specversion": b"1.0",
        "ce_id": uuid4().hex.encode(),
        "ce_source": b"/registry",
        "ce_type": kind.encode(),
    }
    content = data if isinstance(data, bytes) else orjson.dumps(data)
    return Message(topics.REGISTRY_FACTS, 0, 1, key.encode(), content, headers)


def hears(world: Harness, *given: Message) -> None:
    consumer = Consumer(world.database, Cluster("nowhere:1"), topics.REGISTRY_FACTS, "test", handlers.receive, LENIENT)
    consumer.process(given)


def test_an_event_leads_to_the_marks_at_once_in_any_order_and_number(world: Harness) -> None:
    world.follow()
    revision = world.record("enterprises", enterprise(A))
    world.record("enterprises", enterprise(uscc(2)))
    follower = RegistryFollower(world.database, world.facts)
    assert not follower.step(), "nothing told of it yet, and it was looked a moment ago"
    event = told(GOOD | {"revision": revision + 1})
    hears(world, event, event, told(GOOD | {"revision": revision}))
    assert follower.step()
    assert world.pending() == sorted((A, uscc(2)))
    hears(world, told(GOOD | {"revision": revision}))
    assert not follower.step(), "what is marked already is not read again"


def test_an_event_of_a_revision_that_the_registry_lacks_is_looked_for_once(world: Harness) -> None:
    world.follow()
    hears(world, told(GOOD | {"revision": 10**12}))
    follower = RegistryFollower(world.database, world.facts)
    follower.step()
    world.transport.requests.clear()
    follower.step()
    assert world.transport.requests == []


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (told(GOOD, kind="facts.other"), "the type is not facts.revised"),
        (told(b"\xff"), "the data do not follow the schema: data: json_invalid"),
        (told(GOOD | {"revision": 0}), "the data do not follow the schema: revision: greater_than_equal"),
        (told(GOOD | {"revision": 2**63}), "the revision is out of range"),
        (told(GOOD, key=uscc(2)), "the key is not the unified social credit code of the data"),
        (told(GOOD | {"uscc": "S3CRET"}, key="S3CRET"), "the key is not the unified social credit code of the data"),
    ],
)
def test_what_is_no_such_event_is_set_aside_and_the_rest_is_heard(
    world: Harness, message: Message, reason: str
) -> None:
    hears(world, told(GOOD | {"revision": 3}), message, told(GOOD | {"revision": 5}))
    assert world.rows("SELECT heard FROM facts_followed") == [(5,)]
    assert world.rows("SELECT reason FROM dead_letters") == [(reason,)]
