"""What every request to the desk passes: requests of other sites are refused, answers carry what browsers have to keep."""

from __future__ import annotations

import time
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.i18n import CHINESE, N_, translate
from shared.observability import metrics, tracing

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
STATIC = "/static/"
_SAFE = ("GET", "HEAD", "OPTIONS")
_FOREIGN = N_("This request comes from another site, so nothing was done. Open the desk itself and try again there.")

log = structlog.get_logger("http")


class Front:
    """Middleware around every request."""

    def __init__(self, app: ASGIApp, *, public_url: str, hsts_seconds: int) -> None:
        """Serve browsers that find the desk at `public_url`."""
        self._app = app
        parts = urlsplit(public_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self._headers = {
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
        }
        if hsts_seconds and parts.scheme == "https":
            self._headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_complete(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        with tracing.span(scope["method"], linked=Headers(scope=scope).get("traceparent"), server=True):
            try:
                if self._is_foreign(scope):
                    refusal = PlainTextResponse(translate(_FOREIGN, CHINESE) + "\n\n" + _FOREIGN, 403)
                    await refusal(scope, receive, send_complete)
                else:
                    await self._app(scope, receive, send_complete)
            finally:
                self._count(scope, status, time.perf_counter() - started)

    @staticmethod
    def _count(scope: Scope, status: int, seconds: float) -> None:
        operation = getattr(scope.get("route"), "name", None) or "none"
        metrics.HTTP_REQUESTS.labels(operation=operation, status=str(status)).inc()
        metrics.HTTP_SECONDS.labels(operation=operation).observe(seconds)
        if not scope["path"].startswith(STATIC) and operation not in metrics.PROBES:
            log.info(
                "request",
                operation=operation,
                method=scope["method"],
                status=status,
                milliseconds=round(seconds * 1000, 1),
            )

    def _is_foreign(self, scope: Scope) -> bool:
        """Return whether another site makes the browser send this (OWASP: Fetch Metadata, and `Origin` where it is missing).

        A form needs no token for it, so one that was filled in before a new sign-in is still good.
        """
        if scope["method"] in _SAFE:
            return False
        headers = Headers(scope=scope)
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return site != "same-origin"
        return origin != self._origin
