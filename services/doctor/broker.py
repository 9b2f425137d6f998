"""Kafka: whether it is reached over TLS, lets this process in, and has the topics with the rights that it needs."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import GroupAuthorizationFailedError, KafkaError, UnknownTopicOrPartitionError

from services.doctor.domain import Finding, Part, State, fine, lacking, noted
from services.kafka_rights import Right, as_constant, rights, users
from shared.i18n import N_
from shared.messaging.kafka import Cluster
from shared.process_settings import Deployment
from shared.settings import KafkaSettings

CONNECT_SECONDS = 5
_REPLICATED = 3
"""From so many replicas on, one may be lost without a stop and without a loss, if two must confirm."""
_RETENTION_DAYS = 7
_RESOURCES = (N_("topic"), N_("group"))
"""What there are rights on, as sentences name it."""
_KEPT = ("retention.ms", "min.insync.replicas")


def examine_broker(settings: KafkaSettings, deployment: Deployment) -> Iterator[Finding]:
    """Yield what is found of Kafka as the user of this environment meets it."""
    if settings.kafka_security_protocol != "PLAINTEXT" and not settings.kafka_user:
        yield noted(
            Part.BROKER,
            "KAFKA_USER is not set, so Kafka was not asked. Apps need no user; a relay, and a worker that consumes, do.",
        )
        return
    cluster = Cluster.of(settings)
    unreachable = [finding for server in cluster.options()["bootstrap_servers"] for finding in _reach(server, cluster)]
    yield from unreachable
    if unreachable:
        return
    try:
        admin = KafkaAdminClient(**cluster.options(), bootstrap_timeout_ms=CONNECT_SECONDS * 1_000)
    except KafkaError:
        yield lacking(
            Part.BROKER,
            "Kafka answers at {servers} and does not let {user} in: correct KAFKA_USER, KAFKA_PASSWORD, KAFKA_SASL_MECHANISM"
            " or KAFKA_SECURITY_PROTOCOL.",
            servers=cluster.bootstrap_servers,
            user=cluster.user or N_("anybody without a name"),
        )
        return
    try:
        found = [*_examine_rights(admin, cluster.user, deployment)]
    finally:
        admin.close()
    yield from found
    if all(each.state is not State.LACKING for each in found):
        yield fine(Part.BROKER, "Kafka at {servers} has what is needed.", servers=cluster.bootstrap_servers)


def _reach(server: str, cluster: Cluster) -> Iterator[Finding]:
    host, _, port = server.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS) as connection:
            if cluster.user is not None:
                context = ssl.create_default_context(cafile=cluster.ca_file)
                context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        yield lacking(
            Part.BROKER,
            "The certificate of {server} is not trusted ({reason}): correct KAFKA_CA_FILE, or the broker's certificate.",
            server=server,
            reason=error.verify_message,
        )
    except ssl.SSLError:
        yield lacking(Part.BROKER, "{server} answers, but not over TLS: name the port for SASL_SSL.", server=server)
    except OSError as error:
        yield lacking(
            Part.BROKER,
            "{server} does not answer ({reason}): start Kafka, or correct KAFKA_BOOTSTRAP_SERVERS.",
            server=server,
            reason=error.strerror or type(error).__name__,
        )


def _examine_rights(admin: KafkaAdminClient, user: str | None, deployment: Deployment) -> Iterator[Finding]:
    needed = [right for right in rights() if user in (None, right.user)]
    if not needed:
        yield lacking(
            Part.BROKER,
            "{user} is none of Kafka's users of this system ({users}): their rights are granted by `deploy/kafka/acls.sh`.",
            user=user or "",
            users=users(),
        )
    for right in needed:
        found = _group(admin, right) if right.resource == "group" else _topic(admin, right, deployment)
        yield from (each for each in found if user is not None or each.state is State.NOTED)


def _group(admin: KafkaAdminClient, right: Right) -> Iterator[Finding]:
    try:
        has = admin.describe_groups([right.name])[right.name]["authorized_operations"]
    except GroupAuthorizationFailedError:
        has = []
    except KafkaError:  # of a cluster that is new: groups have no place yet
        return
    if has is not None:  # as it is of a group without members
        yield from _without(right, has)


def _topic(admin: KafkaAdminClient, right: Right, deployment: Deployment) -> Iterator[Finding]:
    topic: dict[str, Any] = admin.describe_topics([right.name])[0]
    if topic["error_code"] == UnknownTopicOrPartitionError.errno:
        yield noted(
            Part.BROKER,
            "The topic {topic} does not exist yet. Its relay creates it with one replica: on a cluster create it before.",
            topic=right.name,
        )
        return
    without = [*_without(right, topic["authorized_operations"] or [])]
    yield from without
    if without or deployment is not Deployment.PRODUCTION:
        return
    replicas = min(len(partition["replica_nodes"]) for partition in topic["partitions"])
    yield from _settings(admin, right, replicas)


def _without(right: Right, has: list[str]) -> Iterator[Finding]:
    lacks = [operation for operation in right.operations if as_constant(operation) not in has]
    if lacks:
        yield lacking(
            Part.BROKER,
            "{user} lacks {operations} on the {resource} {name}: run `deploy/kafka/acls.sh`.",
            user=right.user,
            operations=lacks,
            resource=right.resource,
            name=right.name,
        )


def _settings(admin: KafkaAdminClient, right: Right, replicas: int) -> Iterator[Finding]:
    if "DescribeConfigs" not in right.operations:
        return
    asked = ConfigResource(ConfigResourceType.TOPIC, right.name, dict.fromkeys(_KEPT))
    kept = admin.describe_configs([asked], config_filter="all")["topic"][right.name]
    retention_ms, confirming = (int(kept[name]["value"]) for name in _KEPT)
    if 0 <= retention_ms < _RETENTION_DAYS * 86_400_000:
        yield lacking(
            Part.BROKER,
            "The topic {topic} keeps events for {hours} hours, so a consumer that stands still for longer misses some:"
            " set retention.ms to {days} days or more.",
            topic=right.name,
            hours=retention_ms // 3_600_000,
            days=_RETENTION_DAYS,
        )
    if replicas >= _REPLICATED and confirming < 2:
        yield lacking(
            Part.BROKER,
            "The topic {topic} has {replicas} replicas and confirms an event that one of them has: set min.insync.replicas to 2.",
            topic=right.name,
            replicas=replicas,
        )
