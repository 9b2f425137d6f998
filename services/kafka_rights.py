"""Kafka's users and their rights: every process has its own user, with the rights of its topics alone."""

from __future__ import annotations

from collections.abc import Iterator

from services.eligibility import worker as eligibility
from services.payout import worker as payout
from shared.messaging import topics
from shared.messaging.rights import Right, consuming, publishing

CONSUMED = {"eligibility-worker": eligibility.GROUPS, "payout-worker": payout.GROUPS}
"""Topics that each process consumes, with its consumer group. Apps, and the registry's worker, have no user."""


def rights() -> Iterator[Right]:
    """Yield every right. What is not listed is denied."""
    for topic, service in topics.PUBLISHERS.items():
        yield from publishing(f"{service}-relay", [topic])
    for user, groups in CONSUMED.items():
        yield from consuming(user, groups)


def users() -> list[str]:
    """Return the users that have rights."""
    return sorted({right.user for right in rights()})
