"""The app factory: what every service's API has beside its own routes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import State

from shared.audit.log import Related
from shared.clock import Clock
from shared.database.engine import Database
from shared.errors import Forbidden, Invalid, TooManyRequests, Unauthenticated, Unavailable
from shared.gauges.reading import ReadGauges, read_gauges
from shared.i18n import CHINESE
from shared.messaging import asyncapi
from shared.messaging.consumer import Handler
from shared.migrations import is_migrated
from shared.observability import tracing
from shared.settings import ServiceSettings
from shared.system_tables import ServiceSchema
from shared.version import VERSION
from shared.web import audit, documentation, openapi, problems
from shared.web.auth import TokenVerifier
from shared.web.bodies import BodyLimit
from shared.web.enterprises import Enterprises
from shared.web.idempotency import json_response
from shared.web.metrics import app_metrics, probe_router
from shared.web.middleware import RequestMiddleware
from shared.web.negotiation import language_of
from shared.web.parameters import refuse_unknown
from shared.web.possible_acts import requirements_by_operation
from shared.web.problems import refusals
from shared.web.quotas import Quotas
from shared.web.status.routes import router as status
from shared.web.streams import Streams

PUBLIC = (
    *("/healthz", "/readyz", "/status", "/openapi.json", "/openapi.zh-CN.json", "/asyncapi.json"),
    *documentation.PATHS,
)
"""Paths that need no token: they hold nothing that a caller may not see."""

_READINESS_SECONDS = 0.5
_REFUSALS = refusals(Unauthenticated, Forbidden, Invalid, TooManyRequests, Unavailable)


def create_app(
    *,
    schema: ServiceSchema,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    database: Database,
    token_verifier: TokenVerifier,
    clock: Clock,
    settings: ServiceSettings,
    is_enterprise: Callable[[str], bool],
    state: Mapping[str, Any] | None = None,
    bodies: Sequence[BodyLimit] = (),
    event_handlers: Mapping[str, Handler] | None = None,
    tags: Mapping[str, str] | None = None,
    gauges: ReadGauges = lambda _: (),
    related: Related = lambda _, identifier: [identifier],
) -> FastAPI:
    """Build a service's app around `routers`.

    `settings` name the token endpoint, the language of answers to callers that name none, and what each client may ask for.
    `is_enterprise` tells whether the registry knows an enterprise. `state` is set on `app.state` for the routes. `bodies` are
    the paths that take more than 256 KiB, or files. `event_handlers` process the events of a topic when a dead letter is
    replayed. `tags` describes tags that the docstring of their routes' module does not describe. `gauges` reads the
    service's own gauges. `related` returns an identifier with those of what belongs to it, for the audit log.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # One client alone cannot occupy all threads.
        to_thread.current_default_thread_limiter().total_tokens = 2 * settings.client_requests_in_flight
        yield
        database.close()
        probing.close()

    read = partial(read_gauges, own=gauges, topics=sorted(event_handlers or {}))
    probing = Database(database.url, pool_size=1, application_name=f"{schema.service}-probes", statement_seconds=5)
    probes = probe_router(
        lambda: app_metrics(database, probing, read),
        lambda: readiness.check(),  # noqa: PLW0108 - made of the app below
    )
    operations = [probes, status]
    routers = [*routers, audit.router]
    app = FastAPI(
        title=title,
        description=description,
        version=VERSION,
        docs_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses=_REFUSALS,
        openapi_url=None,
        openapi_tags=openapi.describe_tags(
            [*operations, *routers], {"operations": "Probes and metrics.", **(tags or {})}
        ),
        separate_input_output_schemas=False,
        strict_content_type=False,
        redirect_slashes=False,
        telemetry=tracing.NO_OTHER_SPANS,
    )
    app.openapi_url = "/openapi.json"
    app.state.database = database
    app.state.token_verifier = token_verifier
    app.state.clock = clock
    app.state.enterprises = Enterprises(is_enterprise)
    app.state.language = settings.default_language
    app.state.service = schema.service
    app.state.schema = schema
    app.state.draining = False
    app.state.event_handlers = dict(event_handlers or {})
    app.state.read_gauges = read
    app.state.related = related
    app.state.token_url = settings.token_url
    for name, value in (state or {}).items():
        setattr(app.state, name, value)
    app.state.requirements = requirements_by_operation(route for router in routers for route in router.routes)
    app.state.streams = Streams(settings.long_answers)
    problems.install(app)
    app.state.probes = probes
    readiness = _Readiness(schema, app.state, probing)
    for router in (documentation.router, *operations):
        app.include_router(router)
    for router in routers:
        app.include_router(router, dependencies=[Depends(refuse_unknown)])
    app.add_route("/asyncapi.json", lambda _: json_response(asyncapi.document()), include_in_schema=False)
    app.openapi = lambda: openapi.document(app, settings.token_url)  # type: ignore[method-assign]
    chinese = cache(lambda: openapi.document_in_chinese(app))

    def document(request: Request) -> Response:
        headers = {"Content-Language": language_of(request), "Vary": "Accept-Language"}
        return json_response(chinese() if language_of(request) == CHINESE else app.openapi(), headers=headers)

    app.add_route(app.openapi_url, document, include_in_schema=False)
    app.add_route("/openapi.zh-CN.json", lambda _: json_response(chinese()), include_in_schema=False)
    app.add_middleware(
        RequestMiddleware,
        public=PUBLIC,
        operations=[route for router in routers for route in router.routes if isinstance(route, APIRoute)],
        bodies=bodies,
        quotas=Quotas(settings.client_requests_per_second, settings.client_requests_in_flight),
        hsts_seconds=settings.hsts_seconds,
    )
    return app


class _Readiness:
    """Checks that the service can work. Many who ask within half a second are given one check's result."""

    def __init__(self, schema: ServiceSchema, state: State, database: Database) -> None:
        self._schema = schema
        self._state = state
        self._database = database
        self._lock = threading.Lock()
        self._checked_at = -math.inf
        self._refusal: Unavailable | None = None

    def check(self) -> None:
        """Raise Unavailable if the service is stopping, cannot verify tokens, or has no database of this version."""
        if self._state.draining:
            raise Unavailable("The service is stopping.")
        self._state.token_verifier.require_keys()
        with self._lock:
            if time.monotonic() - self._checked_at > _READINESS_SECONDS:
                self._refusal = self._of_database()
                self._checked_at = time.monotonic()
            refusal = self._refusal
        if refusal is not None:
            raise refusal

    def _of_database(self) -> Unavailable | None:
        try:
            with self._database.reading() as connection:
                migrated = is_migrated(self._schema, connection)
        except SQLAlchemyError:
            return Unavailable("The database does not answer.")
        return None if migrated else Unavailable("The database is not migrated to this version. Run the migrations.")
