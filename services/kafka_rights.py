"""Kafka's users and their rights: every process has its own user, with the rights of its topics alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.eligibility import worker as eligibility
from services.payout import worker as payout
from shared.messaging import topics

PUBLISHER_RIGHTS = ("Create", "Describe", "DescribeConfigs", "Write", "Read")
"""A relay creates its topics, and reads back what it published (docs/restoring.md); `subsidies doctor` reads their settings."""
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


def as_constant(operation: str) -> str:
    """Return what an operation is called in Kafka's protocol: DescribeConfigs is DESCRIBE_CONFIGS."""
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", operation).upper()
