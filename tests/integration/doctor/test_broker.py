"""`subsidies doctor` names what a process' user lacks on Kafka."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import stamina
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    ResourcePatternFilter,
    ResourceType,
)

from deploy.kafka import rights
from deploy.local.broker import Broker
from deploy.local.processes import free_port
from services.doctor.broker import examine_broker
from services.doctor.domain import State
from services.kafka_rights import users
from shared.i18n import ENGLISH, translate
from shared.messaging import kafka, topics
from shared.process_settings import Deployment
from shared.settings import KafkaSettings


@pytest.fixture(autouse=True)
def _has_rights(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "CONNECT_SECONDS", 2)  # who is refused is tried again until then
    if not broker.passwords:
        pytest.skip(f"no users or rights: {broker.described}")


@pytest.fixture
def admin(broker: Broker) -> Iterator[KafkaAdminClient]:
    admin = kafka.administration(broker.cluster)
    yield admin
    admin.close()


def environment(broker: Broker, user: str) -> dict[str, Any]:
    cluster = broker.cluster_of(user)
    return {
        "kafka_bootstrap_servers": cluster.bootstrap_servers,
        "kafka_sasl_mechanism": cluster.mechanism,
        "kafka_user": user,
        "kafka_password": cluster.password,
        "kafka_ca_file": cluster.ca_file,
    }


def said(state: State = State.LACKING, /, *, deployment: str = "production", **variables: object) -> list[str]:
    settings = KafkaSettings.model_validate(variables)
    found = examine_broker(settings, Deployment(deployment))
    return [translate(each.message, ENGLISH, each.parameters) for each in found if each.state is state]


@pytest.mark.parametrize("user", users())
def test_every_process_has_what_it_needs(broker: Broker, user: str) -> None:
    for attempt in stamina.retry_context(on=AssertionError, attempts=30, wait_initial=0.5, wait_max=1.0):
        with attempt:  # what was granted at the start takes a while to be known
            assert said(**environment(broker, user)) == []
    assert len(said(State.FINE, **environment(broker, user))) == 1


def test_a_process_without_a_user_is_not_examined(broker: Broker) -> None:
    variables = environment(broker, "payout-relay") | {"kafka_user": ""}
    assert said(**variables) == []
    assert said(State.NOTED, **variables)[0].startswith("KAFKA_USER is not set")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kafka_password": "wrong"}, "does not let payout-relay in"),
        ({"kafka_sasl_mechanism": "SCRAM-SHA-512"}, "does not let payout-relay in"),
        ({"kafka_security_protocol": "PLAINTEXT"}, "does not let anybody without a name in"),
        ({"kafka_ca_file": None}, "is not trusted"),
        ({"kafka_bootstrap_servers": f"127.0.0.1:{free_port()}"}, "does not answer (Connection refused)"),
    ],
)
def test_what_keeps_a_process_out_is_named(broker: Broker, wrong: dict[str, Any], sentence: str) -> None:
    (found,) = said(**environment(broker, "payout-relay") | wrong)
    assert sentence in found


def test_a_user_of_another_system_is_named(broker: Broker) -> None:
    (found,) = said(**environment(broker, "admin"))
    assert found.startswith("admin is none of Kafka's users of this system (eligibility-relay, ")


def test_a_right_that_is_missing_is_named(broker: Broker, admin: KafkaAdminClient) -> None:
    lists = [
        ACLFilter(
            f"User:{user}",
            "*",
            operation,
            ACLPermissionType.ALLOW,
            ResourcePatternFilter(resource, name, ACLResourcePatternType.LITERAL),
        )
        for user, operation, resource, name in (
            ("payout-relay", ACLOperation.WRITE, ResourceType.TOPIC, topics.PAYMENT_ORDERS),
            ("payout-worker", ACLOperation.READ, ResourceType.GROUP, "payout"),
            ("payout-worker", ACLOperation.DESCRIBE, ResourceType.GROUP, "payout"),
        )
    ]
    admin.delete_acls(lists)
    try:
        assert said(**environment(broker, "payout-relay")) == [
            "payout-relay lacks Write on the topic payment-orders.v1: run `deploy/kafka/acls.sh`."
        ]
        assert said(**environment(broker, "payout-worker")) == [
            "payout-worker lacks Describe, Read on the group payout: run `deploy/kafka/acls.sh`."
        ]
    finally:
        rights.grant(broker.cluster)


def test_a_topic_that_forgets_is_named_in_production(broker: Broker, admin: KafkaAdminClient) -> None:
    def keep(hours: int) -> None:
        configs = {"retention.ms": str(hours * 3_600_000)}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topics.AWARD_PROGRESS, configs)])

    keep(24)
    try:
        (found,) = said(**environment(broker, "eligibility-relay"))
        assert found.startswith("The topic award-progress.v1 keeps events for 24 hours")
        assert said(**environment(broker, "eligibility-relay"), deployment="demonstration") == []
    finally:
        keep(24 * 365)


def test_a_port_without_tls_is_named(broker: Broker) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            connection.sendall(b"no TLS here\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        (found,) = said(**environment(broker, "payout-relay") | {"kafka_bootstrap_servers": address})
        thread.join()
    assert found == f"{address} answers, but not over TLS: name the port for SASL_SSL."
