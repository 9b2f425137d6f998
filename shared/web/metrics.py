"""`/metrics` in Prometheus' text format: of an app with its database's gauges, of a worker or relay on a port of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from pydantic import BaseModel
from sqlalchemy import Connection
from sqlalchemy.pool import QueuePool

from shared.authorization import Scope
from shared.database.engine import Database
from shared.i18n import CHINESE
from shared.observability import metrics, tracing
from shared.observability.metrics import Sample
from shared.web import problems
from shared.web.auth import TokenVerifier, needs

log = structlog.get_logger(__name__)


class Health(BaseModel):
    """The answer of a probe."""

    status: str


class _DatabaseGauges(Collector):
    """Gauges of a database in the form that Prometheus' client exposes."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._samples = samples

    def collect(self) -> Iterable[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for sample in self._samples:
            metric = sample.metric
            family = families.setdefault(
                metric.name, GaugeMetricFamily(metric.name, metric.meaning, labels=list(metric.labels))
            )
            family.add_metric(list(sample.labels), sample.value)
        return families.values()


def own_metrics() -> bytes:
    """Return the metrics of this process alone."""
    return generate_latest()


def app_metrics(database: Database, read_gauges: Callable[[Connection], Sequence[Sample]]) -> bytes:
    """Return the metrics of the app's process and all gauges of its database."""
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    in_use = pool.checkedout()
    with database.reading() as connection:
        samples = [*read_gauges(connection), metrics.POOL_IN_USE.at(in_use), metrics.POOL_LIMIT.at(pool.size())]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_DatabaseGauges(samples))
    return own_metrics() + generate_latest(registry)


def probe_router(metrics_text: Callable[[], bytes]) -> APIRouter:
    """Return the routes `/healthz`, without a token, and `/metrics`, with one; `metrics_text` returns the metrics."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", operation_id="get_health", response_model=Health, responses={})
    def get_health() -> dict[str, str]:
        """Report that the process is running."""
        return {"status": "ok"}

    @router.get(
        "/metrics",
        operation_id="get_metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        dependencies=[needs(Scope.METRICS_READ)],
    )
    def get_metrics() -> Response:
        """Return the metrics in Prometheus' text format."""
        return Response(metrics_text(), media_type=CONTENT_TYPE_LATEST)

    return router


def metrics_app(token_verifier: TokenVerifier) -> FastAPI:
    """Return the app of a process without an API: its probe and its metrics."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, telemetry=tracing.NO_OTHER_SPANS)
    app.state.token_verifier = token_verifier
    app.state.language = CHINESE
    problems.install(app)
    app.include_router(probe_router(own_metrics))
    return app


@contextmanager
def serve_metrics(token_verifier: TokenVerifier, host: str, port: int) -> Iterator[int]:
    """Serve a worker's or relay's probe and metrics while the block runs; yields the port (0 takes any free one).

    Raises OSError if the port is not available.
    """
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        config = uvicorn.Config(metrics_app(token_verifier), log_config=None, access_log=False, server_header=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],), name="metrics", daemon=True)
        thread.start()
        number = int(listening.getsockname()[1])
        log.info("metrics.served", port=number)
        try:
            yield number
        finally:
            server.should_exit = True
            thread.join()
