"""`/metrics` in Prometheus' text format: of an app with what the database knows, of workers and relays on a port of their own."""

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
from sqlalchemy.pool import QueuePool

from shared.authorization import Scope
from shared.database.engine import Database
from shared.gauges.reading import ReadFigures
from shared.i18n import CHINESE
from shared.observability import metrics, tracing
from shared.observability.metrics import Value
from shared.web import problems
from shared.web.auth import TokenVerifier, needs

log = structlog.get_logger(__name__)


class Health(BaseModel):
    """The answer of a probe."""

    status: str


class _Figures(Collector):
    """Figures as Prometheus takes them."""

    def __init__(self, values: Sequence[Value]) -> None:
        self._values = values

    def collect(self) -> Iterable[GaugeMetricFamily]:
        families: dict[str, GaugeMetricFamily] = {}
        for value in self._values:
            metric = value.metric
            family = families.setdefault(
                metric.name, GaugeMetricFamily(metric.name, metric.meaning, labels=list(metric.labels))
            )
            family.add_metric(list(value.labels), value.value)
        return families.values()


def own_metrics() -> bytes:
    """Return what this process counted and timed."""
    return generate_latest()


def app_metrics(database: Database, read: ReadFigures) -> bytes:
    """Return what the app counted and timed, and every figure of its database."""
    pool = database.engine.pool
    assert isinstance(pool, QueuePool)
    in_use = pool.checkedout()
    with database.reading() as connection:
        values = [*read(connection), metrics.POOL_IN_USE.at(in_use), metrics.POOL_LIMIT.at(pool.size())]
    of_the_database = CollectorRegistry(auto_describe=False)
    of_the_database.register(_Figures(values))
    return own_metrics() + generate_latest(of_the_database)


def router_of(tell: Callable[[], bytes]) -> APIRouter:
    """Return the routes of a process that `tell`s its metrics: `/healthz`, open, and `/metrics`, with a token."""
    router = APIRouter(tags=["operations"])

    @router.get("/healthz", operation_id="get_health", response_model=Health, responses={})
    def get_health() -> dict[str, str]:
        """Tell that the process answers."""
        return {"status": "ok"}

    @router.get(
        "/metrics",
        operation_id="get_metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
        dependencies=[needs(Scope.METRICS_READ)],
    )
    def get_metrics() -> Response:
        """Give the metrics in Prometheus' text format."""
        return Response(tell(), media_type=CONTENT_TYPE_LATEST)

    return router


def beside(token_verifier: TokenVerifier) -> FastAPI:
    """Return the app of a process that has no API: its probe and its metrics."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, telemetry=tracing.NO_OTHER_SPANS)
    app.state.token_verifier = token_verifier
    app.state.language = CHINESE
    problems.install(app)
    app.include_router(router_of(own_metrics))
    return app


@contextmanager
def served_beside(token_verifier: TokenVerifier, host: str, port: int) -> Iterator[int]:
    """Serve a worker's or relay's probe and metrics while the block runs; gives the port (any free one for 0).

    Raises OSError if the port cannot be had.
    """
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listening:
        config = uvicorn.Config(beside(token_verifier), log_config=None, access_log=False, server_header=False)
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
