"""The desk's process: pages for people, over the three services' APIs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles

from services.desk.clients.base import SERVICES, Refused, ServiceDown, SessionOver
from services.desk.forms import MAX_FORM_BYTES
from services.desk.front import STATIC, Front
from services.desk.pages import (
    acts,
    audit,
    batches,
    books,
    cases,
    changes,
    datasets,
    enterprises,
    evaluations,
    imports,
    inbox,
    money,
    notices,
    orders,
    own,
    recoveries,
    refusals,
    rounds,
    rules,
    scenarios,
)
from services.desk.rendering import page
from services.desk.session import Sessions
from services.desk.settings import Settings, session_key
from services.desk.sign_in import identity_provider
from services.desk.sign_in import router as sign_in
from shared.clock import Clock
from shared.errors import DomainError, NotFound, TooLarge, TooSlow
from shared.observability import tracing
from shared.process_settings import load, trusted_authorities
from shared.version import VERSION
from shared.web import problems
from shared.web.auth import TokenVerifier
from shared.web.metrics import own_metrics, probe_router
from shared.web.serve import serve_app

ROUTERS = (
    sign_in,
    inbox.router,
    rounds.router,
    notices.router,
    scenarios.router,
    rules.router,
    audit.router,
    imports.router,
    datasets.router,
    enterprises.router,
    changes.router,
    cases.router,
    evaluations.router,
    refusals.router,
    own.router,
    money.router,
    orders.router,
    batches.router,
    recoveries.router,
    books.router,
    acts.router,
)
_CONNECTIONS = httpx.Limits(max_connections=200, max_keepalive_connections=50)
_STATIC_SECONDS = 365 * 86_400


class _Static(StaticFiles):
    """Files of the pages, kept by browsers for as long as the version in their address is the desk's."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """Return a file."""
        answer = super().file_response(*arguments, **named)
        answer.headers["Cache-Control"] = f"public, max-age={_STATIC_SECONDS}, immutable"
        return answer


def build(
    settings: Settings,
    *,
    token_verifier: TokenVerifier,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """Build the app. `transport` reaches the services and the identity provider; over the network unless another is given."""
    authorities = trusted_authorities(settings)
    http = {
        service: httpx.AsyncClient(
            base_url=getattr(settings, f"{service}_url"),
            timeout=settings.answer_seconds,
            limits=_CONNECTIONS,
            verify=authorities,
            transport=transport,
        )
        for service in SERVICES
    }

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for client in http.values():
            await client.aclose()

    app = FastAPI(
        title="Desk",
        version=VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,  # it would redirect to whatever `Host` says
        telemetry=tracing.NO_OTHER_SPANS,
    )
    app.state.settings = settings
    app.state.clock = clock
    app.state.http = http
    app.state.provider = identity_provider(settings, transport)
    app.state.language = settings.default_language
    app.state.token_verifier = token_verifier
    app.state.draining = False
    app.state.probes = probe_router(own_metrics, token_verifier.require_keys)
    app.include_router(app.state.probes)
    for router in ROUTERS:
        app.include_router(router)
    app.mount(STATIC, _Static(directory=Path(__file__).with_name("static")), name="static")
    app.add_exception_handler(SessionOver, _session_over)
    app.add_exception_handler(ServiceDown, _service_down)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(DomainError, _probe_refused)
    app.add_exception_handler(NotFound, _not_found)
    app.add_exception_handler(TooLarge, _too_large)
    app.add_exception_handler(TooSlow, _too_large)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(RequestValidationError, _not_found)
    secure = settings.public_url.startswith("https")
    key = session_key(settings.session_key.get_secret_value())
    app.add_middleware(Sessions, key=key, secure=secure, clock=clock)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(Front, public_url=settings.public_url, hsts_seconds=settings.hsts_seconds)
    return app


async def _session_over(request: Request, _: Exception) -> Response:
    request.session.clear()
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Refresh": "true"})
    return page(request, "welcome.html", status=401)


async def _service_down(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceDown)
    return page(request, "down.html", status=503, service=SERVICES.get(error.service, error.service))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return page(request, "refused.html", status=error.status, problem=error.problem)


async def _probe_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return problems.respond(request, error)


async def _too_large(request: Request, error: Exception) -> Response:
    assert isinstance(error, TooLarge | TooSlow)
    limit, is_slow = float(str(error.parameters["limit"])), isinstance(error, TooSlow)
    shown = {"limit": int(limit), "is_slow": is_slow, "is_file": not is_slow and limit > MAX_FORM_BYTES}
    return page(request, "too_large.html", status=408 if is_slow else 413, **shown)


async def _not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return page(request, "not_found.html", status=status)


if __name__ == "__main__":
    serve_app("desk", load(Settings), build)
