"""Measure the lag of consumer groups. The broker is asked, so the answer is right even when no consumer runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import Connection

from shared.clock import Clock
from shared.gauges.stored_gauges import StoredGauges
from shared.messaging import kafka
from shared.messaging.kafka import Cluster
from shared.observability import metrics
from shared.observability.metrics import Sample


def consumer_lag(cluster: Cluster, groups: Mapping[str, str], clock: Clock) -> StoredGauges:
    """Return the gauges of the messages that consumers have not processed and of their age; `groups` is by topic."""

    def compute(_: Connection) -> Sequence[Sample]:
        found: list[Sample] = []
        for topic, group in groups.items():
            probe = kafka.probe(cluster, group)
            try:
                messages, oldest_ms = _lag(probe, topic)
            finally:
                probe.close(autocommit=False)
            seconds = 0.0 if oldest_ms is None else max(0.0, clock.now().timestamp() - oldest_ms / 1000)
            found += [metrics.CONSUMER_LAG.at(messages, topic), metrics.CONSUMER_SECONDS.at(seconds, topic)]
        return found

    return StoredGauges("lag", compute)


def _lag(probe: KafkaConsumer, topic: str) -> tuple[int, int | None]:
    """Return how many messages the group has not received, and when the oldest of them was sent (ms since 1970)."""
    partitions = [TopicPartition(topic, number) for number in sorted(probe.partitions_for_topic(topic) or ())]
    ends, starts = probe.end_offsets(partitions), probe.beginning_offsets(partitions)
    missing: dict[TopicPartition, int] = {}
    for partition in partitions:
        received = max(probe.committed(partition) or 0, starts[partition])
        if ends[partition] > received:
            missing[partition] = received
    if not missing:
        return 0, None
    probe.assign(list(missing))
    for partition, offset in missing.items():
        probe.seek(partition, offset)
    oldest: dict[TopicPartition, int] = {}
    for _ in range(10):  # a poll returns some of the partitions: several polls reach them all
        for partition, records in probe.poll(timeout_ms=500, max_records=500 * len(missing)).items():
            oldest.setdefault(partition, records[0].timestamp)
        if len(oldest) == len(missing):
            break
    messages = sum(ends[partition] - offset for partition, offset in missing.items())
    return messages, min(oldest.values(), default=None)
