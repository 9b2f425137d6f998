"""What every process beside the app does: run its loops, serve its metrics, tell how it fares; until it is told to stop."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from shared import background
from shared.background import Loop
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.gauges.heartbeat import heartbeat
from shared.messaging.relay import Relay
from shared.messaging.restore_detection import Recall
from shared.observability import logs, tracing
from shared.settings import ServiceSettings
from shared.web.auth import RemoteKeys, TokenVerifier
from shared.web.metrics import served_beside


def work(process: str, settings: ServiceSettings, database: Database, loops: Sequence[Loop]) -> None:
    """Run `loops` until SIGTERM or SIGINT, with the metrics of the process at `METRICS_PORT`."""
    keys = RemoteKeys(settings.token_jwks_url)
    verifier = TokenVerifier(settings.token_issuer, settings.token_audience, keys, SystemClock())
    collect_garbage_seldom()
    try:
        with served_beside(verifier, settings.host, settings.metrics_port):
            background.run([*loops, heartbeat(database, process, loops)])
    except OSError as error:
        sys.exit(
            f"METRICS_PORT {settings.metrics_port} cannot be served ({error.strerror}): choose a free port, or 0 for any."
        )
    database.close()
    tracing.flush()


def collect_garbage_seldom() -> None:
    """Leave alone what is imported, and look at the rest a batch at a time: it lives as long as its batch.

    Looking through all of it again and again took a fifth of a consumer's own time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def run_relay(service: str, settings: ServiceSettings, topics: Sequence[str], on_lost: Recall) -> None:
    """Publish `service`'s outbox until the process is told to stop: what each service's `relay.py` runs.

    `topics` are those that the service alone publishes on; `on_lost` draws conclusions from events that its database has lost.
    """
    logs.configure(service, "relay", settings.log_level)
    tracing.configure(service, "relay", settings.otlp_endpoint)
    database = Database(
        settings.database_url, pool_size=4, application_name=f"{service}-relay", prepared_statements=False
    )
    relay = Relay(database, settings.kafka_bootstrap_servers, f"{service}-relay", topics=topics, on_lost=on_lost)
    work("relay", settings, database, [Loop("relay", relay.step, close=relay.close)])
