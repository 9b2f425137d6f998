"""Serve a service's app with uvicorn. On SIGTERM, `/readyz` answers 503, then no request is accepted, then it stops."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Protocol, TypeVar

import structlog
import uvicorn
from fastapi import FastAPI

from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.observability import logs, tracing
from shared.process_settings import ProcessSettings, end_process, require_files
from shared.settings import ServiceSettings
from shared.web.auth import TokenVerifier, token_verifier_of
from shared.web.connections import BoundedProtocol
from shared.web.metrics import serve_probes

FINISHING_SECONDS = 10
"""How long requests in progress may take once no more are accepted."""

log = structlog.get_logger(__name__)

Settings_contra = TypeVar("Settings_contra", bound=ServiceSettings, contravariant=True)
ProcessSettings_contra = TypeVar("ProcessSettings_contra", bound=ProcessSettings, contravariant=True)


class Build(Protocol[Settings_contra]):
    """A service's `build` function: its app from its parts."""

    def __call__(
        self, settings: Settings_contra, /, *, database: Database, token_verifier: TokenVerifier, clock: Clock
    ) -> FastAPI:
        """Return the app."""
        ...


class _DrainingServer(uvicorn.Server):
    """On a signal it is no longer ready, and stops after `drain_seconds`; on a second signal it stops at once."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        draining, self._app.state.draining = self._app.state.draining, True
        if draining or not self._drain_seconds:
            super().handle_exit(sig, frame)
            return
        stop = threading.Timer(self._drain_seconds, lambda: super(_DrainingServer, self).handle_exit(sig, frame))
        stop.daemon = True
        stop.start()


class BuildApp(Protocol[ProcessSettings_contra]):
    """A `build` function of an app that has no database of its own."""

    def __call__(self, settings: ProcessSettings_contra, /, *, token_verifier: TokenVerifier, clock: Clock) -> FastAPI:
        """Return the app."""
        ...


def serve(service: str, settings: Settings_contra, build: Build[Settings_contra]) -> None:
    """Serve `service` by its settings until SIGTERM or SIGINT."""

    def build_with_database(settings: Settings_contra, *, token_verifier: TokenVerifier, clock: Clock) -> FastAPI:
        database = Database(
            settings.database_url,
            pool_size=settings.pool_size,
            application_name=f"{service}-app",
            statement_seconds=settings.statement_timeout_seconds,
        )
        return build(settings, database=database, token_verifier=token_verifier, clock=clock)

    serve_app(service, settings, build_with_database)


def serve_app(name: str, settings: ProcessSettings_contra, build: BuildApp[ProcessSettings_contra]) -> None:
    """Serve an app by its settings until SIGTERM or SIGINT."""
    logs.configure(name, "app", settings.log_level)
    tracing.configure(name, "app", settings.otlp_endpoint)
    require_files(settings)
    clock = SystemClock()
    verifier = token_verifier_of(settings, clock)
    app = build(settings, token_verifier=verifier, clock=clock)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=BoundedProtocol,
        ws="none",
        proxy_headers=False,
        ssl_certfile=settings.tls_certificate_file,
        ssl_keyfile=settings.tls_key_file,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=FINISHING_SECONDS,
    )
    # uvicorn raises the signal again after it has stopped, when it no longer matters.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    try:
        with serve_probes(verifier, settings.host, settings.metrics_port, app.state.probes):
            _DrainingServer(config, app, settings.drain_seconds).run()
    except OSError as error:
        end_process(
            "METRICS_PORT {port} cannot be served ({problem}): choose a free port, or 0 for any.",
            port=settings.metrics_port,
            problem=error.strerror,
        )
    log.info("app.stopped")
    tracing.flush()
