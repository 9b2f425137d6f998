"""Faults of Kafka's messages: repeated, in any order, malformed, forged, replayed, of other versions, late, too large."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import orjson
from joserfc.jwk import OKPKey
from kafka import KafkaConsumer
from kafka.structs import OffsetAndMetadata

from services.payout.worker import GROUP
from shared.messaging import kafka, topics
from shared.messaging.signatures import Signer
from tests.faults.campaign import Campaign, Record
from tests.faults.decisions import Version

MOST_LATE = 6
"""Transactions that the campaign holds open at a time: it has ten connections."""


def repeat(campaign: Campaign) -> None:
    """Ten copies of events that were published before."""
    campaign.send(campaign.signed([record for version in _some(campaign, 5) for record in [_record(version)] * 10]))


def reorder(campaign: Campaign) -> None:
    """Versions of several new awards in any order, beside the relay, which sends them in the right one."""
    versions = [version for _ in range(3) for version in campaign.decisions.fresh(campaign.dice.randint(2, 5))]
    campaign.decisions.commit(versions)
    shuffled = list(versions)
    campaign.dice.shuffle(shuffled)
    campaign.send(campaign.signed([_record(version) for version in shuffled]))


def malform(campaign: Campaign) -> None:
    """Signed messages that can never be processed: no CloudEvent, of no known type, against the schema, tombstones."""
    key, value, headers = _record(campaign.decisions.fresh()[0])
    data = orjson.loads(value or b"")
    mark = uuid4().hex
    short = [(name, content) for name, content in headers if name != "ce_type"]
    other = [(name, b"award.renamed" if name == "ce_type" else content) for name, content in headers]
    newer = [(name, b"2.0" if name == "ce_specversion" else content) for name, content in headers]
    fresh = [(name, uuid4().hex.encode() if name == "ce_id" else content) for name, content in headers]
    choices: list[Record] = [
        (mark.encode(), b"\x00\xff{" + mark.encode(), fresh),
        (key, orjson.dumps(data | {"subject": mark}), short),
        (key, orjson.dumps(data | {"subject": mark}), other),
        (key, orjson.dumps(data | {"subject": mark}), newer),
        (mark.encode(), orjson.dumps(data | {"subject": mark}), fresh),
        (key, orjson.dumps(data | {"subject": mark, "entitlement_fen": -1}), fresh),
        (key, orjson.dumps(data | {"subject": mark, "version": "1.5"}), fresh),
        (mark.encode(), None, fresh),
        (None, mark.encode(), []),
    ]
    campaign.refuse(campaign.signed(campaign.dice.sample(choices, 2)))


def forge(campaign: Campaign) -> None:
    """Invented awards, and the highest version that there can be, withdrawn: signed by a stranger, under eligibility's key id."""
    key, value, headers = _record(campaign.decisions.fresh()[0])
    [known] = _some(campaign, 1) or campaign.decisions.fresh()
    last = _record(replace(known, version=2**31 - 1, instalments=()))
    stranger = OKPKey.import_key(
        OKPKey.generate_key("Ed25519").as_dict(private=True) | {"kid": campaign.harness.kid("eligibility")}
    )
    made = [(k or b"", _marked(v), list(h)) for k, v, h in ((key, value, headers), last)]
    Signer(stranger).sign(made)
    campaign.refuse(made)


def leap(campaign: Campaign) -> None:
    """The highest version that there can be, withdrawn, with eligibility's own signature: its key was stolen."""
    campaign.decisions.decide(1)
    [known] = _some(campaign, 1)
    key, value, headers = _record(replace(known, version=2**31 - 1, instalments=()))
    campaign.refuse(campaign.signed([(key, _marked(value), headers)]))


def leave_unsigned(campaign: Campaign) -> None:
    """The next version of an award under its own event id, not signed; then the genuine one, which has to take effect."""
    [last] = _some(campaign, 1) or campaign.decisions.fresh()
    following = campaign.decisions.following(campaign.decisions.committed.get(last.award_id, [last])[-1])
    key, value, headers = _record(following)
    campaign.refuse([(key, _marked(value), headers)])
    campaign.decisions.commit([following])


