"""Probes, and `/metrics` in Prometheus' text format.

Every process serves them in a thread and on a port of their own, so that they answer whatever its work is; an app serves them
on its own port too.
"""

from __future__ import annotations

import asyncio
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


def app_metrics(database: Database, probing: Database, read_gauges: Callable[[Connection], Sequence[Sample]]) -> bytes:
    """Return the metrics of the app's process, of its pool of connections, and all gauges of its database.

    They are read over `probing`, so that they can be read while the pool is exhausted.
    """
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    in_use = pool.checkedout()
    with probing.reading() as connection:
        samples = [*read_gauges(connection), metrics.POOL_IN_USE.at(in_use), metrics.POOL_LIMIT.at(pool.size())]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_DatabaseGauges(samples))
    return own_metrics() + generate_latest(registry)


def probe_router(metrics_text: Callable[[], bytes], ready: Callable[[], None] | None = None) -> APIRouter:
    """Return the routes of an operator: `/healthz`, `/readyz` if there is a `ready`, and `/metrics`, which needs a token.

    `ready` raises Unavailable. Probes wait for none of the threads and connections that requests use.
    """
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", operation_id="get_health", response_model=Health, responses={})
    async def get_health() -> dict[str, str]:
        """Report that the process is running."""
        return {"status": "ok"}

    if ready is not None:

        @router.get("/readyz", operation_id="get_readiness", response_model=Health)
        async def get_readiness() -> dict[str, str]:
            """Report that the service can work: it is not stopping, its database answers and has this version's tables."""
            await asyncio.to_thread(ready)
            return {"status": "ready"}

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


def probe_app(token_verifier: TokenVerifier, probes: APIRouter) -> FastAPI:
    """Return an app of `probes` alone, to be served beside a process's work."""
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=tracing.NO_OTHER_SPANS
    )
    app.state.token_verifier = token_verifier
    app.state.language = CHINESE
    problems.install(app)
    app.include_router(probes)
    return app


@contextmanager
def serve_probes(token_verifier: TokenVerifier, host: str, port: int, probes: APIRouter | None = None) -> Iterator[int]:
    """Serve probes and metrics while the block runs, in a thread and on a port of their own; yields the port.

    0 takes any free one. Raises OSError if the port is not available. Without `probes`: those of a worker or relay.
    """
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        config = uvicorn.Config(
            probe_app(token_verifier, probes or probe_router(own_metrics)),
            log_config=None,
            access_log=False,
            server_header=False,
        )
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
