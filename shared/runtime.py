"""Worker and relay processes: they run their loops, serve their metrics and report their state until they are asked to stop."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from shared import background
from shared.audit.sealing import sealing_loop
from shared.background import Loop
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.event_keys import private_key
from shared.gauges.heartbeat import heartbeat_loop
from shared.messaging import topics
from shared.messaging.kafka import Cluster
from shared.messaging.relay import Relay
from shared.messaging.restore_detection import LostEventsHandler
from shared.messaging.rights import consuming, publishing, require_rights
from shared.messaging.signatures import Signer, verifier_of
from shared.observability import logs, tracing
from shared.process_settings import end_process, require_files, variable_of
from shared.settings import ServiceSettings
from shared.system_tables import ServiceSchema
from shared.web.auth import token_verifier_of
from shared.web.idempotency import key_purge_loop
from shared.web.metrics import serve_probes


def run_worker(
    schema: ServiceSchema,
    settings: ServiceSettings,
    loops: Callable[[Database], Sequence[Loop]],
    groups: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Run the service's own `loops` and those of every worker until SIGTERM or SIGINT.

    The topics of `groups` are consumed, each as a member of its group: without the rights for that the process ends.
    """
    database = _start(schema.service, "worker", settings, settings.pool_size)
    if groups:
        cluster = Cluster.of(settings)
        require_rights(cluster, [*consuming(cluster.user or "", groups)])
    common = [key_purge_loop(database), sealing_loop(database, schema.sealed_tables)]
    _run("worker", settings, database, [*loops(database), *common])


def run_relay(service: str, settings: ServiceSettings, restores: Sequence[str], on_lost: LostEventsHandler) -> None:
    """Publish the outbox of `service` until SIGTERM or SIGINT; `on_lost` handles events in `restores` that its database lost."""
    if settings.event_key is None:
        variable = variable_of(type(settings), "event_key")
        end_process(
            "{variable} is missing. Make one with `subsidies event-key {service}`.", variable=variable, service=service
        )
    database, cluster = _start(service, "relay", settings, pool_size=4), Cluster.of(settings)
    publishes = [topic for topic, publisher in topics.PUBLISHERS.items() if publisher == service]
    require_rights(cluster, [*publishing(cluster.user or "", publishes)])
    relay = Relay(
        database,
        cluster,
        f"{service}-relay",
        Signer(private_key(settings.event_key.get_secret_value())),
        verifier_of(settings),
        publishes=publishes,
        restores=restores,
        on_lost=on_lost,
    )
    _run("relay", settings, database, [Loop("relay", relay.step, close=relay.close)])


def _start(service: str, process: str, settings: ServiceSettings, pool_size: int) -> Database:
    require_files(settings)
    logs.configure(service, process, settings.log_level)
    tracing.configure(service, process, settings.otlp_endpoint)
    return Database(
        settings.database_url,
        pool_size=pool_size,
        application_name=f"{service}-{process}",
        prepared_statements=False,
    )


def _run(process: str, settings: ServiceSettings, database: Database, loops: Sequence[Loop]) -> None:
    verifier = token_verifier_of(settings, SystemClock())
    reduce_garbage_collection()
    try:
        with serve_probes(verifier, settings.host, settings.metrics_port):
            background.run([*loops, heartbeat_loop(database, process, loops)])
    except OSError as error:
        end_process(
            "METRICS_PORT {port} cannot be served ({problem}): choose a free port, or 0 for any.",
            port=settings.metrics_port,
            problem=error.strerror,
        )
    database.close()
    tracing.flush()


def reduce_garbage_collection() -> None:
    """Exclude imported modules from garbage collection and run it less often: other objects live as long as their batch.

    With Python's defaults it took a fifth of a consumer's processor time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