def alter(campaign: Campaign) -> None:
    """An event that was published, with its signature and its id, and other data."""
    campaign.decisions.decide(1)
    [known] = _some(campaign, 1)
    [(key, value, headers)] = campaign.signed([_record(known)])
    campaign.refuse([(key, _marked(value), headers)])


def sign_as_another(campaign: Campaign) -> None:
    """An award that another service of the system signs with its own key."""
    key, value, headers = _record(campaign.decisions.fresh()[0])
    campaign.refuse(campaign.signed([(key, _marked(value), headers)], campaign.dice.choice(("registry", "payout"))))


def mix_versions(campaign: Campaign) -> None:
    """A newer eligibility beside this one: the same events with members and headers that nobody knows yet."""
    versions = campaign.decisions.fresh(campaign.dice.randint(1, 3))
    campaign.decisions.commit(versions)
    newer = [
        (key, orjson.dumps(orjson.loads(value or b"") | {"round": {"number": 7}}), [*headers, ("ce_round", b"7")])
        for key, value, headers in map(_record, versions)
    ]
    campaign.send(campaign.signed(newer))


def _marked(value: bytes | None) -> bytes:
    """Return an event's data with another subject, so that it can be told from all others."""
    return orjson.dumps(orjson.loads(value or b"") | {"subject": uuid4().hex})


def oversize(campaign: Campaign) -> None:
    """A message as large as a stranger's producer can send: in its data, its key, its id."""
    large = campaign.dice.randbytes(campaign.dice.choice((400_000, 600_000, 1_700_000))).hex().encode()
    mark = uuid4().hex.encode()
    choices: list[Record] = [
        (mark, large, [("ce_id", mark)]),
        (large, mark, [("ce_id", mark)]),
        (mark, mark, [("ce_specversion", b"1.0"), ("ce_id", large), ("ce_source", mark), ("ce_type", mark)]),
    ]
    campaign.refuse([campaign.dice.choice(choices)])


def commit_late(campaign: Campaign) -> None:
    """A low outbox id that commits after higher ones were published."""
    while campaign.harness.put_off >= MOST_LATE:
        campaign.harness.tend()
        time.sleep(0.1)
    begun = campaign.decisions.begin_late(campaign.decisions.fresh())
    campaign.decisions.decide(campaign.dice.randint(1, 20))
    campaign.harness.later(campaign.dice.uniform(0.5, 3), lambda: campaign.decisions.end_late(begun))


def rebalance(campaign: Campaign) -> None:
    """A stranger joins payout's group and leaves it."""
    _intrude(campaign, lambda _: None)


def replay(campaign: Campaign) -> None:
    """Set the group's offsets to the start of some partitions: all that they hold is delivered again."""

    def rewind(intruder: KafkaConsumer) -> None:
        intruder.commit({partition: OffsetAndMetadata(0, "", -1) for partition in intruder.assignment()})

    _intrude(campaign, rewind)


def _intrude(campaign: Campaign, act: Callable[[KafkaConsumer], None]) -> None:
    """Join payout's consumer group, take partitions away, and leave."""
    try:
        intruder = kafka.consumer(campaign.harness.cluster, GROUP, topics.AWARD_DECISIONS, max_poll_records=10)
    except Exception:  # noqa: BLE001 - a broker that is down is no fault of its own
        return
    try:
        for _ in range(20):
            intruder.poll(timeout_ms=500, update_offsets=False)
            if intruder.assignment():
                act(intruder)
                break
    finally:
        intruder.close(autocommit=False)


def _some(campaign: Campaign, most: int) -> list[Version]:
    known = list(campaign.decisions.committed.values())
    chosen = campaign.dice.sample(known, min(most, len(known)))
    return [campaign.dice.choice(versions) for versions in chosen]


def _record(version: Version) -> Record:
    event = version.event()
    return event.key.encode(), event.data, event.headers()
