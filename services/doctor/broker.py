"""Kafka: whether it is reached over TLS, lets this process in, and has the topics with the rights that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError, UnknownTopicOrPartitionError

from services.doctor.domain import Finding, Part, State, fine, lacking, noted
from services.kafka_rights import rights, users
from shared.i18n import N_
from shared.messaging.kafka import Cluster, administration
from shared.messaging.rights import KEPT_OUT, LACKS, Right, missing_operations, parameters_of, reach
from shared.process_settings import Deployment
from shared.settings import KafkaSettings

_REPLICATED = 3
"""From so many replicas on, one may be lost without a stop and without a loss, if two must confirm."""
_RETENTION_DAYS = 7
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
    unreached = [each for server in cluster.options()["bootstrap_servers"] if (each := reach(server, cluster))]
    yield from (lacking(Part.BROKER, each.message, **each.parameters) for each in unreached)
    if unreached:
        return
    try:
        admin = administration(cluster)
    except KafkaError:
        yield lacking(
            Part.BROKER,
            KEPT_OUT,
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
        lacks = [] if user is None else missing_operations(admin, right)
        if lacks:
            yield lacking(Part.BROKER, LACKS, **parameters_of(right, lacks))
        elif right.resource == "topic":
            yield from _topic(admin, right, deployment)


def _topic(admin: KafkaAdminClient, right: Right, deployment: Deployment) -> Iterator[Finding]:
    topic: dict[str, Any] = admin.describe_topics([right.name])[0]
    if topic["error_code"] == UnknownTopicOrPartitionError.errno:
        yield noted(
            Part.BROKER,
            "The topic {topic} does not exist yet. Its relay creates it with one replica: on a cluster create it before.",
            topic=right.name,
        )
        return
    if deployment is Deployment.PRODUCTION:
        replicas = min(len(partition["replica_nodes"]) for partition in topic["partitions"])
        yield from _settings(admin, right, replicas)


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
