"""The rights of Kafka's users (`services/kafka_rights.py`) as access control lists.

`acls.sh` is written from them (`make manifests`), for any Kafka; `grant` does the same for the local broker.
"""

from __future__ import annotations

from pathlib import Path

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
)

from services.kafka_rights import rights
from shared.messaging.kafka import Cluster, administration
from shared.messaging.rights import as_constant

SCRIPT = Path(__file__).with_name("acls.sh")


def script() -> str:
    """Return the rights as commands of Kafka's own `kafka-acls.sh`."""
    lines = [
        "#!/bin/sh",
        "# Written by `make manifests` from services/kafka_rights.py; not edited by hand.",
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
            ACLOperation[as_constant(operation)],
            ACLPermissionType.ALLOW,
            ResourcePattern(ResourceType[resource.upper()], name),
        )
        for user, resource, name, operations in rights()
        for operation in operations
    ]
    admin = administration(cluster)
    try:
        failed = admin.create_acls(lists)["failed"]
    finally:
        admin.close()
    if failed:
        raise failed[0]
