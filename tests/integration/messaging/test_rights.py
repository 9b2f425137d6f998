"""Kafka's access control lists on the broker that tests and demonstrations use: each process can do its part, and no more."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from kafka import KafkaProducer
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    SaslAuthenticationFailedError,
)

from deploy.kafka import rights
from deploy.local.broker import Broker
from deploy.local.processes import free_port
from services import kafka_rights
from services.eligibility import worker as eligibility
from services.payout import worker as payout
from shared.messaging import kafka, topics
from shared.messaging.kafka import Cluster
from shared.messaging.rights import Right, consuming, publishing, require_rights


@pytest.fixture(autouse=True)
def _has_rights(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(kafka, "CONNECT_SECONDS", 2)  # who is refused is tried again until then
    if not broker.passwords:
        pytest.skip(f"no users or rights: {broker.described}")
    yield
    # Kafka's client leaves connections open that were refused: they are collected here, not in a later test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def _may_write(cluster: Cluster, topic: str, *, expected: bool) -> bool:
    """Return whether a message is taken. A topic that a user may not see is waited for in vain: not long, if none is expected."""
    patience_seconds = 60 if expected else 1.5
    producer = KafkaProducer(
        **cluster.options(), acks="all", max_block_ms=int(patience_seconds * 1_000), metrics_enabled=False
    )
    try:
        producer.send(topic, key=b"rights-test", value=b"{}").get(60)
    except KafkaError:
        return False
    finally:
        kafka.close_producer(producer)
    return True


def _may_read(cluster: Cluster, topic: str, group: str, *, expected: bool) -> bool:
    subscription = kafka.consumer(cluster, group, topic, max_poll_records=1)
    try:
        for _ in range(40 if expected else 6):
            subscription.poll(timeout_ms=500, update_offsets=False)
            if subscription.assignment():
                return True
    except GroupAuthorizationFailedError:
        return False
    finally:
        subscription.close(autocommit=False)
    return False


def test_each_relay_writes_to_its_own_topics_alone(broker: Broker) -> None:
    for service in ("registry", "eligibility", "payout"):
        for topic, publisher in topics.PUBLISHERS.items():
            own = publisher == service
            assert _may_write(broker.cluster_of(f"{service}-relay"), topic, expected=own) is own


@pytest.mark.parametrize("worker", ["eligibility-worker", "payout-worker"])
def test_no_worker_writes(broker: Broker, worker: str) -> None:
    assert not any(_may_write(broker.cluster_of(worker), topic, expected=False) for topic in topics.ALL)


@pytest.mark.parametrize(
    ("user", "topic", "group", "may"),
    [
        ("payout-worker", topics.AWARD_DECISIONS, payout.GROUP, True),
        ("payout-worker", topics.AWARD_DECISIONS, eligibility.GROUP, False),
        ("payout-worker", topics.REGISTRY_FACTS, payout.GROUP, False),
        ("eligibility-worker", topics.REGISTRY_FACTS, eligibility.GROUP, True),
        ("eligibility-worker", topics.EVALUATION_SHARDS, eligibility.PARTITIONS_GROUP, True),
        ("eligibility-worker", topics.AWARD_DECISIONS, eligibility.GROUP, False),
        ("eligibility-relay", topics.AWARD_DECISIONS, payout.GROUP, False),
    ],
)
def test_a_process_reads_its_topics_in_its_group(broker: Broker, user: str, topic: str, group: str, may: bool) -> None:
    assert _may_read(broker.cluster_of(user), topic, group, expected=may) is may


def test_nobody_else_enters(broker: Broker) -> None:
    own = broker.cluster_of("payout-worker")
    for stranger in (replace(own, password="wrong"), replace(own, user="nobody")):
        with pytest.raises((SaslAuthenticationFailedError, KafkaError)):
            kafka.ensure_topics(stranger, patience_seconds=0)
    with pytest.raises(KafkaError):
        kafka.ensure_topics(Cluster(own.bootstrap_servers), patience_seconds=0)


def test_no_process_grants_rights_or_deletes(broker: Broker) -> None:
    cluster = broker.cluster_of("eligibility-relay")
    with pytest.raises(KafkaError):
        rights.grant(cluster)
    admin = kafka.administration(cluster)
    with pytest.raises(KafkaError):
        admin.delete_topics([topics.AWARD_DECISIONS], raise_errors=True)
    admin.close()


def test_what_a_relay_needs_beside_writing_is_granted(broker: Broker) -> None:
    for service in ("registry", "eligibility", "payout"):
        cluster = broker.cluster_of(f"{service}-relay")
        own = [topic for topic, publisher in topics.PUBLISHERS.items() if publisher == service]
        kafka.ensure_topics(cluster, own, patience_seconds=0)
        assert all(topic in kafka.log_identity(cluster, own) for topic in own)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the client leaves what was refused open
def test_a_connection_is_encrypted_and_the_server_known(broker: Broker) -> None:
    with pytest.raises(KafkaError):
        kafka.ensure_topics(replace(broker.cluster, ca_file=None), patience_seconds=0)


def test_the_rights_name_every_topic_and_every_consumer() -> None:
    granted = {(right.user, right.name) for right in kafka_rights.rights()}
    assert {(f"{publisher}-relay", topic) for topic, publisher in topics.PUBLISHERS.items()} <= granted
    assert rights.SCRIPT.read_text("utf-8") == rights.script(), "`make manifests` writes it"


def _start(broker: Broker, user: str, needed: Iterable[Right], **wrong: Any) -> None:
    require_rights(replace(broker.cluster_of(user), **wrong), [*needed], patience_seconds=0)


def test_a_start_without_rights_ends_with_a_sentence_for_each(broker: Broker) -> None:
    with pytest.raises(SystemExit) as ended:
        _start(
            broker,
            "payout-worker",
            [*publishing("payout-worker", [topics.PAYMENT_ORDERS]), *consuming("payout-worker", eligibility.GROUPS)],
        )
    assert str(ended.value).splitlines() == [
        f"payout-worker lacks {operations} on the {what}: run `deploy/kafka/acls.sh`."
        for operations, what in (
            ("Create, Describe, DescribeConfigs, Write, Read", "topic payment-orders.v1"),
            ("Describe, Read", "topic registry-facts.v1"),
            ("Describe, Read", "group eligibility"),
            ("Describe, Read", "topic evaluation-shards.v1"),
            ("Describe, Read", "group eligibility-shards"),
        )
    ]


def test_a_start_with_a_wrong_password_ends_with_a_sentence(broker: Broker) -> None:
    with pytest.raises(SystemExit, match=r"does not let payout-worker in: correct KAFKA_USER, KAFKA_PASSWORD"):
        _start(broker, "payout-worker", consuming("payout-worker", payout.GROUPS), password="wrong")


def test_a_start_with_its_rights_goes_on(broker: Broker) -> None:
    for user, groups in kafka_rights.CONSUMED.items():
        _start(broker, user, consuming(user, groups))
    for topic, service in topics.PUBLISHERS.items():
        _start(broker, f"{service}-relay", publishing(f"{service}-relay", [topic]))


def test_a_start_does_not_wait_for_a_broker_that_is_down(broker: Broker) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    _start(broker, "payout-worker", consuming("payout-worker", payout.GROUPS), bootstrap_servers=nowhere)
