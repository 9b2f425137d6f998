"""Kafka's users and their rights, as access control lists: every process has its own user, with the rights of its topics alone.

`acls.sh` is written from it (`make manifests`), for any Kafka; `grant` does the same for the local broker.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from services.eligibility import worker as eligibility
from services.payout import worker as payout
from shared.messaging import topics
from shared.messaging.kafka import Cluster

SCRIPT = Path(__file__).with_name("acls.sh")
PUBLISHER_RIGHTS = ("Create", "Describe", "Write", "Read")
"""A relay creates its topics, and reads back what it published (docs/restoring.md)."""
CONSUMER_RIGHTS = ("Describe", "Read")
CONSUMED = {
    "eligibility-worker": {
        topics.REGISTRY_FACTS: eligibility.GROUP,
        topics.EVALUATION_SHARDS: eligibility.PARTITIONS_GROUP,
    },
    "payout-worker": {topics.AWARD_DECISIONS: payout.GROUP},
}
"""Topics that each process consumes, with its consumer group. Apps, and the registry's worker, have no user."""


class Right(NamedTuple):
    """What `user` may do with a `resource`, `topic` or `group`, called `name`."""

    user: str
    resource: str
    name: str
    operations: tuple[str, ...]


def rights() -> Iterator[Right]:
    """Yield every right. What is not listed is denied."""
    for topic, service in topics.PUBLISHERS.items():
        yield Right(f"{service}-relay", "topic", topic, PUBLISHER_RIGHTS)
    for user, groups in CONSUMED.items():
        for topic, group in groups.items():
            yield Right(user, "topic", topic, CONSUMER_RIGHTS)
            yield Right(user, "group", group, CONSUMER_RIGHTS)


def users() -> list[str]:
    """Return the users that have rights."""
    return sorted({right.user for right in rights()})


def script() -> str:
    """Return the rights as commands of Kafka's own `kafka-acls.sh`."""
    lines = [
        "#!/bin/sh",
        "# Written by `make manifests` from deploy/kafka/rights.py; not edited by hand.",
        "# Grants each user its rights; run again it changes nothing. The arguments say how to reach Kafka as its administrator:",
        "#   acls.sh --bootstrap-server kafka-0:9093 --command-config admin.properties",
        "set -eu",
    ]
    for user, resource, name, operations in rights():
        named = " ".join(f"--operation {operation}" for operation in operations)
        lines.append(f'kafka-acls.sh "$@" --add --allow-principal User:{user} {named} --{resource} {name}')
    return "\n".join(lines) + "\n"


def grant(cluster: Cluster) -> None:
    """Grant every right on `cluster`, reached as its administrator. Raises KafkaError."""
    lists = [
        ACL(
            f"User:{user}",
            "*",
            ACLOperation[operation.upper()],
            ACLPermissionType.ALLOW,
            ResourcePattern(ResourceType[resource.upper()], name),
        )
        for user, resource, name, operations in rights()
        for operation in operations
    ]
    admin = KafkaAdminClient(**cluster.options(), bootstrap_timeout_ms=5_000)
    try:
        failed = admin.create_acls(lists)["failed"]
    finally:
        admin.close()
    if failed:
        raise failed[0]
