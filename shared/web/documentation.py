"""`/docs`: the API's documentation in a browser, of files of its own alone, with links that do not depend on a header."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import RedirectResponse
from fastapi_swagger import patch_fastapi

PAGE = "/docs"
_FILES = {
    "js": "/swagger/swagger-ui-bundle.js",
    "css": "/swagger/swagger-ui.css",
    "favicon": "/swagger/favicon-32x32.png",
}
PATHS = ("/", PAGE, *_FILES.values())


def origin_of(url: str) -> str:
    """Return scheme, host and port of a URL, as a source of a Content-Security-Policy."""
    found = urlsplit(url)
    return f"{found.scheme}://{found.netloc}"


def _files() -> APIRouter:
    router = APIRouter()
    patch_fastapi(router, docs_url="/swagger", redirect_from_root_to_docs=False)
    router.routes = [
        route for route in router.routes if getattr(route, "path", None) in PATHS
    ]  # its own page is not public
    return router


router = _files()
"""`/docs`, where `/` leads, and its files."""


@router.get("/", include_in_schema=False)
async def redirect() -> Response:
    """Lead to the documentation."""
    return RedirectResponse(PAGE)


@router.get(PAGE, include_in_schema=False)
async def page(request: Request) -> Response:
    """Show the documentation of the app."""
    nonce = secrets.token_urlsafe(16)
    html = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=request.app.title,
        swagger_js_url=_FILES["js"],
        swagger_css_url=_FILES["css"],
        swagger_favicon_url=_FILES["favicon"],
        swagger_ui_parameters={"persistAuthorization": False, "filter": True},
    )
    content = bytes(html.body).replace(b"<script>", f'<script nonce="{nonce}">'.encode())
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        f" connect-src 'self' {origin_of(request.app.state.token_url)}; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return Response(content, 200, headers, "text/html; charset=utf-8")
