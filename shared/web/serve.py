"""Runs a service's app under uvicorn: SIGTERM finishes what is in hand; access lines go to the app's own log."""

from __future__ import annotations

from typing import Protocol, TypeVar

import uvicorn
from fastapi import FastAPI

from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.observability import logs, tracing
from shared.settings import ServiceSettings
from shared.web.auth import RemoteKeys, TokenVerifier

Settings_contra = TypeVar("Settings_contra", bound=ServiceSettings, contravariant=True)


class Build(Protocol[Settings_contra]):
    """A service's `build`: its app from its parts."""

    def __call__(
        self, settings: Settings_contra, /, *, database: Database, token_verifier: TokenVerifier, clock: Clock
    ) -> FastAPI:
        """Return the app."""
        ...


def serve(service: str, settings: Settings_contra, build: Build[Settings_contra]) -> None:
    """Serve `service` as its settings say, until SIGTERM or SIGINT."""
    logs.configure(service, "app", settings.log_level)
    tracing.configure(service)
    clock = SystemClock()
    keys = RemoteKeys(settings.token_jwks_url)
    app = build(
        settings,
        database=Database(settings.database_url, pool_size=settings.pool_size, application_name=f"{service}-app"),
        token_verifier=TokenVerifier(settings.token_issuer, settings.token_audience, keys, clock),
        clock=clock,
    )
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
