"""Sign-in by OpenID Connect: the code flow with PKCE (RFC 7636), and the services' own access token.

The identity token says who somebody is; what that person may do, the services read from the access token themselves.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from typing import Any

import httpx
import structlog
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from joserfc.errors import JoseError

from services.desk.clients.base import ServiceDown
from services.desk.forms import form_of, text_of
from services.desk.rendering import page
from services.desk.session import LANGUAGE_COOKIE, PERSON, Person
from services.desk.settings import Settings
from shared.authorization import Scope
from shared.i18n import N_
from shared.process_settings import trusted_authorities

PROVIDER = N_("the identity provider")

_HERE = re.compile(r"/(?!/)[^\\\x00-\x1f\x7f]*")
"""A path, which no browser takes for another host: they leave out control characters, and take `\\` for `/`."""

log = structlog.get_logger(__name__)
router = APIRouter()

with warnings.catch_warnings(action="ignore", category=AuthlibDeprecationWarning):  # httpx is the project's client
    from authlib.integrations.starlette_client import OAuth


def identity_provider(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Any:
    """Return the client of the identity provider, which is discovered below `TOKEN_ISSUER`."""
    registry = OAuth()
    registry.register(
        "provider",
        server_metadata_url=f"{settings.token_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        client_kwargs={
            "scope": " ".join(["openid", "profile", *(scope.value for scope in Scope)]),
            "code_challenge_method": "S256",
            "timeout": settings.answer_seconds,
            "transport": transport,
            "verify": trusted_authorities(settings),
        },
    )
    return registry.provider


def here(path: str | None) -> str:
    """Return `path` if it is one of the desk's own, else the inbox: nobody is sent elsewhere by a link."""
    return path if path and _HERE.fullmatch(path) else "/"


@router.get("/sign-in")
async def sign_in(request: Request, next: str = "/") -> Response:  # noqa: A002 - what such a parameter is called everywhere
    """Send a browser to the identity provider."""
    request.session.clear()
    request.session["next"] = here(next)
    settings: Settings = request.app.state.settings
    try:
        redirection: Response = await request.app.state.provider.authorize_redirect(
            request, f"{settings.public_url.rstrip('/')}/signed-in"
        )
    except (httpx.HTTPError, OAuthError, KeyError, RuntimeError, ValueError) as error:
        raise ServiceDown(PROVIDER) from error
    return redirection


@router.get("/signed-in")
async def signed_in(request: Request) -> Response:
    """Take the identity provider's answer: who signed in, or why nobody did."""
    following = here(request.session.get("next"))
    try:
        answer = await request.app.state.provider.authorize_access_token(request)
        person = _person(answer)
    except httpx.HTTPError as error:
        raise ServiceDown(PROVIDER) from error
    except (OAuthError, JoseError, KeyError, ValueError) as error:
        log.info("sign_in.refused", error=type(error).__name__)
        request.session.clear()
        return page(request, "signed_out.html", status=403, refused=True)
    request.session.clear()
    request.session[PERSON] = person.stored()
    return RedirectResponse(following, 303)


def _person(answer: Mapping[str, Any]) -> Person:
    """Return who signed in, by the identity provider's answer; raises KeyError for one without identity or end."""
    identity = answer["userinfo"]
    return Person(
        token=answer["access_token"],
        expires_at=int(answer["expires_at"]),
        subject=identity["sub"],
        name=identity.get("name") or identity["sub"],
        scopes=frozenset(str(answer.get("scope", "")).split()),
        jurisdiction=identity.get("jurisdiction"),
        department=identity.get("department"),
        uscc=identity.get("uscc"),
    )


@router.get("/signed-in-again")
async def signed_in_again(request: Request) -> Response:
    """Tell whoever signed in again for a form in another window to go back to it."""
    return page(request, "signed_in_again.html")


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Forget who was signed in."""
    request.session.clear()
    return page(request, "signed_out.html", refused=False)


@router.post("/language")
async def choose_language(request: Request) -> Response:
    """Keep the language that was chosen, for a year."""
    async with form_of(request) as form:
        following, asked = here(text_of(form, "next")), text_of(form, "language")
    response = RedirectResponse(following, 303)
    secure = request.app.state.settings.public_url.startswith("https")
    chosen = "en" if asked == "en" else "zh-CN"
    response.set_cookie(LANGUAGE_COOKIE, chosen, 365 * 86_400, secure=secure, httponly=True, samesite="lax")
    return response
