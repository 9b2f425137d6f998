"""kafka-python with the settings that money needs, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stamina
from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from shared.messaging import topics
from shared.process_settings import end_process
from shared.settings import KafkaSettings

CONNECT_SECONDS = 5
SESSION_TIMEOUT_MS = 15_000
"""How long a consumer may be silent before its partitions are given to others of its group."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A Kafka cluster and how this process enters it: as a user over TLS, or in plain text as nobody."""

    bootstrap_servers: str
    user: str | None = None
    password: str = field(default="", repr=False)
    mechanism: str = "PLAIN"
    ca_file: Path | None = None

    @classmethod
    def of(cls, settings: KafkaSettings) -> Cluster:
        """Return the cluster that `settings` name; end the process if they name no user."""
        if settings.kafka_security_protocol == "PLAINTEXT":
            return cls(settings.kafka_bootstrap_servers)
        if not settings.kafka_user:
            end_process(
                "KAFKA_USER is missing. Set it to this process's own user on Kafka, and KAFKA_PASSWORD to its password."
            )
        return cls(
            settings.kafka_bootstrap_servers,
            settings.kafka_user,
            settings.kafka_password.get_secret_value(),
            settings.kafka_sasl_mechanism,
            settings.kafka_ca_file,
        )

    def options(self) -> dict[str, Any]:
        """Return what every client needs to connect."""
        brokers = {"bootstrap_servers": self.bootstrap_servers.split(",")}
        if self.user is None:
            return brokers
        return brokers | {
            "security_protocol": "SASL_SSL",
            "ssl_cafile": self.ca_file and str(self.ca_file),
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.user,
            "sasl_plain_password": self.password,
        }


def administration(cluster: Cluster) -> KafkaAdminClient:
    """Return a client that looks after topics and rights; raises KafkaError if none is let in within CONNECT_SECONDS."""
    return KafkaAdminClient(**cluster.options(), bootstrap_timeout_ms=CONNECT_SECONDS * 1_000)


def producer(cluster: Cluster, client_id: str) -> KafkaProducer:
    """Return an idempotent producer: acknowledged by all replicas, in order within a partition."""
    return KafkaProducer(
        **cluster.options(),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=5,
        batch_size=256 * 1024,
        delivery_timeout_ms=30_000,
        request_timeout_ms=10_000,
        max_block_ms=10_000,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )


def close_producer(producer: KafkaProducer) -> None:
    """Close `producer` and drop what it could not deliver. In that case its own `close` raises and leaves its thread running."""
    try:
        producer.close(timeout=5)
    except KafkaError:
        producer._sender.force_close()


def consumer(cluster: Cluster, group_id: str, topic: str, *, max_poll_records: int) -> KafkaConsumer:
    """Return a consumer that commits nothing by itself and starts at the beginning of a topic that is new to its group."""
    subscription = KafkaConsumer(
        **cluster.options(),
        group_id=group_id,
        client_id=group_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=max_poll_records,
        max_poll_interval_ms=300_000,
        session_timeout_ms=SESSION_TIMEOUT_MS,
        heartbeat_interval_ms=3_000,
        max_partition_fetch_bytes=4 * 1024 * 1024,
        fetch_max_wait_ms=200,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
    subscription.subscribe([topic])
    return subscription


def reader(cluster: Cluster) -> KafkaConsumer:
    """Return a consumer without a group, for reading the log."""
    return KafkaConsumer(
        **cluster.options(),
        enable_auto_commit=False,
        max_poll_records=5_000,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )


def probe(cluster: Cluster, group_id: str) -> KafkaConsumer:
    """Return a consumer that reads the offsets of `group_id` without joining it: it subscribes to nothing and commits nothing."""
    return KafkaConsumer(
        **cluster.options(),
        group_id=group_id,
        client_id=f"{group_id}-lag",
        enable_auto_commit=False,
        max_partition_fetch_bytes=64 * 1024,
        fetch_max_wait_ms=200,
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )


def ensure_topics(cluster: Cluster, names: Sequence[str] = topics.ALL, *, patience_seconds: float = 30.0) -> None:
    """Create those of the topics `names` that do not exist yet; wait up to `patience_seconds` for the broker to answer."""
    attempts = stamina.retry_context(
        on=KafkaError,
        attempts=None if patience_seconds else 1,
        timeout=patience_seconds or None,
        wait_initial=0.2,
        wait_max=1.0,
        wait_jitter=0.1,
    )
    for attempt in attempts:
        with attempt:
            admin = administration(cluster)
            try:
                existing = set(admin.list_topics())
                for name in names:
                    if name not in existing:
                        _create(admin, name)
            finally:
                admin.close()


def _create(admin: KafkaAdminClient, name: str) -> None:
    with suppress(TopicAlreadyExistsError):
        admin.create_topics([NewTopic(name=name, num_partitions=topics.PARTITIONS, replication_factor=1)])


def log_identity(cluster: Cluster, names: Sequence[str]) -> str:
    """Return the ids of the cluster and of the topics `names`: they change when the broker's log is a new one."""
    admin = administration(cluster)
    try:
        found: Any = admin.describe_cluster()
        described: Any = admin.describe_topics(list(names))
    finally:
        admin.close()
    ids = sorted(f"{topic.get('name')}={topic.get('topic_id')}" for topic in described)
    return "|".join([str(found.get("cluster_id")), *ids])
