"""What every request passes on its way to a route: its trace, its caller, quotas and limits; and what every answer carries."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

import structlog
from fastapi import Request
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.authorization import Actor
from shared.errors import DomainError, Invalid, UnsupportedMediaType
from shared.media_types import JSON
from shared.observability import metrics, tracing
from shared.web import problems
from shared.web.auth import identify, requirements_of
from shared.web.bodies import BodyLimit, bounded, limit_of, read_as_json, read_json, too_large
from shared.web.quotas import Quotas

log = structlog.get_logger("http")


class RequestMiddleware:
    """Middleware around every request.

    The token is verified, and its scopes are those of the operation, before anything of the body is read; only `public` paths
    need none. Whoever is refused here is answered and disconnected.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        public: Collection[str],
        operations: Sequence[APIRoute],
        bodies: Sequence[BodyLimit],
        quotas: Quotas,
        hsts_seconds: int,
    ) -> None:
        self._app = app
        self._public = frozenset(public)
        self._operations = [(route, [*requirements_of(route.dependant)]) for route in operations]
        self._bodies = bodies
        self._quotas = quotas
        self._headers = [(b"x-content-type-options", b"nosniff")]
        if hsts_seconds:
            self._headers.append((b"strict-transport-security", f"max-age={hsts_seconds}".encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
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
                message["headers"] = self._completed(message.get("headers", ()))
            await send(message)

        metrics.HTTP_IN_FLIGHT.inc()
        with tracing.span(f"{scope['method']}", linked=request.headers.get("traceparent"), server=True):
            try:
                await self._admitted(scope, receive, send_counted, request)
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

    def _completed(self, headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Return an answer's headers with those that every answer has; what a route says itself counts."""
        cached = any(name == b"cache-control" for name, _ in headers)
        return [*headers, *self._headers, *(() if cached else ((b"cache-control", b"no-store"),))]

    async def _admitted(self, scope: Scope, receive: Receive, send: Send, request: Request) -> None:
        if scope["path"] in self._public:
            await self._app(scope, receive, send)
            return
        try:
            _refuse_ambiguous_length(request)
            actor = identify(request)
            with self._quotas.admit(actor.subject) as turn:
                received = await self._body(request, receive, actor)
                async with turn:
                    await self._app(scope, received, send)
        except DomainError as refused:  # a route's own refusals are answered by then
            response = problems.respond(request, refused)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)

    async def _body(self, request: Request, receive: Receive, actor: Actor) -> Receive:
        """Return what the route receives; raises a refusal of a body that it may not get, or that `actor` may not send."""
        declared = request.headers.get("content-length", "0")
        if declared == "0" and "transfer-encoding" not in request.headers:
            return receive
        for route, requirements in self._operations:
            if route.matches(request.scope)[0] is Match.FULL:
                for requirement in requirements:
                    requirement.check(actor)
        limit = limit_of(request.url.path, self._bodies)
        content_type = request.headers.get("content-type", "").lower()
        if not limit.files and not content_type.startswith(JSON):
            raise UnsupportedMediaType("Send the body as `Content-Type: application/json`.")
        is_json = read_as_json(content_type)
        if is_json:
            limit = limit.of_json()
        if declared.isdigit() and int(declared) > limit.max_bytes:
            raise too_large(limit)
        within = bounded(receive, limit)
        return await read_json(within) if is_json else within


def _refuse_ambiguous_length(request: Request) -> None:
    """Raise Invalid for a request with two lengths, of which a proxy may have read another than this process."""
    if "content-length" in request.headers and "transfer-encoding" in request.headers:
        raise Invalid("Send either Content-Length or Transfer-Encoding, not both.")
