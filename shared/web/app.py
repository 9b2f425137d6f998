"""The app factory: what every service's API has beside its own routes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi_swagger import patch_fastapi
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from shared.clock import Clock
from shared.database.engine import Database
from shared.errors import Forbidden, Invalid, TooLarge, Unauthenticated, Unavailable, UnsupportedMediaType
from shared.gauges.reading import ReadGauges, read_gauges
from shared.i18n import CHINESE, Language, translate
from shared.media_types import JSON
from shared.messaging import asyncapi
from shared.messaging.consumer import Handler
from shared.migrations import is_migrated
from shared.observability import metrics, tracing
from shared.system_tables import ServiceSchema
from shared.version import VERSION
from shared.web import audit, openapi, problems
from shared.web.auth import TokenVerifier
from shared.web.idempotency import json_response
from shared.web.metrics import Health, app_metrics, probe_router
from shared.web.negotiation import language_of
from shared.web.parameters import refuse_unknown
from shared.web.problems import refusals
from shared.web.status.routes import router as status

MAX_BODY_BYTES = 4 * 1024 * 1024

log = structlog.get_logger("http")

_REFUSALS = refusals(Unauthenticated, Forbidden, Invalid, Unavailable)


def create_app(
    *,
    schema: ServiceSchema,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    database: Database,
    token_verifier: TokenVerifier,
    token_url: str,
    clock: Clock,
    language: Language = CHINESE,
    state: Mapping[str, Any] | None = None,
    large_bodies: Mapping[str, int] | None = None,
    event_handlers: Mapping[str, Handler] | None = None,
    tags: Mapping[str, str] | None = None,
    gauges: ReadGauges = lambda _: (),
) -> FastAPI:
    """Build a service's app around `routers`.

    `language` is the language of answers to callers that name none. `state` is set on `app.state` for the routes. Callers
    get their tokens at `token_url`. `large_bodies` maps path prefixes whose bodies may be files, of any content type that
    the route accepts, to their limit in bytes. `event_handlers` process the events of a topic when a dead letter is
    replayed. `tags` describes tags that the docstring of their routes' module does not describe. `gauges` reads the
    service's own gauges.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        database.close()

    read = partial(read_gauges, own=gauges, topics=sorted(event_handlers or {}))
    probes = probe_router(lambda: app_metrics(database, read))
    operations = [probes, _readiness(schema, database), status]
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
        telemetry=tracing.NO_OTHER_SPANS,
    )
    app.openapi_url = "/openapi.json"
    patch_fastapi(app, docs_url="/docs", title=translate(title, language))
    app.state.database = database
    app.state.token_verifier = token_verifier
    app.state.clock = clock
    app.state.language = language
    app.state.service = schema.service
    app.state.schema = schema
    app.state.draining = False
    app.state.event_handlers = dict(event_handlers or {})
    app.state.read_gauges = read
    app.state.token_url = token_url
    for name, value in (state or {}).items():
        setattr(app.state, name, value)
    problems.install(app)
    for router in operations:
        app.include_router(router)
    for router in routers:
        app.include_router(router, dependencies=[Depends(refuse_unknown)])
    app.add_middleware(_RequestMiddleware, large_bodies=dict(large_bodies or {}))
    app.add_route("/asyncapi.json", lambda _: json_response(asyncapi.document()), include_in_schema=False)
    app.openapi = lambda: openapi.document(app, token_url)  # type: ignore[method-assign]
    chinese = cache(lambda: openapi.document_in_chinese(app))

    def document(request: Request) -> Response:
        headers = {"Content-Language": language_of(request), "Vary": "Accept-Language"}
        return json_response(chinese() if language_of(request) == CHINESE else app.openapi(), headers=headers)

    app.add_route(app.openapi_url, document, include_in_schema=False)
    app.add_route("/openapi.zh-CN.json", lambda _: json_response(chinese()), include_in_schema=False)
    return app


def _readiness(schema: ServiceSchema, database: Database) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/readyz", operation_id="get_readiness", response_model=Health)
    def get_readiness(request: Request) -> dict[str, str]:
        """Report that the service can work: it is not stopping, and its database answers and has this version's tables."""
        if request.app.state.draining:
            raise Unavailable("The service is stopping.")
        try:
            with database.reading() as connection:
                if not is_migrated(schema, connection):
                    raise Unavailable("The database is not migrated to this version. Run the migrations.")
        except SQLAlchemyError as error:
            raise Unavailable("The database does not answer.") from error
        return {"status": "ready"}

    return router


class _RequestMiddleware:
    """Middleware around every request: its trace, its metrics, its line in the log, the size limit of its body."""

    def __init__(self, app: ASGIApp, *, large_bodies: Mapping[str, int]) -> None:
        self._app = app
        self._large_bodies = large_bodies

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        started = time.perf_counter()
        status = 500

        async def send_counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-content-type-options", b"nosniff")]
            await send(message)

        metrics.HTTP_IN_FLIGHT.inc()
        with tracing.span(f"{scope['method']}", request.headers.get("traceparent"), server=True):
            try:
                await self._limited(scope, receive, send_counted, request)
            finally:
                seconds = time.perf_counter() - started
                route = scope.get("route")
                operation = getattr(route, "operation_id", None) or "none"
                metrics.HTTP_IN_FLIGHT.dec()
                metrics.HTTP_REQUESTS.labels(operation=operation, status=str(status)).inc()
                metrics.HTTP_SECONDS.labels(operation=operation).observe(seconds)
                if operation not in metrics.PROBES:
                    actor = getattr(request.state, "actor", None)
                    log.info(
                        "request",
                        operation=operation,
                        method=scope["method"],
                        status=status,
                        milliseconds=round(seconds * 1000, 1),
                        actor=getattr(actor, "subject", None),
                    )

    async def _limited(self, scope: AsgiScope, receive: Receive, send: Send, request: Request) -> None:
        file_limit = next((n for prefix, n in self._large_bodies.items() if scope["path"].startswith(prefix)), None)
        limit = file_limit or MAX_BODY_BYTES
        declared = request.headers.get("content-length", "0")
        has_body = declared != "0" or "transfer-encoding" in request.headers
        is_json = request.headers.get("content-type", "").startswith(JSON)
        if has_body and not is_json and file_limit is None:
            refusal = UnsupportedMediaType("Send the body as `Content-Type: application/json`.")
            await problems.respond(request, refusal)(scope, receive, send)
            return
        too_large = TooLarge("The body may have at most {limit} bytes. Send it in parts.", limit=limit)
        if declared.isdigit() and int(declared) > limit:
            await problems.respond(request, too_large)(scope, receive, send)
            return
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise too_large
            return message

        await self._app(scope, receive_bounded, send)
